#include "hn/repo/merge_account.hpp"

#include <algorithm>

#include "hn/object/conflict.hpp"
#include "hn/repo/follow.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"

namespace hn::repo {
namespace {

// As git's merges want it for a rename.
constexpr std::uint32_t kAlikePercent = 50;

// A conflict may have been carried along by so many commits; of older ones it is not said.
constexpr std::size_t kStepsMax = 1000;

// The parents that do not have a path as the merge has it.
struct Differing {
  std::size_t parents = 0;
  std::optional<object::Id> without;  // the folder of one that has nothing there
  std::optional<object::Value> now;
};
using ByPath = std::map<std::string, Differing>;

ByPath compare(const Repository& repository, const object::Commit& merge,
               const worktree::Pathspec& meant) {
  ByPath out;
  for (const object::Id& parent : merge.parents) {
    const auto before = tree_of(repository.store(), parent);
    visit_tree_changes(repository.store(), before, merge.tree, meant,
                       [&](const object::Change& change) {
                         Differing& at = out[change.name];
                         ++at.parents;
                         at.now = change.new_value;
                         if (!change.old_value) at.without = before;
                         return true;
                       });
  }
  return out;
}

// A conflict that keeps no version under this name is looked for by its sides.
std::optional<object::Value> content_of(const Repository& repository, const object::Value& value,
                                        std::size_t& sides) {
  if (value.mode != object::Mode::conflict) return value;
  const auto conflict =
      require(object::read_conflict(repository.store(), value.id()), "reading a conflict");
  sides = conflict.terms.empty() ? 0 : conflict.terms.size() / 2 + 1;
  for (std::size_t i = 0; i < conflict.terms.size(); i += 2)
    if (conflict.terms[i] && conflict.terms[i]->is_file()) return conflict.terms[i];
  return std::nullopt;
}

}  // namespace

std::size_t MergeAccount::conflicts() const {
  return static_cast<std::size_t>(
      std::ranges::count(paths, MergedPath::How::conflict, &MergedPath::how));
}

MergeAccount account_of(const Repository& repository, const object::Commit& merge,
                        const worktree::Pathspec& meant) {
  MergeAccount out;
  out.heads = merge.parents;
  for (const auto& [path, at] : compare(repository, merge, meant)) {
    if (at.parents < merge.parents.size() || !at.now) {
      ++out.taken;
      continue;
    }
    MergedPath& told = out.paths.emplace_back();
    told.path = path;
    if (at.now->mode == object::Mode::conflict) told.how = MergedPath::How::conflict;
    const auto content = content_of(repository, *at.now, told.sides);
    if (!at.without || !content || !content->is_file()) continue;
    const auto made =
        made_of(repository.store(), at.without, merge.tree, path, *content, kAlikePercent);
    if (!made) continue;
    const auto still =
        require(object::find_path(repository.store(), merge.tree, made->path), "reading a folder");
    if (!still) told.from = made->path;
  }
  std::ranges::sort(out.paths, worktree::path_less, &MergedPath::path);
  return out;
}

std::vector<object::Id> sides_from(const Repository& repository, const object::Id& commit,
                                   const std::string& path) {
  const auto value_in = [&](const object::Id& at) {
    return require(object::find_path(repository.store(), *tree_of(repository.store(), at), path),
                   "reading a folder");
  };
  const auto conflict = value_in(commit);
  object::Id at = commit;
  for (std::size_t steps = 0; steps < kStepsMax; ++steps) {
    const auto parents =
        require(object::read_commit(repository.store(), at), "reading a commit").parents;
    std::vector<std::optional<object::Value>> values;
    for (const object::Id& parent : parents) {
      if (!repository.store().has(parent)) return {};
      values.push_back(value_in(parent));
    }
    const auto same = std::ranges::find(values, conflict);
    if (same != values.end()) {
      at = parents[static_cast<std::size_t>(same - values.begin())];
      continue;
    }
    const bool apart = std::ranges::none_of(
        values, [](const auto& value) { return value && value->mode == object::Mode::conflict; });
    return parents.size() == 2 && apart ? parents : std::vector<object::Id>();
  }
  return {};
}

std::map<object::Id, log::Device> publishers(const Repository& repository) {
  std::map<object::Id, log::Device> out;
  for (const log::BranchInfo& branch : repository.view().branches()) {
    for (const log::LivePublish& publish : repository.view().live_on(branch.created_by))
      if (publish.target) out.try_emplace(publish.target->id, publish.device);
  }
  return out;
}

}  // namespace hn::repo
