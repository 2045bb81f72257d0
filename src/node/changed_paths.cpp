#include "node/changed_paths.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/worktree/name.hpp"

namespace hn::node {

void ChangedPaths::add(std::string_view path) {
  if (full_) return;
  const auto known = paths_.find(path);
  if (known != paths_.end()) {
    known->second = next_;
    return;
  }
  bytes_ += path.size();
  if (path.empty() || paths_.size() >= kChangedPathsMax || bytes_ > kChangedBytesMax) {
    full_ = true;
    paths_.clear();
    return;
  }
  paths_.emplace(path, next_);
}

bool ChangedPaths::has_given(const worktree::WatchToken& token) const {
  return token.instance == instance_ && token.count > 0 && token.count < next_;
}

worktree::WatchAnswer ChangedPaths::answer(const std::optional<worktree::WatchToken>& token) {
  HN_ASSERT(!full_);
  worktree::WatchAnswer out;
  out.now = {instance_, next_++};
  if (!token || !has_given(*token)) return out;
  out.changed.emplace();
  for (const auto& [path, first] : paths_)
    if (first > token->count) out.changed->push_back(path);
  std::ranges::sort(*out.changed, worktree::path_less);
  return out;
}

}  // namespace hn::node
