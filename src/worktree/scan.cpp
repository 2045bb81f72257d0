#include "hn/worktree/scan.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "hn/base/text.hpp"
#include "worktree/conflict_files.hpp"
#include "worktree/content.hpp"
#include "worktree/siblings.hpp"
#include "worktree/small_files.hpp"
#include "worktree/vouching.hpp"
#include "worktree/walk.hpp"
#include "worktree/workers.hpp"

namespace hn::worktree {
namespace {

constexpr std::size_t kFilesPerThreadMin = 16;
// Listing fewer again costs less than writing the index for their sake.
constexpr std::size_t kFoldersWorthWriting = 16;
// So many changed paths are looked at again rather than to write the index for their sake.
constexpr std::size_t kChangesWorthWriting = 64;

struct PathLess {
  bool operator()(const std::string& a, const std::string& b) const { return path_less(a, b); }
};
template <class T>
using ByPath = std::map<std::string, T, PathLess>;

template <class T>
void sort_by_path(std::vector<T>& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const T& a, const T& b) { return path_less(a.path, b.path); });
}

bool is_conflict(const IndexRow& row) {
  return row.base && row.base->mode == object::Mode::conflict;
}

// Which paths of the base tree this file system cannot hold, so that their absence says nothing.
// Mostly found from the names alone: losing the index must not turn refusals into deletions.
class Unholdable {
 public:
  Unholdable(const Root& root, const ScanOptions& options) : root_(root), options_(options) {}

  bool operator()(const IndexRow& row) {
    if (row.refused || has_reserved_name(row.path) || depth_of(row.path) > kDepthMax) return true;
    bool symlink = row.base && row.base->mode == object::Mode::symlink;
    if (symlink && !options_.traits.has_symlinks) return true;
    return root_.look(row.path).kind == Entry::Kind::unnameable || collides(row);
  }

 private:
  bool collides(const IndexRow& row) {
    if (!options_.traits.folds_case) return false;
    if (names_.empty()) {
      for (const IndexRow& other : options_.index.rows)
        if (other.base) names_.push_back(folded(other.path, options_.traits));
      std::sort(names_.begin(), names_.end());
    }
    auto range = std::equal_range(names_.begin(), names_.end(), folded(row.path, options_.traits));
    return range.second - range.first > 1;
  }

  const Root& root_;
  const ScanOptions& options_;
  std::vector<std::string> names_;
};

class Scan {
 public:
  explicit Scan(ScanOptions options)
      : options_(std::move(options)), root_(options_.root), unholdable_(root_, options_) {
    if (!can_be_vouched(options_)) options_.watched.reset();
  }

  Snapshot run() {
    stamp_ = file_system_time(options_.staging);
    out_.base = options_.base;
    out_.contents_written = writes();
    HN_ASSERT(options_.reader != nullptr || !options_.base);
    if (index().base != options_.base) {
      if (auto done = rebase(index(), *options_.reader, options_.base); !done)
        throw Failure(done.error(), "reading the tree that the working tree stands on");
      out_.index_changed = true;
    }
    prepare_conflicts();
    Walked walked = walk_tree();
    out_.notices = std::move(walked.notices);
    out_.ignored = std::move(walked.ignored);
    out_.folders = std::move(walked.folders);
    out_.files_seen = walked.files_seen;
    out_.files_vouched = walked.files_vouched;
    out_.folders_listed = walked.folders_listed;
    note_seen(walked);
    read_candidates(walked.candidates);
    for (std::size_t row : walked.gone) gone(row);
    for (const Conflict& conflict : conflicts_) settle(conflict);
    keep_folders(walked);
    finish();
    return std::move(out_);
  }

 private:
  struct Conflict {
    std::string path;
    object::Value value;
    std::vector<ConflictFile> files;
  };

  Index& index() { return options_.index; }
  bool writes() const { return !options_.writers.empty(); }

  // The files that conflicts were written as get rows, so that the walk reports how they stand and
  // does not take them for untracked.
  void prepare_conflicts() {
    bool any_side = false;
    for (const IndexRow& row : index().rows) {
      any_side = any_side || row.side;
      any_empty_ = any_empty_ || (!row.base && !row.content && !row.pending);
      if (!is_conflict(row)) continue;
      if (options_.conflicts == nullptr) {
        out_.conflicts.push_back(row.path);
        continue;
      }
      conflicts_.push_back(
          {row.path, *row.base,
           conflict_files(*options_.reader, *options_.conflicts, row.path, row.base->id())});
      expected_.emplace(row.path, std::nullopt);
      for (const ConflictFile& file : conflicts_.back().files) expected_[file.path] = file.value;
    }
    if (any_side) forget_sides();
    std::vector<IndexRow> sides;
    for (const std::string& path : options_.tracked) {
      if (index().find(path) == nullptr && expected_.count(path) == 0)
        sides.emplace_back().path = path;
    }
    for (const auto& expected : expected_) {
      IndexRow* row = index().find(expected.first);
      if (row == nullptr) row = &sides.emplace_back();
      row->path = expected.first;
      row->side = !row->base;
    }
    any_empty_ = any_empty_ || !sides.empty();
    index().add(std::move(sides));
  }

  void forget_sides() {
    for (IndexRow& row : index().rows) {
      if (!row.side || expected_.count(row.path) != 0) continue;
      index().note(row.path);
      row.side = false;
    }
  }

  // Once more, and all of it, where the watcher cannot know what was written.
  Walked walk_tree() {
    Walked out = walk(root_, options_);
    if (!out.other_names || !options_.watched || !options_.watched->changed) return out;
    options_.watched->changed.reset();
    return walk(root_, options_);
  }

  // From here on the index speaks of the moment at which the watcher was asked.
  void note_seen(const Walked& walked) {
    if (!options_.watched) return;
    for (std::size_t i = 0; i < index().rows.size(); ++i) {
      IndexRow& row = index().rows[i];
      const bool seen = walked.as_in_row[i] != 0;
      if (row.seen == seen) continue;
      index().note(row.path);
      row.seen = seen;
    }
    const bool every = !options_.watched->changed || index().token == std::nullopt;
    if (every || options_.watched->changed->size() >= kChangesWorthWriting)
      out_.index_changed = true;
    index().token = options_.watched->now;
  }

  bool is_special(const std::string& path) const { return expected_.count(path) != 0; }

  // What the file at a row's path should be; nullopt where nothing should.
  std::optional<object::Value> expected(const IndexRow& row) const {
    auto special = expected_.find(row.path);
    return special == expected_.end() ? row.base : special->second;
  }

  // What an earlier reading found, if stat vouches for it still and its blocks are not wanted.
  std::optional<object::Value> known(const Candidate& c) {
    if (c.row == kNoRow) return std::nullopt;
    const IndexRow& row = index().rows[c.row];
    if (!index().trusts(row, c.seen.witness) || row.content->mode != mode(c.row, c.seen.mode()))
      return std::nullopt;
    if (writes() && row.content != expected(row)) return std::nullopt;
    return row.content;
  }

  object::Mode mode(std::size_t row, object::Mode seen) const {
    if (options_.traits.keeps_exec || row == kNoRow) return seen;
    std::optional<object::Value> wanted = expected(options_.index.rows[row]);
    bool files = wanted && wanted->is_file() && seen != object::Mode::symlink;
    return files ? wanted->mode : seen;
  }

  bool is_untracked(const Candidate& c) const {
    if (c.row == kNoRow) return true;
    const IndexRow& row = options_.index.rows[c.row];
    return !row.base && !row.side;
  }

  void read_candidates(const std::vector<Candidate>& candidates) {
    std::vector<const Candidate*> unread;
    for (const Candidate& c : candidates) {
      std::optional<object::Value> value = known(c);
      if (!value && !writes() && is_untracked(c)) value = object::Value{c.seen.mode(), {}, 32};
      if (value)
        found(c, *value);
      else
        unread.push_back(&c);
    }
    std::vector<Content> contents = read_all(unread);
    out_.files_read = unread.size();
    for (std::size_t i = 0; i < unread.size(); ++i) was_read(*unread[i], contents[i]);
  }

  std::vector<Content> read_all(const std::vector<const Candidate*>& unread) {
    unsigned threads = thread_count(options_.threads);
    if (writes()) threads = std::min(threads, static_cast<unsigned>(options_.writers.size()));
    std::vector<Content> out(unread.size());
    if (unread.empty()) return out;
    struct Open {
      std::string path;
      Descriptor folder;
    };
    std::vector<Open> open(threads);
    std::deque<SmallFiles> groups;
    object::IdWriter none;
    if (!writes()) {
      const auto no_base = [](std::size_t) { return std::optional<object::Id>(); };
      for (unsigned i = 0; i < threads; ++i) groups.emplace_back(none, no_base, out);
    } else if (threads == 1) {
      const auto base_of = [&](std::size_t job) { return sibling(unread, job, out); };
      groups.emplace_back(*options_.writers.front(), base_of, out);
    }
    for_each_job(threads, unread.size(), kFilesPerThreadMin, [&](std::size_t job, unsigned thread) {
      const Candidate& c = *unread[job];
      Open& at = open[thread];
      std::string_view folder = folder_of(c.path);
      if (!at.folder || at.path != folder) at = {std::string(folder), root_.open_folder(folder)};
      SmallFiles* group = groups.empty() ? nullptr : &groups[thread];
      if (group != nullptr && at.folder && (!writes() || is_new(c)) && is_small_file(c) &&
          group->read(job, at.folder.get(), std::string(name_of_path(c.path))))
        return;
      if (group != nullptr && writes()) group->write();
      if (at.folder)
        out[job] = read_one(c, at.folder.get(), thread, old_of(unread, job, out));
      else
        out[job].state = Content::State::unstable;
    });
    for (SmallFiles& group : groups) group.write();
    return out;
  }

  Content read_one(const Candidate& c, int folder, unsigned thread,
                   const std::optional<object::Id>& old) const {
    std::string name(name_of_path(c.path));
    object::IdWriter none;
    if (!writes()) return read_content(folder, name, none, nullptr, {});
    return read_content(folder, name, *options_.writers[thread], options_.reader, old);
  }

  // What the file at `at` is stored as a difference from: its last version, or one that it is
  // likely to resemble. `done` are the contents before it.
  std::optional<object::Id> old_of(const std::vector<const Candidate*>& unread, std::size_t at,
                                   const std::vector<Content>& done) {
    const Candidate& c = *unread[at];
    if (!writes()) return std::nullopt;
    if (c.row != kNoRow && index().rows[c.row].base) {
      const object::Value& base = *index().rows[c.row].base;
      return base.is_file() ? std::optional(base.id()) : std::nullopt;
    }
    return is_new(c) && is_small_file(c) ? sibling(unread, at, done) : std::nullopt;
  }

  static bool is_small_file(const Candidate& c) {
    return c.seen.kind == Entry::Kind::file && c.seen.witness.size <= object::kFileChunkBytesMax;
  }
  bool is_new(const Candidate& c) const {
    return c.row == kNoRow || !options_.index.rows[c.row].base;
  }

  // Among new files alone: an old one may be at the end of a long chain, which would leave the new
  // one's next versions to branch off from versions of the old. In one thread files are read in
  // their order, so those before are done.
  std::optional<object::Id> sibling(const std::vector<const Candidate*>& unread, std::size_t at,
                                    const std::vector<Content>& done) {
    if (options_.writers.size() != 1) return std::nullopt;
    const std::string_view folder = folder_of(unread[at]->path);
    const auto before = sibling_before(at, [&](std::size_t i) {
      const Candidate& c = *unread[i];
      return is_new(c) && folder_of(c.path) == folder ? name_of_path(c.path) : std::string_view();
    });
    const auto first = before ? runs_.first_of(at, *before, unread.size()) : std::nullopt;
    if (!first || done[*first].state != Content::State::read || !done[*first].value.is_file() ||
        done[*first].witness.size > object::kFileChunkBytesMax)
      return std::nullopt;
    return done[*first].value.id();
  }

  void was_read(const Candidate& c, const Content& content) {
    switch (content.state) {
      case Content::State::read:
        break;
      case Content::State::absent:
        if (c.row != kNoRow) gone(c.row);
        return;
      case Content::State::unreadable:
        return unsure(c, Notice::Kind::unreadable);
      case Content::State::not_content:
      case Content::State::unstable:
        return unsure(c, Notice::Kind::unstable);
    }
    object::Value value = content.value;
    value.mode = mode(c.row, value.mode);
    out_.index_changed = true;
    IndexRow* row = nullptr;
    if (c.row == kNoRow) {
      row = &new_rows_.emplace_back();
      row->path = c.path;
    } else {
      row = &index().rows[c.row];
      index().note(c.path);
    }
    row->content = value;
    row->witness = content.witness;
    row->seen = options_.watched && !c.seen.has_other_names && value.mode == content.value.mode;
    found(c, value);
  }

  // Counts as unchanged.
  void unsure(const Candidate& c, Notice::Kind kind) {
    out_.notices.push_back({kind, c.path});
    if (is_special(c.path)) seen_[c.path] = expected_[c.path];
  }

  void found(const Candidate& c, const object::Value& value) {
    if (is_special(c.path)) {
      seen_[c.path] = value;
      return;
    }
    Change change;
    change.path = c.path;
    if (!is_untracked(c)) change.base = index().rows[c.row].base;
    change.now = value;
    if (change.base && change.base->mode == object::Mode::conflict) return;
    if (change.base != change.now) out_.changes.push_back(std::move(change));
  }

  void gone(std::size_t at) {
    IndexRow& row = index().rows[at];
    if (is_special(row.path)) {
      seen_[row.path] = std::nullopt;
    } else if (is_conflict(row)) {
      return;
    } else if (!row.base) {
      index().note(row.path);
      row.forget_content();
      any_empty_ = out_.index_changed = true;
    } else if (unholdable_(row)) {
      index().note(row.path);
      row.refused = true;
      out_.notices.push_back({Notice::Kind::refused, row.path});
    } else {
      out_.changes.push_back({row.path, row.base, std::nullopt, false});
    }
  }

  std::optional<object::Value> seen(const std::string& path) const {
    auto at = seen_.find(path);
    return at == seen_.end() ? std::nullopt : at->second;
  }

  // A conflict stays one as long as its files are what was written. What then stands under its own
  // name is the resolution; where nothing does, though sides are left, no intention can be read.
  void settle(const Conflict& c) {
    std::optional<object::Value> own = seen(c.path);
    std::optional<object::Value> written = expected_[c.path];
    std::size_t left = 0;
    std::size_t same = 0;
    bool held = !unholdable_(*index().find(c.path));
    for (const ConflictFile& file : c.files) {
      held = held && !unholdable_(*index().find(file.path));
      if (seen(file.path)) ++left;
      if (seen(file.path) == file.value) ++same;
    }
    if (!held) return stays(c, Notice::Kind::refused);
    const bool resolves = std::ranges::any_of(c.files, &ConflictFile::resolves);
    if (own == written && same == c.files.size() && !resolves) return stays(c, std::nullopt);
    if (own == written && resolves) {
      out_.changes.push_back({c.path, c.value, own, false, true});
      return;
    }
    if (own == written && (own || left > 0)) return stays(c, Notice::Kind::half_resolved);
    const auto verdict = own ? judged(c, *own) : std::nullopt;
    if (verdict == ConflictForm::Verdict::unchanged) return stays(c, std::nullopt);
    out_.changes.push_back(
        {c.path, c.value, own, verdict == ConflictForm::Verdict::markers_left, false});
    for (const ConflictFile& file : c.files) leftover(c, file);
  }

  void stays(const Conflict& c, std::optional<Notice::Kind> notice) {
    out_.conflicts.push_back(c.path);
    if (notice) out_.notices.push_back({*notice, c.path});
  }

  void leftover(const Conflict& c, const ConflictFile& file) {
    std::optional<object::Value> now = seen(file.path);
    if (file.path == c.path || !now) return;
    if (*now == file.value)
      out_.leftovers.push_back({file.path, c.path});
    else
      out_.changes.push_back({file.path, std::nullopt, now, false});
  }

  std::optional<ConflictForm::Verdict> judged(const Conflict& c, const object::Value& own) {
    if (!own.is_file()) return std::nullopt;
    Descriptor folder = root_.open_folder(folder_of(c.path));
    if (!folder) return std::nullopt;
    std::optional<Bytes> bytes =
        read_small(folder.get(), std::string(name_of_path(c.path)), kJudgedBytesMax);
    if (!bytes) return std::nullopt;
    return options_.conflicts->judge(c.path, c.value.id(), *bytes);
  }

  // One that is not older than the stamp may get another name within the tick of its listing.
  void keep_folders(Walked& walked) {
    std::erase_if(walked.learned, [&](const IndexFolder& folder) {
      return !stamp_ || std::max(folder.witness.mtime_ns, folder.witness.ctime_ns) >= *stamp_;
    });
    std::ranges::sort(walked.known);
    if (walked.learned.size() >= kFoldersWorthWriting) out_.index_changed = true;
    index().set_folders(walked.known, std::move(walked.learned));
  }

  void finish() {
    index().add(std::move(new_rows_));
    if (any_empty_) index().drop_empty_rows();
    if (stamp_) index().stamp_ns = *stamp_;
    sort_by_path(out_.changes);
    sort_by_path(out_.notices);
    sort_by_path(out_.leftovers);
    sort_by_path(out_.folders);
    std::sort(out_.ignored.begin(), out_.ignored.end(), path_less);
    std::sort(out_.conflicts.begin(), out_.conflicts.end(), path_less);
    out_.tracked = std::move(options_.tracked);
    out_.index = std::move(index());
  }

  ScanOptions options_;
  Root root_;
  Unholdable unholdable_;
  Snapshot out_;
  std::optional<std::int64_t> stamp_;
  std::vector<Conflict> conflicts_;
  ByPath<std::optional<object::Value>> expected_;  // of all paths that belong to conflicts
  ByPath<std::optional<object::Value>> seen_;      // what stands there
  std::vector<IndexRow> new_rows_;
  bool any_empty_ = false;
  SiblingRuns runs_;
};

}  // namespace

std::string_view name_of(Notice::Kind kind) noexcept {
  switch (kind) {
    case Notice::Kind::nested_repository:
      return "nested_repository";
    case Notice::Kind::reserved_name:
      return "reserved_name";
    case Notice::Kind::special_file:
      return "special_file";
    case Notice::Kind::unreadable:
      return "unreadable";
    case Notice::Kind::unstable:
      return "unstable";
    case Notice::Kind::too_deep:
      return "too_deep";
    case Notice::Kind::refused:
      return "refused";
    case Notice::Kind::half_resolved:
      return "half_resolved";
    case Notice::Kind::rules_unread:
      return "rules_unread";
  }
  return "unknown";
}

bool Change::same_type() const noexcept {
  if (!base || !now) return false;
  return base->mode == now->mode || (base->is_file() && now->is_file());
}

bool Snapshot::is_asked_for(const Change& change) const {
  return !change.added() ||
         std::binary_search(tracked.begin(), tracked.end(), change.path, path_less);
}

Snapshot scan(ScanOptions options) {
  return Scan(std::move(options)).run();
}

}  // namespace hn::worktree
