// After git's revision.c: get_revision_mark, cherry_pick_list, create_boundary_commit_list.
#include "log_marks.hpp"

#include <algorithm>

#include "hn/object/history.hpp"
#include "same_patches.hpp"

namespace hn::cli {
namespace {

void require_one_of(const Given& given, std::initializer_list<const char*> options,
                    std::string_view other) {
  for (const char* option : options) {
    if (given.has(option))
      throw Failure(Code::usage,
                    "--" + std::string(option) + " does not go with " + std::string(other));
  }
}

void require_together(const Given& given, const repo::CommitWalk::Options& walked) {
  if (given.has("right-only") || given.has("cherry"))
    require_one_of(given, {"left-only"}, given.has("cherry") ? "--cherry" : "--right-only");
  if (given.has("cherry-mark") || given.has("cherry"))
    require_one_of(given, {"cherry-pick"}, given.has("cherry") ? "--cherry" : "--cherry-mark");
  if (given.has("no-walk")) {
    require_one_of(given,
                   {"boundary", "cherry-pick", "cherry-mark", "cherry", "left-only", "right-only",
                    "ancestry-path", "children"},
                   "--no-walk");
  }
  if (!walked.paths.everything() || given.has("follow") || given.has("L"))
    require_one_of(given, {"ancestry-path", "parents", "children"}, "paths");
  if (given.has("L"))
    require_one_of(given,
                   {"boundary", "cherry-pick", "cherry-mark", "cherry", "left-only", "right-only",
                    "left-right", "source"},
                   "-L");
  if (given.has("first-parent")) require_one_of(given, {"ancestry-path"}, "--first-parent");
  if (given.has("ancestry-path") && walked.set.without.empty())
    throw Failure(Code::usage, "--ancestry-path wants commits to lead from",
                  "hn log --ancestry-path A..B");
}

}  // namespace

std::vector<Option> log_mark_rows() {
  return {{"--left-right", "", "< or > in front of a commit: on which side of A...B it is"},
          {"--left-only", "", "those of the left side alone"},
          {"--right-only", "", "those of the right side alone"},
          {"--cherry-pick", "", "none whose change is on the other side too"},
          {"--cherry-mark", "", "= in front of these, + in front of the others"},
          {"--cherry", "", "--right-only --cherry-mark --no-merges"},
          {"--boundary", "", "also the commits that end the list, with - in front"},
          {"--ancestry-path", "", "of A..B those alone that A leads to"},
          {"--parents", "", "the ids of its parents behind that of a commit"},
          {"--children", "", "the ids of those that stand on it"},
          {"--source", "", "from which of the names that were given each was reached"}};
}

LogMarks::LogMarks(const repo::Repository& repository, const Given& given,
                   const repo::CommitWalk::Options& walked, bool signs)
    : repository_(repository),
      left_right_(given.has("left-right")),
      border_(given.has("boundary")),
      cherry_pick_(given.has("cherry-pick")),
      cherry_mark_(given.has("cherry-mark") || given.has("cherry")),
      left_only_(given.has("left-only")),
      right_only_(given.has("right-only") || given.has("cherry")),
      parents_(given.has("parents")),
      first_parent_(given.has("first-parent")),
      children_wanted_(given.has("children")),
      sources_wanted_(given.has("source")) {
  require_together(given, walked);
  for (const auto& [id, name] : walked.set.names) sources_.emplace(id, name);
  if (signs || any()) find_sides(walked.set, walked.paths);
  if (children_wanted_) find_children(walked);
}

void LogMarks::find_sides(const repo::CommitSet& set, const worktree::Pathspec& paths) {
  const auto reached = [&](const std::vector<object::Id>& from) {
    return repo::require(object::reachable(repository_.history(), from, set.without, SIZE_MAX),
                         "listing what a range leads to");
  };
  const std::vector<object::Id> left =
      set.left.empty() ? std::vector<object::Id>() : reached(set.left);
  left_.insert(left.begin(), left.end());
  if (!cherry_pick_ && !cherry_mark_ && !left_only_ && !right_only_) return;
  std::vector<object::Id> right = reached(set.with);
  if (border_) walked_.insert(right.begin(), right.end());
  if ((!cherry_pick_ && !cherry_mark_) || left.empty()) return;
  std::erase_if(right, [&](const object::Id& id) { return left_.contains(id); });
  same_ = same_patches(repository_, left, right, paths);
}

void LogMarks::find_children(const repo::CommitWalk::Options& walked) {
  repo::CommitWalk walk(repository_, walked);
  while (const auto id = walk.next()) {
    for (const object::Id& parent :
         repo::require(repository_.history().parents(*id), "reading a commit")) {
      auto& of = children_[parent];
      of.insert(of.begin(), *id);
    }
  }
}

bool LogMarks::any() const {
  return left_right_ || border_ || cherry_pick_ || cherry_mark_ || left_only_ || right_only_ ||
         parents_ || children_wanted_ || sources_wanted_;
}

bool LogMarks::takes(const object::Id& id) const {
  if (left_only_ && !left_.contains(id)) return false;
  if (right_only_ && left_.contains(id)) return false;
  return !cherry_pick_ || !same_.contains(id);
}

bool LogMarks::is_left_out(const object::Id& id) const {
  return walked_.contains(id) && !takes(id);
}

void LogMarks::walked(const object::Id& id, const std::vector<object::Id>& parents) {
  const auto at = sources_.find(id);
  if (!sources_wanted_ || at == sources_.end()) return;
  const std::string name = at->second;
  for (const object::Id& parent : parents) {
    sources_.emplace(parent, name);
    if (first_parent_) return;
  }
}

void LogMarks::shown(const object::Id& id, const std::vector<object::Id>& parents) {
  if (!border_) return;
  shown_.insert(id);
  near_.insert(near_.end(), parents.begin(), parents.end());
  walked(id, parents);
}

std::vector<object::Id> LogMarks::border() {
  std::vector<object::Id> out;
  for (const object::Id& id : near_)
    if (!shown_.contains(id) && !is_left_out(id) && at_border_.insert(id).second) out.push_back(id);
  std::ranges::reverse(out);
  return out;
}

std::vector<object::Id> LogMarks::border_by_time() {
  struct Waiting {
    std::int64_t time;
    object::Id id;
    std::vector<object::Id> parents;
  };
  std::vector<Waiting> waiting;
  for (const object::Id& id : border()) {
    const auto commit =
        repo::require(object::read_commit(repository_.store(), id), "reading a commit");
    waiting.push_back({commit.committer.time.seconds, id, commit.parents});
  }
  std::ranges::sort(waiting, [](const Waiting& a, const Waiting& b) {
    return a.time != b.time ? a.time > b.time : a.id > b.id;
  });
  std::unordered_map<object::Id, std::size_t> children;
  for (const Waiting& one : waiting)
    for (const object::Id& parent : one.parents) ++children[parent];
  std::vector<object::Id> out;
  while (!waiting.empty()) {
    const auto next =
        std::ranges::find_if(waiting, [&](const Waiting& one) { return children[one.id] == 0; });
    for (const object::Id& parent : next->parents) --children[parent];
    out.push_back(next->id);
    waiting.erase(next);
  }
  return out;
}

char LogMarks::sign(const object::Id& id) const {
  if (at_border_.contains(id)) return '-';
  if (same_.contains(id)) return '=';
  return left_.contains(id) ? '<' : '>';
}

char LogMarks::front_sign(const object::Id& id) const {
  const char out = sign(id);
  if (out == '-' || out == '=' || left_right_) return out;
  return cherry_mark_ ? '+' : '\0';
}

char LogMarks::drawn(const object::Id& id) const {
  const char out = sign(id);
  if (out == '-') return 'o';
  return out == '=' || left_right_ ? out : '*';
}

std::string LogMarks::source(const object::Id& id) const {
  const auto at = sources_.find(id);
  return at == sources_.end() || !sources_wanted_ ? "" : at->second;
}

std::string LogMarks::kin(const object::Id& id, const std::vector<object::Id>& parents,
                          std::size_t digits) const {
  std::string out;
  const auto add = [&](const std::vector<object::Id>& ids) {
    for (const object::Id& one : ids) out += " " + object::to_hex(one).substr(0, digits);
  };
  if (parents_) add(parents);
  const auto found = children_.find(id);
  if (found != children_.end()) add(found->second);
  return out;
}

}  // namespace hn::cli
