#pragma once

#include <string_view>
#include <unordered_set>

#include "hn/repo/repository.hpp"

namespace hn::repo {

// Revisions for who asks for thousands: what a full git id stands for is looked up in a table of
// all that branches and tags reach, made once; everything else by resolve_commit() each time.
class ManyRevisions {
 public:
  explicit ManyRevisions(Repository& repository) : repository_(repository) {}

  // As resolve_commit().
  object::Id commit(std::string_view text);

 private:
  void list();
  std::optional<object::Id> listed(std::string_view text) const;

  Repository& repository_;
  std::uint64_t asked_ = 0;
  std::unordered_set<object::Id> reachable_;
  std::unordered_set<std::string> names_;  // of branches and tags, which go before ids
};

}  // namespace hn::repo
