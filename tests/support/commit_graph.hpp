#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "hn/object/history.hpp"
#include "support/log.hpp"

namespace hn::testing {

// A commit graph by names, without blocks.
class CommitGraph final : public object::History {
 public:
  void add(std::string_view name, const std::vector<std::string>& parents) {
    std::vector<object::Id> ids;
    for (const std::string& p : parents) ids.push_back(commit_id(p));
    parents_[commit_id(name)] = std::move(ids);
  }
  // Its block is here and does not decode.
  void spoil(std::string_view name) { spoilt_.insert(commit_id(name)); }

  Result<std::vector<object::Id>> parents(const object::Id& commit) const override {
    if (spoilt_.contains(commit)) return fail(Code::invalid, "commit: malformed", commit.bytes);
    const auto at = parents_.find(commit);
    if (at == parents_.end()) return fail(Code::absent, "commit: not here", commit.bytes);
    return at->second;
  }
  Result<std::uint64_t> generation(const object::Id& commit) const override {
    HN_TRY(const std::vector<object::Id> above, parents(commit));
    std::uint64_t greatest = 0;
    for (const object::Id& p : above) {
      HN_TRY(const std::uint64_t g, generation(p));
      greatest = std::max(greatest, g);
    }
    return greatest + 1;
  }
  bool contains(const object::Id& commit, const object::Id& ancestor) const {
    if (commit == ancestor) return true;
    const std::vector<object::Id>& above = parents_.at(commit);
    return std::any_of(above.begin(), above.end(),
                       [&](const object::Id& p) { return contains(p, ancestor); });
  }

 private:
  std::map<object::Id, std::vector<object::Id>> parents_;
  std::set<object::Id> spoilt_;
};

}  // namespace hn::testing
