#include "worktree/walk.hpp"

#include <algorithm>
#include <cerrno>

#include "worktree/content.hpp"
#include "worktree/vouching.hpp"
#include "worktree/workers.hpp"

namespace hn::worktree {
namespace {

// A thread is not worth starting for less.
constexpr std::size_t kFoldersPerThreadMin = 8;

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool empty() const { return begin == end; }
};

struct Folder {
  std::string path;
  Range rows;                          // all rows below it
  std::shared_ptr<FolderRules> rules;  // of the folder that it stands in
  bool ignored = false;
  std::optional<Witness> witness;  // before it was opened; not of what was not looked at
  Vouching::Below vouched;
};

struct Found : Walked {
  std::vector<Folder> below;
};

// One folder: its names on disk beside its rows, both in the order of bytes.
class FolderWalk {
 public:
  FolderWalk(const Root& root, const ScanOptions& options, const Folder& folder, Found& out,
             std::vector<std::uint8_t>& as_in_row)
      : root_(root),
        options_(options),
        vouching_(options),
        folder_(folder),
        out_(out),
        as_in_row_(as_in_row),
        next_(folder.rows.begin) {}

  void run() {
    if (!folder_.path.empty() && depth_of(folder_.path) >= kDepthMax)
      return note(Notice::Kind::too_deep, folder_.path);
    if (walk_vouched()) return;
    fd_ = root_.open_folder(folder_.path);
    if (!fd_) return not_opened(errno);
    witness_ = folder_.witness ? *folder_.witness : entry_of(fd_.get()).witness;
    if (!walk_known()) walk_listed();
  }

 private:
  // Why nothing can be missed: the folder has as many names as when it was listed, and as many rows
  // are found in it. So the rows are all its names, whatever became of them since. That nobody has
  // made or removed a name shows in the folder's times, as in git's untracked cache and Mercurial's
  // dirstate-v2; the count is ours, and spares us to follow how rows come and go.
  bool walk_known() {
    const std::size_t at = known_place();
    if (at == kNoRow) return false;
    enter(patterns([&](const char* file) { return has_row(file); }));
    if (!walk_rows(at)) return false;
    if (rules_read_) out_.known.push_back(at);
    return true;
  }

  // The same of a folder that a watcher vouches for, which is opened where a row has to be looked
  // at.
  bool walk_vouched() {
    if (!vouching_.vouches_for_names(folder_.vouched, folder_.path)) return false;
    const std::size_t at = place_of_record(folder_.path);
    if (at == kNoRow || !vouching_.vouches(folder_.vouched, options_.index.folders[at]))
      return false;
    rules_ = std::make_shared<FolderRules>(root_, folder_.rules, folder_.path);
    if (!walk_rows(at)) return false;
    out_.known.push_back(at);
    return true;
  }

  bool walk_rows(std::size_t at) {
    while (next_ < folder_.rows.end && !is_lost_)
      if (!pass_clean_file()) visit_row();
    if (!is_lost_ && on_disk_ == options_.index.folders[at].names) return true;
    begin_again();
    return false;
  }

  // What was found so far came of what does not hold.
  void begin_again() {
    out_ = {};
    next_ = folder_.rows.begin;
    on_disk_ = 0;
    is_lost_ = false;
    if (as_in_row_.empty()) return;
    std::fill(as_in_row_.begin() + static_cast<std::ptrdiff_t>(folder_.rows.begin),
              as_in_row_.begin() + static_cast<std::ptrdiff_t>(folder_.rows.end), std::uint8_t{0});
  }

  // A survey wants names that have no rows. Where one name stands for two, finding a row's file
  // says nothing of the name.
  std::size_t known_place() const {
    if (options_.survey || options_.traits.folds_case || options_.traits.folds_form) return kNoRow;
    const std::size_t at = place_of_record(folder_.path);
    if (at == kNoRow || !options_.index.trusts(options_.index.folders[at], witness_)) return kNoRow;
    return at;
  }

  std::size_t place_of_record(const std::string& path) const {
    const auto& folders = options_.index.folders;
    const auto at = std::ranges::lower_bound(folders, path, path_less, &IndexFolder::path);
    if (at == folders.end() || at->path != path) return kNoRow;
    return static_cast<std::size_t>(at - folders.begin());
  }

  bool has_row(const char* name) const {
    const auto begin = rows().begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(folder_.rows.end);
    const auto inside = [&](const IndexRow& row) {
      return std::string_view(row.path).substr(prefix());
    };
    const auto at = std::ranges::lower_bound(begin + static_cast<std::ptrdiff_t>(next_), end,
                                             std::string_view(name), path_less, inside);
    return at != end && inside(*at) == name;
  }

  // Rows far more than a cache holds are waited for; the system's call is long enough for the next.
  void prefetch() const {
    constexpr std::size_t kLine = 64;
    if (next_ + 3 >= folder_.rows.end) return;
    const auto* far = reinterpret_cast<const char*>(&rows()[next_ + 3]);
    for (std::size_t at = 0; at < sizeof(IndexRow); at += kLine) __builtin_prefetch(far + at);
    __builtin_prefetch(rows()[next_ + 2].path.data());
  }

  // Nearly every row, so without a copy of its path.
  bool pass_clean_file() {
    const IndexRow& row = rows()[next_];
    const std::string_view name = std::string_view(row.path).substr(prefix());
    if (!row.base || name.find('/') != std::string_view::npos || is_reserved_name(name))
      return false;
    prefetch();
    if (next_ + 1 < folder_.rows.end && is_below(rows()[next_ + 1].path, row.path)) return false;
    if (vouching_.vouches(folder_.vouched, row)) {
      pass_vouched_file(next_);
    } else {
      if (!open_late()) return true;
      // To the end of the path, so a zero stands behind it.
      const Entry entry = look(fd_.get(), name.data());
      if (!entry.is_content() || !is_clean(row, entry)) return false;
      note_as_in_row(next_, entry);
      ++out_.files_seen;
    }
    ++next_;
    ++on_disk_;
    return true;
  }

  void pass_vouched_file(std::size_t row) {
    as_in_row_[row] = 1;
    ++out_.files_seen;
    ++out_.files_vouched;
  }

  // One with another name may be written where nobody watches.
  void note_as_in_row(std::size_t at, const Entry& entry) {
    if (as_in_row_.empty()) return;
    const IndexRow& row = rows()[at];
    as_in_row_[at] = entry.is_content() && !entry.has_other_names && row.content &&
                     row.content->mode == entry.mode() && row.witness == entry.witness;
  }

  // A folder that was vouched for, and is opened all the same. Where that fails, it is gone by now.
  bool open_late() {
    if (!fd_) fd_ = root_.open_folder(folder_.path);
    if (!fd_) is_lost_ = true;
    return !is_lost_;
  }

  void visit_row() {
    const std::string name(row_name());
    if (is_reserved_name(name)) return visit(name, nullptr);
    const std::string path = join(folder_.path, name);
    const auto [leaf, below] = take_rows(path);
    if (leaf == kNoRow && pass_vouched_folder(path, below)) {
      ++on_disk_;
      return;
    }
    if (!open_late()) return;
    const Entry entry = look(fd_.get(), name);
    if (entry.kind != Entry::Kind::absent) ++on_disk_;
    meet(path, leaf, below, entry);
  }

  // It stands there as it did, and has tracked files, so no rule can leave it out.
  bool pass_vouched_folder(const std::string& path, Range below) {
    if (!folder_.vouched.vouched || below.empty()) return false;
    const std::size_t at = place_of_record(path);
    if (at == kNoRow || !vouching_.vouches(folder_.vouched, options_.index.folders[at]) ||
        !holds_tracked(below))
      return false;
    out_.below.push_back(
        {path, below, rules_, false, std::nullopt, vouching_.below(folder_.vouched, path)});
    return true;
  }

  void enter(std::vector<Patterns> own) {
    rules_ =
        std::make_shared<FolderRules>(folder_.rules->get().enter(folder_.path, std::move(own)));
  }

  void walk_listed() {
    on_disk_ = 0;
    ++out_.folders_listed;
    std::optional<std::vector<Listed>> names = list(fd_.get());
    if (!names) return note(Notice::Kind::unreadable, folder_.path);
    if (options_.survey && !folder_.path.empty())
      out_.folders.push_back({folder_.path, folder_.ignored, is_nested(*names)});
    enter(patterns([&](const char* file) {
      const auto at = std::ranges::lower_bound(*names, file, {}, &Listed::name);
      return at != names->end() && at->name == file;
    }));
    for (const Listed& listed : *names) {
      rows_before(listed.name);
      if (!is_always_there(listed.name)) ++on_disk_;
      visit(listed.name, &listed);
    }
    while (next_ < folder_.rows.end) visit(std::string(row_name()), nullptr);
    if (all_have_rows_ && rules_read_) out_.learned.push_back({folder_.path, witness_, on_disk_});
  }

  const std::vector<IndexRow>& rows() const { return options_.index.rows; }
  std::size_t prefix() const { return folder_.path.empty() ? 0 : folder_.path.size() + 1; }

  // What is wrong with files that are ignored concerns nobody.
  void note(Notice::Kind kind, std::string path) {
    if (!folder_.ignored) out_.notices.push_back({kind, std::move(path)});
  }

  static bool is_nested(const std::vector<Listed>& names) {
    return std::any_of(names.begin(), names.end(),
                       [](const Listed& listed) { return is_reserved_name(listed.name); });
  }

  // It was there when the folder above was listed: whatever happened since, the next scan will see.
  void not_opened(int error) {
    bool denied = error == EACCES || error == EPERM || error == EIO;
    note(denied ? Notice::Kind::unreadable : Notice::Kind::unstable, folder_.path);
  }

  template <class Has>
  std::vector<Patterns> patterns(const Has& has) {
    std::vector<Patterns> out;
    for (const char* file : {".gitignore", ".hnignore"}) {
      if (!has(file)) continue;
      Content::State state{};
      if (std::optional<Bytes> text = read_small(fd_.get(), file, kIgnoreFileBytesMax, &state))
        out.push_back(Patterns::parse(*text));
      else if (is_unread(state, file))
        unread(file);
    }
    return out;
  }

  // Each time: a watcher must not vouch for a folder of which something is to be said.
  void unread(const char* file) {
    note(Notice::Kind::rules_unread, join(folder_.path, file));
    rules_read_ = !options_.watched;
  }

  // There may be rules in it. A folder or a symlink of that name has none.
  bool is_unread(Content::State state, const char* file) const {
    if (state != Content::State::not_content) return state == Content::State::unreadable;
    return look(fd_.get(), file).kind == Entry::Kind::special;
  }

  // The name in this folder of the next row.
  std::string_view row_name() const {
    std::string_view rest = std::string_view(rows()[next_].path).substr(prefix());
    return rest.substr(0, rest.find('/'));
  }

  void rows_before(const std::string& name) {
    while (next_ < folder_.rows.end && row_name() < name) visit(std::string(row_name()), nullptr);
  }

  // Takes the rows of `name`: that of the path itself, and those below it.
  std::pair<std::size_t, Range> take_rows(const std::string& path) {
    std::size_t leaf = kNoRow;
    if (next_ < folder_.rows.end && rows()[next_].path == path) leaf = next_++;
    Range below{next_, next_};
    if (next_ < folder_.rows.end && is_below(rows()[next_].path, path)) {
      auto end =
          std::partition_point(rows().begin() + static_cast<std::ptrdiff_t>(next_),
                               rows().begin() + static_cast<std::ptrdiff_t>(folder_.rows.end),
                               [&](const IndexRow& row) { return is_below(row.path, path); });
      next_ = below.end = static_cast<std::size_t>(end - rows().begin());
    }
    return {leaf, below};
  }

  void visit(const std::string& name, const Listed* listed) {
    std::string path = join(folder_.path, name);
    auto [leaf, below] = take_rows(path);
    if (is_reserved_name(name)) return reserved_name(name, path, listed != nullptr);
    // A file that is to be tracked has a row.
    bool tracked = leaf != kNoRow || !below.empty();
    all_have_rows_ = all_have_rows_ && (tracked || listed == nullptr);
    if (!tracked && listed != nullptr && !listed->maybe_folder &&
        rules_->get().ignores(path, false))
      return ignored(path);
    if (listed != nullptr && pass_vouched(path, leaf, below)) return;
    Entry entry;
    if (listed != nullptr) entry = look(fd_.get(), name);
    meet(path, leaf, below, entry);
  }

  bool pass_vouched(const std::string& path, std::size_t leaf, Range below) {
    if (leaf == kNoRow) return pass_vouched_folder(path, below);
    if (!below.empty() || !vouching_.vouches(folder_.vouched, rows()[leaf])) return false;
    pass_vouched_file(leaf);
    return true;
  }

  void meet(const std::string& path, std::size_t leaf, Range below, const Entry& entry) {
    const bool tracked = leaf != kNoRow || !below.empty();
    switch (entry.kind) {
      case Entry::Kind::folder:
        return folder(path, leaf, below, entry);
      case Entry::Kind::file:
      case Entry::Kind::symlink:
        return file(path, leaf, below, entry);
      case Entry::Kind::absent:
      case Entry::Kind::unnameable:
        return absent(leaf, below);
      case Entry::Kind::special:
        return left_alone(Notice::Kind::special_file, path, tracked);
      case Entry::Kind::unreadable:
        return left_alone(Notice::Kind::unreadable, path, tracked);
    }
  }

  // Coming and going of which says nothing.
  bool is_always_there(const std::string& name) const {
    return folder_.path.empty() && (name == ".git" || name == ".hn");
  }

  // hn's own folder and git's at the root are expected; what a tree has under such a name was never
  // checked out, so its absence is not a deletion.
  void reserved_name(const std::string& name, const std::string& path, bool on_disk) {
    if (is_always_there(name)) return;
    all_have_rows_ = all_have_rows_ && !on_disk;
    const bool exact = name == ".git" || name == ".hn";
    if (on_disk && exact) return note(Notice::Kind::nested_repository, path);
    note(on_disk ? Notice::Kind::reserved_name : Notice::Kind::refused, path);
  }

  void left_alone(Notice::Kind kind, const std::string& path, bool tracked) {
    if (!tracked && rules_->get().ignores(path, false)) return ignored(path);
    note(kind, path);
  }

  void ignored(const std::string& path) {
    if (options_.list_ignored || options_.survey) out_.ignored.push_back(path);
  }

  bool is_submodule(std::size_t row) const {
    return row != kNoRow && rows()[row].base && rows()[row].base->mode == object::Mode::submodule;
  }

  void folder(const std::string& path, std::size_t leaf, Range below, const Entry& entry) {
    // What is in a submodule's folder is its own.
    if (is_submodule(leaf)) return;
    if (leaf != kNoRow) out_.gone.push_back(leaf);
    // In this order: the rows are at hand, and nearly every folder has a tracked one.
    const bool all_ignored = !holds_tracked(below) && rules_->get().ignores(path, true);
    if (all_ignored && !options_.survey) return ignored(path);
    out_.below.push_back(
        {path, below, rules_, all_ignored, entry.witness, vouching_.below(folder_.vouched, path)});
  }

  bool holds_tracked(Range below) const {
    return std::any_of(
        rows().begin() + static_cast<std::ptrdiff_t>(below.begin),
        rows().begin() + static_cast<std::ptrdiff_t>(below.end),
        [&](const IndexRow& row) { return row.base || row.side || is_to_be_tracked(row.path); });
  }

  bool is_to_be_tracked(const std::string& path) const {
    return std::binary_search(options_.tracked.begin(), options_.tracked.end(), path, path_less);
  }

  void absent(std::size_t leaf, Range below) {
    if (leaf != kNoRow && !is_submodule(leaf)) out_.gone.push_back(leaf);
    for (std::size_t row = below.begin; row < below.end; ++row)
      if (!is_submodule(row)) out_.gone.push_back(row);
  }

  void file(const std::string& path, std::size_t leaf, Range below, const Entry& entry) {
    absent(kNoRow, below);
    ++out_.files_seen;
    bool tracked = leaf != kNoRow && (rows()[leaf].base || rows()[leaf].side);
    if (!tracked && !is_to_be_tracked(path) && rules_->get().ignores(path, false))
      return ignored(path);
    if (entry.has_other_names && !is_known_file(leaf, entry)) out_.other_names = true;
    if (leaf != kNoRow) note_as_in_row(leaf, entry);
    if (!tracked || !is_clean(rows()[leaf], entry)) out_.candidates.push_back({path, leaf, entry});
  }

  bool is_known_file(std::size_t leaf, const Entry& entry) const {
    return leaf != kNoRow && rows()[leaf].content &&
           rows()[leaf].witness.inode == entry.witness.inode;
  }

  bool is_clean(const IndexRow& row, const Entry& entry) const {
    return !row.side && row.content == row.base && options_.index.trusts(row, entry.witness) &&
           row.base->mode == mode_of(row, entry);
  }

  object::Mode mode_of(const IndexRow& row, const Entry& entry) const {
    if (!options_.traits.keeps_exec && row.base->is_file() && entry.kind == Entry::Kind::file)
      return row.base->mode;
    return entry.mode();
  }

  const Root& root_;
  const ScanOptions& options_;
  const Vouching vouching_;
  const Folder& folder_;
  Found& out_;
  std::vector<std::uint8_t>& as_in_row_;  // of this folder's rows
  std::size_t next_;
  Witness witness_;
  std::uint64_t on_disk_ = 0;  // names, without those that are always there
  bool all_have_rows_ = true;
  bool rules_read_ = true;
  bool is_lost_ = false;
  Descriptor fd_;
  std::shared_ptr<FolderRules> rules_;
};

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Walked walk(const Root& root, const ScanOptions& options) {
  Walked out;
  std::vector<Folder> level;
  level.push_back({"",
                   {0, options.index.rows.size()},
                   std::make_shared<FolderRules>(Ignore(options.excludes)),
                   false,
                   std::nullopt,
                   Vouching(options).root()});
  if (options.watched) out.as_in_row.resize(options.index.rows.size());
  while (!level.empty()) {
    std::vector<Found> found(level.size());
    for_each_job(thread_count(options.threads), level.size(), kFoldersPerThreadMin,
                 [&](std::size_t job, unsigned) {
                   FolderWalk(root, options, level[job], found[job], out.as_in_row).run();
                 });
    std::vector<Folder> next;
    for (Found& f : found) {
      append(out.candidates, f.candidates);
      append(out.gone, f.gone);
      append(out.notices, f.notices);
      append(out.ignored, f.ignored);
      append(out.folders, f.folders);
      append(out.known, f.known);
      append(out.learned, f.learned);
      append(next, f.below);
      out.files_seen += f.files_seen;
      out.files_vouched += f.files_vouched;
      out.other_names = out.other_names || f.other_names;
      out.folders_listed += f.folders_listed;
    }
    level = std::move(next);
  }
  return out;
}

bool has_reserved_name(std::string_view path) noexcept {
  for (;;) {
    std::size_t slash = path.find('/');
    if (is_reserved_name(path.substr(0, slash))) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace hn::worktree
