// Differences of folders and walks over paths. Nothing here is part of a format.
#include "object/tree_cursor.hpp"

namespace hn::object {
namespace {

class FolderDiff {
 public:
  FolderDiff(TreeCursor a, TreeCursor b) : a_(std::move(a)), b_(std::move(b)) {}

  Result<std::vector<Change>> run() {
    while (!a_.done() || !b_.done()) HN_CHECK(step());
    return std::move(changes_);
  }

 private:
  Result<void> step() {
    if (b_.done()) return advance(a_, true);
    if (a_.done()) return advance(b_, false);
    const auto a_level = a_.level();
    const auto b_level = b_.level();
    if (!a_level && !b_level) return compare(), Result<void>();
    if (a_level == b_level) {
      if (a_.id() == b_.id()) return a_.skip(), b_.skip(), Result<void>();
      HN_CHECK(a_.enter());
      return b_.enter();
    }
    // nullopt, an entry, is less than any level. The greater side is entered, unless the other
    // comes to the very same node when it has done with what it stands in.
    if (a_level < b_level) return b_.id() == a_.upcoming(*b_level) ? advance(a_, true) : b_.enter();
    return a_.id() == b_.upcoming(*a_level) ? advance(b_, false) : a_.enter();
  }

  // One side alone: enters a node, reports an entry.
  Result<void> advance(TreeCursor& side, bool old) {
    if (side.level()) return side.enter();
    report(side, old);
    return {};
  }

  void report(TreeCursor& side, bool old) {
    const TreeEntry& e = side.entry();
    Change change{e.name, {}, {}};
    (old ? change.old_value : change.new_value) = e.value;
    changes_.push_back(std::move(change));
    side.skip();
  }

  void compare() {
    const TreeEntry& a = a_.entry();
    const TreeEntry& b = b_.entry();
    if (a.name < b.name) return report(a_, true);
    if (b.name < a.name) return report(b_, false);
    if (a.value != b.value) changes_.push_back({a.name, a.value, b.value});
    a_.skip();
    b_.skip();
  }

  TreeCursor a_;
  TreeCursor b_;
  std::vector<Change> changes_;
};

using VisitChange = std::function<bool(const Change&)>;
using VisitPath = std::function<bool(const std::string&, const Value&)>;

std::optional<Id> folder_of(const std::optional<Value>& value) {
  if (!value || value->mode != Mode::folder) return std::nullopt;
  return value->id();
}

std::optional<Value> leaf_of(const std::optional<Value>& value) {
  return value && value->mode == Mode::folder ? std::nullopt : value;
}

Unexpected<Error> too_deep(const Id& id) {
  return fail(Code::refused, "folders are nested too deeply", id.bytes);
}

// True: go on.
Result<bool> diff_below(const BlockReader& reader, const std::optional<Id>& a,
                        const std::optional<Id>& b, const std::string& prefix, std::size_t depth,
                        const VisitChange& visit) {
  if (depth > kPathDepthMax) return too_deep(a ? *a : *b);
  HN_TRY(const auto changes, diff_tree(reader, a, b));
  for (const Change& change : changes) {
    const Change leaf{prefix + change.name, leaf_of(change.old_value), leaf_of(change.new_value)};
    if ((leaf.old_value || leaf.new_value) && !visit(leaf)) return false;
    const auto below_a = folder_of(change.old_value);
    const auto below_b = folder_of(change.new_value);
    if (!below_a && !below_b) continue;
    HN_TRY(const bool go_on,
           diff_below(reader, below_a, below_b, leaf.name + "/", depth + 1, visit));
    if (!go_on) return false;
  }
  return true;
}

Result<bool> walk_below(const BlockReader& reader, const Id& folder, const std::string& prefix,
                        std::size_t depth, const VisitPath& visit) {
  if (depth > kPathDepthMax) return too_deep(folder);
  HN_TRY(const Tree tree, read_tree(reader, folder));
  for (const TreeEntry& entry : tree.entries) {
    const std::string path = prefix + entry.name;
    if (entry.value.mode != Mode::folder) {
      if (!visit(path, entry.value)) return false;
      continue;
    }
    HN_TRY(const bool go_on, walk_below(reader, entry.value.id(), path + "/", depth + 1, visit));
    if (!go_on) return false;
  }
  return true;
}

}  // namespace

Result<std::vector<Change>> diff_tree(const BlockReader& reader, const std::optional<Id>& a,
                                      const std::optional<Id>& b) {
  if (a == b) return std::vector<Change>();
  HN_TRY(TreeCursor old_side, TreeCursor::open(reader, a));
  HN_TRY(TreeCursor new_side, TreeCursor::open(reader, b));
  return FolderDiff(std::move(old_side), std::move(new_side)).run();
}

Result<void> diff_paths(const BlockReader& reader, const std::optional<Id>& a,
                        const std::optional<Id>& b, const VisitChange& visit) {
  if (a == b) return {};
  HN_CHECK(diff_below(reader, a, b, {}, 0, visit));
  return {};
}

Result<void> walk_paths(const BlockReader& reader, const Id& root, const VisitPath& visit) {
  HN_CHECK(walk_below(reader, root, {}, 0, visit));
  return {};
}

}  // namespace hn::object
