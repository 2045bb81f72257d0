#include <algorithm>

#include "git/walk.hpp"

namespace hn::git {

bool History::seen_before(Type type, const Oid& oid) {
  if (!seen_.insert(oid, true)) return true;
  if (!options_.known || (type != Type::commit && type != Type::tag)) return false;
  const auto id = options_.known(oid);
  if (id) known_.push_back({type, oid, *id});
  return id.has_value();
}

void History::done(Type type, const Oid& oid) {
  steps_.push_back({type, oid});
  if (steps_.size() % 256 == 0) progress_.at(Phase::history, steps_.size(), 0, steps_.size());
}

// Tags may name tags a thousand deep: a loop, no recursion.
void History::add(const Oid& start) {
  std::vector<Oid> tags;
  Oid at = start;
  Type type = source_.type_of(at);
  while (type == Type::tag && !seen_before(type, at)) {
    tags.push_back(at);
    const auto target = parse_target(source_.read(at).bytes(), at.size);
    if (!target) source_.fail_broken(at, "is a tag that names no object");
    at = *target;
    type = source_.type_of(at);
  }
  if (type == Type::commit)
    add_commits(at);
  else if (type != Type::tag && !seen_before(type, at))
    done(type, at);
  for (; !tags.empty(); tags.pop_back()) done(Type::tag, tags.back());
}

void History::open(std::deque<Open>& path, const Oid& oid) {
  if (seen_before(Type::commit, oid)) return;
  const Object object = source_.read(oid);
  if (object.type() != Type::commit) source_.fail_broken(oid, "is named as a parent and no commit");
  auto links = parse_links(object.bytes(), oid.size);
  if (!links) source_.fail_broken(oid, "is a commit that names no tree");
  std::ranges::reverse(links->parents);
  path.push_back({oid, std::move(links->parents)});
}

// Depth first with a stack of its own: a history is as deep as it is long. Of most commits on the
// way down nothing is left but their ids.
void History::add_commits(const Oid& start) {
  std::deque<Open> path;
  open(path, start);
  while (!path.empty()) {
    Open& at = path.back();
    if (!at.parents.empty()) {
      const Oid parent = at.parents.back();
      at.parents.pop_back();
      if (at.parents.empty()) at.parents.shrink_to_fit();
      open(path, parent);
      continue;
    }
    done(Type::commit, at.oid);
    path.pop_back();
  }
}

}  // namespace hn::git
