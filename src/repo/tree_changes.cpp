#include "hn/repo/tree_changes.hpp"

#include <algorithm>

#include "hn/repo/repository.hpp"

namespace hn::repo {
namespace {

class Walk {
 public:
  Walk(const object::BlockReader& reader, const worktree::Pathspec& meant,
       const std::function<bool(object::Change)>& visit)
      : reader_(reader), meant_(meant), visit_(visit) {}

  bool folders(const std::optional<object::Id>& before, const std::optional<object::Id>& after,
               const std::string& prefix, std::size_t depth) {
    if (before == after) return true;
    if (depth > object::kPathDepthMax) throw Failure(Code::refused, "'" + prefix + "' is too deep");
    for (object::Change& change :
         require(object::diff_tree(reader_, before, after), "reading a folder")) {
      change.name.insert(0, prefix);
      if (!entry(std::move(change), depth)) return false;
    }
    return true;
  }

 private:
  static std::optional<object::Id> folder_of(const std::optional<object::Value>& value) {
    if (!value || value->mode != object::Mode::folder) return std::nullopt;
    return value->id();
  }

  bool entry(object::Change change, std::size_t depth) {
    const auto before = folder_of(change.old_value);
    const auto after = folder_of(change.new_value);
    const std::string path = change.name;
    if (before) change.old_value.reset();
    if (after) change.new_value.reset();
    const bool differs = change.old_value || change.new_value;
    if (differs && meant_.matches(path) && !visit_(std::move(change))) return false;
    if ((!before && !after) || !meant_.may_match_below(path)) return true;
    return folders(before, after, path + "/", depth + 1);
  }

  const object::BlockReader& reader_;
  const worktree::Pathspec& meant_;
  const std::function<bool(object::Change)>& visit_;
};

}  // namespace

void visit_tree_changes(const object::BlockReader& reader, const std::optional<object::Id>& before,
                        const std::optional<object::Id>& after, const worktree::Pathspec& meant,
                        const std::function<bool(object::Change)>& visit) {
  Walk(reader, meant, visit).folders(before, after, "", 0);
}

std::vector<object::Change> tree_changes(const object::BlockReader& reader,
                                         const std::optional<object::Id>& before,
                                         const std::optional<object::Id>& after,
                                         const worktree::Pathspec& meant) {
  std::vector<object::Change> out;
  visit_tree_changes(reader, before, after, meant, [&](object::Change change) {
    out.push_back(std::move(change));
    return true;
  });
  std::ranges::sort(out, {}, &object::Change::name);
  return out;
}

bool values_differ(const object::BlockReader& reader, const std::optional<object::Value>& before,
                   const std::optional<object::Value>& after, const worktree::Pathspec& meant) {
  if (before == after) return false;
  const std::string& path = *meant.only_path();
  const auto is_folder = [](const auto& value) {
    return value && value->mode == object::Mode::folder;
  };
  if (((before && !is_folder(before)) || (after && !is_folder(after))) && meant.matches(path))
    return true;
  // Nothing but what is below a folder.
  bool differs = false;
  const std::function<bool(object::Change)> visit = [&](const object::Change&) {
    differs = true;
    return false;
  };
  const auto folder = [&](const auto& value) {
    return is_folder(value) ? std::optional(value->id()) : std::nullopt;
  };
  Walk(reader, meant, visit).folders(folder(before), folder(after), path + "/", 1);
  return differs;
}

bool trees_differ(const object::BlockReader& reader, const std::optional<object::Id>& before,
                  const std::optional<object::Id>& after, const worktree::Pathspec& meant) {
  if (before == after) return false;
  if (meant.everything()) return true;
  bool differs = false;
  visit_tree_changes(reader, before, after, meant, [&](const object::Change&) {
    differs = true;
    return false;
  });
  return differs;
}

}  // namespace hn::repo
