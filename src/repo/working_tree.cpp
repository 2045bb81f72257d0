#include "hn/repo/working_tree.hpp"

#include <algorithm>
#include <array>

#include "hn/merge/conflicts.hpp"
#include "hn/repo/answers.hpp"
#include "hn/repo/setting_value.hpp"
#include "hn/repo/tracked.hpp"
#include "repo/checkout_options.hpp"

namespace hn::repo {
namespace {

std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

merge::Materialised materialised(const object::BlockReader& reader, const std::string& path,
                                 const object::Id& id, const merge::MarkForm& form) {
  const auto conflict =
      require(object::read_conflict(reader, id), "reading the conflict at " + path);
  return require(merge::materialise(reader, conflict, last_name(path), {}, form),
                 "writing out the conflict at " + path);
}

bool shows_as_file(const merge::WorkFile& file) {
  return !file.value || file.value->is_file() || file.value->mode == object::Mode::symlink;
}

constexpr std::array kStyles{std::pair{std::string_view("zdiff3"), merge::MarkerStyle::zdiff3},
                             std::pair{std::string_view("diff3"), merge::MarkerStyle::diff3},
                             std::pair{std::string_view("merge"), merge::MarkerStyle::merge}};

// After the index was read, whose token it is, and before anything is looked at.
void ask_watcher(const Repository& repository, worktree::ScanOptions& options) {
  const AskWatcher& ask = repository.world().ask_watcher;
  if (!ask || !repository.settings().is_on("status.watch", false)) return;
  options.watched = ask(repository.layout().root, options.index.token);
}

merge::MarkerStyle style_of(const Repository& repository) {
  const auto wanted = repository.settings().get("merge.conflictstyle");
  if (!wanted) return merge::MarkerStyle::zdiff3;
  for (const auto& [name, style] : kStyles)
    if (*wanted == name) return style;
  throw Failure(Code::usage, "merge.conflictStyle knows no '" + *wanted + "'",
                "it is merge, diff3 or zdiff3: hn config merge.conflictStyle zdiff3");
}

}  // namespace

merge::MarkForm ConflictFiles::form(const std::string& path) const {
  if (repository_ == nullptr) return {};
  return {style_of(*repository_), answers_for(*repository_, path)};
}

std::vector<ConflictFiles::File> ConflictFiles::files(const std::string& path,
                                                      const object::Id& conflict) {
  std::vector<File> out;
  merge::Materialised shown_as = materialised(reader_, path, conflict, form(path));
  for (merge::WorkFile& file : shown_as.files) {
    // A folder or submodule that is one side of a conflict is not spread out; it stays in the
    // conflict's terms, where `hn cat` and `hn conflicts` name it.
    if (!shows_as_file(file)) continue;
    File shown;
    shown.name = file.name;
    if (file.value) {
      shown.mode = file.value->mode;
      shown.file = file.value->id();
    } else {
      shown.mode = file.mode;
      shown.bytes = std::move(file.marked);
      shown.resolves = shown_as.is_answered;
    }
    out.push_back(std::move(shown));
  }
  return out;
}

ConflictFiles::Verdict ConflictFiles::judge(const std::string& path, const object::Id& conflict,
                                            ByteView bytes) {
  const merge::Materialised was = materialised(reader_, path, conflict, {});
  // Shown side by side: whatever stands under the name itself is somebody's answer.
  if (!was.is_marked()) return Verdict::resolved;
  for (const auto& [name, style] : kStyles) {
    const auto form = materialised(reader_, path, conflict, {style, {}});
    if (equal(form.files.front().marked, bytes)) return Verdict::unchanged;
  }
  return merge::standing_of(was, bytes) == merge::Standing::markers_left ? Verdict::markers_left
                                                                         : Verdict::resolved;
}

WorktreeRecord require_worktree(const Repository& repository) {
  auto standing = repository.worktree();
  if (!standing)
    throw Failure(Code::refused, "this repository has no working tree yet",
                  "wait for a sync: hn sync");
  return *std::move(standing);
}

std::optional<object::Id> tree_of(const object::BlockReader& reader,
                                  const std::optional<object::Id>& commit) {
  if (!commit) return std::nullopt;
  return require(object::read_commit(reader, *commit), "reading a commit").tree;
}

worktree::CheckoutOptions checkout_options(const Repository& repository,
                                           const object::BlockReader& reader,
                                           const std::optional<object::Id>& from,
                                           const std::optional<object::Id>& to,
                                           worktree::ConflictForm& conflicts) {
  const Layout& layout = repository.layout();
  worktree::CheckoutOptions options;
  options.root = layout.root;
  options.staging = layout.staging();
  options.index_file = layout.index();
  options.reader = &reader;
  options.from = from;
  options.to = to;
  if (auto index = worktree::load_index(layout.index())) options.index = std::move(index).value();
  options.conflicts = &conflicts;
  repository.world().fs.make_folder(layout.staging());
  options.traits = worktree::probe_traits(layout.staging());
  return options;
}

namespace {

std::string users_ignore_file(const Repository& repository) {
  const auto set = repository.settings().get("core.excludesfile");
  if (!set) return repository.world().folders.config + "/ignore";
  const auto path = path_of(repository.world(), *set);
  if (!path)
    throw Failure(Code::invalid, "core.excludesFile is '" + *set + "', and there is no such home",
                  "hn config core.excludesFile PATH");
  return path->starts_with('/') ? *path : repository.layout().root + "/" + *path;
}

}  // namespace

std::vector<worktree::Patterns> excludes(const Repository& repository) {
  os::FileSystem& fs = repository.world().fs;
  std::vector<worktree::Patterns> out;
  const std::string everywhere = users_ignore_file(repository);
  const std::string here = repository.layout().exclude();
  if (fs.stat(everywhere))
    out.push_back(worktree::Patterns::parse(os::read_file(fs, everywhere), everywhere));
  if (fs.stat(here))
    out.push_back(worktree::Patterns::parse(os::read_file(fs, here), ".hn/info/exclude"));
  return out;
}

worktree::ScanOptions scan_options(const Repository& repository, const object::BlockReader& reader,
                                   const std::optional<object::Id>& base,
                                   worktree::ConflictForm& conflicts, object::BlockWriter* writer) {
  const Layout& layout = repository.layout();
  os::FileSystem& fs = repository.world().fs;
  worktree::ScanOptions options;
  options.root = layout.root;
  options.reader = &reader;
  options.base = tree_of(reader, base);
  if (auto index = worktree::load_index(layout.index())) options.index = std::move(index).value();
  options.excludes = excludes(repository);
  options.conflicts = &conflicts;
  options.tracked = tracked_paths(repository);
  // Who only looks may do so where nothing can be written.
  try {
    fs.make_folder(layout.staging());
    options.traits = worktree::probe_traits(layout.staging());
    options.staging = layout.staging();
  } catch (const Failure& failure) {
    if (failure.code() != Code::io && failure.code() != Code::no_space) throw;
  }
  if (writer != nullptr) options.writers = {writer};
  ask_watcher(repository, options);
  return options;
}

void require_matches(const worktree::Pathspec& meant, const worktree::Snapshot& snapshot,
                     bool untracked, Code otherwise) {
  std::vector<bool> matched(meant.words());
  if (matched.empty()) return;
  for (const worktree::IndexRow& row : snapshot.index.rows)
    if (row.base) meant.note_matches(row.path, matched);
  for (const std::string& path : snapshot.tracked) meant.note_matches(path, matched);
  for (const worktree::Change& change : snapshot.changes)
    if (untracked && change.added()) meant.note_matches(change.path, matched);
  const auto missed = std::ranges::find(matched, false);
  if (missed == matched.end()) return;
  const std::string& word = meant.word(static_cast<std::size_t>(missed - matched.begin()));
  throw Failure(otherwise, "'" + word + "' matches no file here",
                "nothing was touched; hn status says what there is");
}

std::vector<worktree::Notice> unread(const std::vector<worktree::Notice>& notices,
                                     const worktree::Index& index,
                                     const worktree::Pathspec& meant) {
  using Kind = worktree::Notice::Kind;
  std::vector<worktree::Notice> out;
  for (const worktree::Notice& notice : notices) {
    const worktree::IndexRow* row = index.find(notice.path);
    const bool recorded = row != nullptr && (row->base || row->side);
    const bool counts = notice.kind == Kind::unreadable || notice.kind == Kind::unstable ||
                        notice.kind == Kind::too_deep ||
                        (notice.kind == Kind::special_file && recorded);
    const bool named =
        meant.matches(notice.path) || (row == nullptr && meant.may_match_below(notice.path));
    if (counts && named) out.push_back(notice);
  }
  return out;
}

Moved move_working_tree(Repository& repository, const LocalBranch& branch,
                        const std::optional<object::Id>& to, bool overwrite) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const std::optional<WorktreeRecord> standing = repository.worktree();
  const std::optional<object::Id> from = standing ? standing->base : std::nullopt;
  ConflictFiles conflicts(repository, repository.store());
  worktree::CheckoutOptions options =
      checkout_options(repository, repository.store(), tree_of(repository.store(), from),
                       tree_of(repository.store(), to), conflicts);
  options.overwrite = overwrite;
  worktree::Plan plan = worktree::plan_checkout(options);
  Moved moved;
  moved.obstacles = plan.obstacles;
  moved.refusals = plan.refusals;
  if (!plan.obstacles.empty()) return moved;
  // Files first, then the record: an interrupted checkout still stands on `from`, and doing it
  // again completes it. The other way round its leftovers would look like the user's changes.
  worktree::CheckoutResult result = worktree::carry_out(options, std::move(plan));
  moved.refusals = std::move(result.refusals);
  moved.written = result.written;
  moved.removed = result.removed;
  if (!result.complete()) {
    moved.obstacles = std::move(result.obstacles);
    return moved;
  }
  store::Batch batch = repository.store().begin();
  batch.put(std::string(key::kWorktree), encode(WorktreeRecord{branch, to}));
  batch.commit();
  moved.done = true;
  return moved;
}

void stand_on(Repository& repository, const LocalBranch& branch, const object::Id& commit) {
  store::Batch batch = repository.store().begin();
  batch.put(std::string(key::kWorktree), encode(WorktreeRecord{branch, commit}));
  batch.commit();
}

Moved update_working_tree(Repository& repository) {
  const std::optional<WorktreeRecord> standing = repository.worktree();
  Moved moved;
  moved.done = true;
  if (!standing) return moved;
  const Tip tip = tip_of(repository, standing->branch);
  if (!tip.commit || tip.commit == standing->base) return moved;
  return move_working_tree(repository, standing->branch, tip.commit);
}

}  // namespace hn::repo
