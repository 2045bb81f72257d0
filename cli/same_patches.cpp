// After git's patch-ids.c and diff.c (diff_get_patch_id), but that patches are compared themselves,
// not digests of them.
#include "same_patches.hpp"

#include <map>

#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

void add_without_blanks(std::string& to, std::string_view text) {
  for (const char c : text)
    if (std::string_view(" \t\n\v\f\r").find(c) == std::string_view::npos) to += c;
}

class Patches {
 public:
  Patches(const repo::Repository& repository, const worktree::Pathspec& meant)
      : reader_(repository.store()), meant_(meant) {}

  // By files that changed; a merge is in none.
  void add(const object::Id& id) {
    if (auto changes = changes_of(id)) by_files_[files_in(*changes)].push_back({id, {}});
  }

  // Those that were added and are alike.
  std::vector<object::Id> like(const object::Id& id) {
    const auto changes = changes_of(id);
    if (!changes) return {};
    const auto found = by_files_.find(files_in(*changes));
    if (found == by_files_.end()) return {};
    const std::string lines = lines_in(*changes);
    std::vector<object::Id> out;
    for (Added& other : found->second) {
      if (!other.lines) other.lines = lines_in(*changes_of(other.id));
      if (*other.lines == lines) out.push_back(other.id);
    }
    return out;
  }

 private:
  struct Added {
    object::Id id;
    std::optional<std::string> lines;  // once somebody asked
  };

  std::optional<std::vector<object::Change>> changes_of(const object::Id& id) const {
    const auto commit = repo::require(object::read_commit(reader_, id), "reading a commit");
    if (commit.parents.size() > 1) return std::nullopt;
    std::optional<object::Id> before;
    if (!commit.parents.empty()) before = repo::tree_of(reader_, commit.parents.front());
    return repo::tree_changes(reader_, before, commit.tree, meant_);
  }

  static std::string files_in(const std::vector<object::Change>& changes) {
    std::string out;
    for (const object::Change& change : changes) {
      add_without_blanks(out, change.name);
      const bool stays = change.old_value && change.new_value;
      const auto& only = change.old_value ? change.old_value : change.new_value;
      out += stays ? "\n " : change.old_value ? "\n-" : "\n+";
      if (!stays) out += mode_text(only->mode);
      out += '\n';
    }
    return out;
  }

  std::string lines_in(const std::vector<object::Change>& changes) const {
    std::string out;
    for (const object::Change& change : changes) {
      const Side before = side_of(reader_, change.old_value);
      const Side after = side_of(reader_, change.new_value);
      if (!is_shown(before) || !is_shown(after)) {
        for (const auto* value : {&change.old_value, &change.new_value})
          out += *value ? object::to_hex((*value)->id()) + "\n" : "\n";
        continue;
      }
      for (const merge::UnifiedHunk& hunk : merge::unified_hunks(before.text(), after.text())) {
        for (const merge::UnifiedLine& line : hunk.lines) {
          if (line.sign != ' ') out += line.sign;
          add_without_blanks(out, line.text);
        }
      }
      out += '\n';
    }
    return out;
  }

  const object::BlockReader& reader_;
  const worktree::Pathspec& meant_;
  std::map<std::string, std::vector<Added>> by_files_;
};

}  // namespace

std::unordered_set<object::Id> same_patches(const repo::Repository& repository,
                                            const std::vector<object::Id>& left,
                                            const std::vector<object::Id>& right,
                                            const worktree::Pathspec& meant) {
  const bool fewer_left = left.size() < right.size();
  Patches patches(repository, meant);
  std::unordered_set<object::Id> out;
  if (left.empty() || right.empty()) return out;
  for (const object::Id& id : fewer_left ? left : right) patches.add(id);
  for (const object::Id& id : fewer_left ? right : left) {
    const std::vector<object::Id> alike = patches.like(id);
    if (!alike.empty()) out.insert(id);
    out.insert(alike.begin(), alike.end());
  }
  return out;
}

}  // namespace hn::cli
