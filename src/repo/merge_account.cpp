#include "hn/repo/merge_account.hpp"

#include <algorithm>

#include "hn/merge/fold.hpp"
#include "hn/merge/scratch.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/follow.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/worktree/name.hpp"

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

// The policies of paths in one tree (hn-attributes(5)): a merge's attribute files are merged before
// they count, so it is its own that tell.
class Policies {
 public:
  Policies(const Repository& repository, const object::Id& tree)
      : repository_(repository), tree_(tree) {}

  std::optional<merge::Policy> at(const std::string& path) {
    if (worktree::name_of_path(path) == merge::kAttributesName) return std::nullopt;
    std::string_view folder = path;
    do {
      folder = worktree::folder_of(folder);
      const std::optional<merge::Attributes>& file = file_in(std::string(folder));
      if (!file) return std::nullopt;
      const auto below = std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
      if (const auto policy = file->policy(below)) return policy;
    } while (!folder.empty());
    return std::nullopt;
  }

 private:
  // Nothing where what stands there is no attribute file.
  const std::optional<merge::Attributes>& file_in(const std::string& folder) {
    const auto [at, is_new] = known_.try_emplace(folder, merge::Attributes());
    if (!is_new) return at->second;
    const auto path = worktree::join(folder, std::string(merge::kAttributesName));
    const auto value =
        require(object::find_path(repository_.store(), tree_, path), "reading a folder");
    if (!value) return at->second;
    at->second.reset();
    if (!value->is_file()) return at->second;
    const auto bytes =
        object::read_file(repository_.store(), value->id(), merge::kAttributesBytesMax);
    if (bytes) at->second = merge::Attributes::parse(*bytes);
    return at->second;
  }

  const Repository& repository_;
  object::Id tree_;
  std::map<std::string, std::optional<merge::Attributes>> known_;
};

// By path what a policy chose in an auto-merge, from making it once more. Empty where that is not
// possible here.
std::map<std::string, merge::Decision> choices_in(const Repository& repository,
                                                  const object::Commit& merge) {
  std::map<std::string, merge::Decision> out;
  if (merge.auto_merge->algorithm != merge::kAlgorithm) return out;
  merge::ScratchBlocks scratch(repository.store());
  auto folded = merge::fold(scratch, scratch, repository.history(), merge.parents,
                            merge.auto_merge->seniority);
  if (!folded) return out;
  for (merge::Decision& decision : folded->decisions)
    if (decision.winner && !decision.losers.empty())
      out.emplace(decision.path, std::move(decision));
  return out;
}

bool chooses(std::optional<merge::Policy> policy) {
  return policy == merge::Policy::last_writer || policy == merge::Policy::authority;
}

// The name in a folder of before of a file that the merge has under a new one; nothing where it
// kept its name, or is none.
std::optional<std::string> former_name(const Repository& repository, const object::Commit& merge,
                                       const std::optional<object::Id>& before,
                                       const std::string& path, const object::Value& content) {
  const auto made = made_of(repository.store(), before, merge.tree, path, content, kAlikePercent);
  if (!made) return std::nullopt;
  const auto still =
      require(object::find_path(repository.store(), merge.tree, made->path), "reading a folder");
  return still ? std::nullopt : std::optional(made->path);
}

std::string name_in(const Repository& repository, const object::Commit& merge,
                    const object::Id& head, const std::string& path,
                    const std::optional<object::Value>& now) {
  const auto tree = tree_of(repository.store(), head);
  const auto there =
      tree ? require(object::find_path(repository.store(), *tree, path), "reading a folder")
           : std::nullopt;
  if (there || !now || !now->is_file()) return path;
  return former_name(repository, merge, tree, path, *now).value_or(path);
}

MergedPath chosen_path(const Repository& repository, const object::Commit& merge,
                       const merge::Decision& decision, const std::optional<object::Value>& now) {
  MergedPath out;
  out.path = decision.path;
  out.how = MergedPath::How::chosen;
  out.policy = decision.policy;
  out.winner = *decision.winner / 2;
  for (const std::size_t place : decision.losers) {
    const std::size_t head = place / 2;
    out.losers.push_back(
        {head, name_in(repository, merge, merge.parents[head], decision.path, now)});
  }
  return out;
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
  const ByPath changed = compare(repository, merge, meant);
  Policies policies(repository, merge.tree);
  std::map<std::string, merge::Decision> choices;
  const bool may_choose = merge.auto_merge && std::ranges::any_of(changed, [&](const auto& row) {
                            return chooses(policies.at(row.first));
                          });
  if (may_choose) choices = choices_in(repository, merge);
  for (const auto& [path, at] : changed) {
    const auto choice = choices.find(path);
    if (choice != choices.end()) {
      out.paths.push_back(chosen_path(repository, merge, choice->second, at.now));
      continue;
    }
    if (at.parents < merge.parents.size() || !at.now) {
      ++out.taken;
      continue;
    }
    MergedPath& told = out.paths.emplace_back();
    told.path = path;
    told.policy = policies.at(path);
    if (at.now->mode == object::Mode::conflict) told.how = MergedPath::How::conflict;
    const auto content = content_of(repository, *at.now, told.sides);
    if (!at.without || !content || !content->is_file()) continue;
    told.from = former_name(repository, merge, at.without, path, *content).value_or(std::string());
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
