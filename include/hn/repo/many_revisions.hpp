#pragma once

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "hn/object/history_table.hpp"
#include "hn/repo/repository.hpp"

namespace hn::repo {

// The first bytes of an id in git, or all.
struct GitPrefix {
  std::array<Byte, 20> bytes{};
  friend bool operator==(const GitPrefix&, const GitPrefix&) = default;
};

}  // namespace hn::repo

template <>
struct std::hash<hn::repo::GitPrefix> {
  std::size_t operator()(const hn::repo::GitPrefix& prefix) const noexcept {
    std::size_t h = 0;
    std::memcpy(&h, prefix.bytes.data(), sizeof h);
    return h;
  }
};

namespace hn::repo {

// All commits that branches and tags reach, for who asks for thousands. Immutable; for any number
// of threads.
struct RevisionList {
  // Of branches and tags, which go before ids.
  std::unordered_set<std::string> names;
  object::HistoryTable table;
  // Nothing where several begin alike. Never iterated.
  std::unordered_map<GitPrefix, std::optional<object::Id>> by_git;
};
std::shared_ptr<const RevisionList> list_revisions(Repository& repository);

// Revisions for who asks for thousands: what a full git id stands for is looked up in a list, made
// when it is worth it; everything else by resolve_commit() each time.
class ManyRevisions {
 public:
  // `list` makes the list, or has it.
  using List = std::function<std::shared_ptr<const RevisionList>(Repository&)>;
  explicit ManyRevisions(Repository& repository, List list = list_revisions)
      : repository_(repository), make_(std::move(list)) {}

  // As resolve_commit().
  object::Id commit(std::string_view text);

  // nullptr as long as there is none.
  const std::shared_ptr<const RevisionList>& list() const noexcept { return list_; }

 private:
  std::optional<object::Id> listed(std::string_view text) const;

  Repository& repository_;
  List make_;
  std::uint64_t asked_ = 0;
  std::shared_ptr<const RevisionList> list_;
};

}  // namespace hn::repo
