#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "hn/base/text.hpp"
#include "worktree/content.hpp"
#include "worktree/items.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {
namespace {

// A folder that was looked into last, because the items of a folder come one after the other.
class FolderCache {
 public:
  explicit FolderCache(const Root& root) : root_(root) {}

  // Not valid where it is not there.
  int open(std::string_view path) {
    if (!known_ || path_ != path) {
      path_ = path;
      folder_ = root_.open_folder(path);
      error_ = folder_ ? 0 : errno;
      writable_.reset();
      known_ = true;
    }
    return folder_.get();
  }

  // Of the folder opened last: it is there, or what is on the way to it, and not for us.
  bool is_denied() const { return error_ == EACCES || error_ == EPERM || error_ == EIO; }
  bool is_writable() {
    if (!writable_)
      writable_ = ::faccessat(folder_.get(), ".", W_OK | X_OK, AT_EACCESS) == 0 || errno != EACCES;
    return *writable_;
  }

 private:
  const Root& root_;
  std::string path_;
  Descriptor folder_;
  int error_ = 0;
  std::optional<bool> writable_;
  bool known_ = false;
};

// Whether a file on disk is what a broken-off writing of `planned` leaves: its beginning, perhaps
// with zeros behind it that were allocated and never written.
class TornFile {
 public:
  TornFile(int folder, const std::string& name)
      : file_(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {}

  bool matches(const PlannedFile& planned, const object::BlockReader& reader) {
    if (!file_ || entry_of(file_.get()).kind != Entry::Kind::file) return false;
    if (planned.bytes) return take(*planned.bytes) && at_end();
    auto streamed =
        object::stream_file(reader, *planned.id, [&](ByteView bytes) { return take(bytes); });
    return streamed && fits_ && at_end();
  }

 private:
  bool take(ByteView wanted) {
    buffer_.resize(wanted.size());
    std::size_t have = 0;
    while (have < buffer_.size()) {
      ssize_t n = ::read(file_.get(), buffer_.data() + have, buffer_.size() - have);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fits_ = false;
      if (n == 0) break;
      have += static_cast<std::size_t>(n);
    }
    for (std::size_t i = 0; i < have && fits_; ++i) {
      if (buffer_[i] != wanted[i]) zeros_ = true;
      if (zeros_ && buffer_[i] != 0) fits_ = false;
    }
    return fits_;
  }

  bool at_end() {
    Byte more = 0;
    return fits_ && ::read(file_.get(), &more, 1) == 0;
  }

  Descriptor file_;
  Bytes buffer_;
  bool fits_ = true;
  bool zeros_ = false;
};

class Planner {
 public:
  explicit Planner(const CheckoutOptions& options)
      : options_(options), root_(options.root), folders_(root_) {}

  Plan run() {
    HN_ASSERT(options_.reader != nullptr);
    out_.index = options_.index;
    if (auto done = rebase(out_.index, *options_.reader, options_.from); !done)
      throw Failure(done.error(), "reading the tree that the working tree stands on");
    task_ = make_task(options_, out_.index);
    out_.refusals = std::move(task_.refusals);
    for (Item& item : task_.items) plan(item);
    auto by_path = [](const auto& a, const auto& b) { return path_less(a.path, b.path); };
    std::stable_sort(out_.refusals.begin(), out_.refusals.end(), by_path);
    std::stable_sort(out_.obstacles.begin(), out_.obstacles.end(), by_path);
    out_.obstacles.erase(
        std::unique(out_.obstacles.begin(), out_.obstacles.end(),
                    [](const Obstacle& a, const Obstacle& b) { return a.path == b.path; }),
        out_.obstacles.end());
    out_.changes = std::move(task_.changes);
    return std::move(out_);
  }

 private:
  void obstacle(Obstacle::Kind kind, std::string path) {
    out_.obstacles.push_back({kind, std::move(path)});
  }

  static bool is_submodule(const std::optional<PlannedFile>& file) {
    return file && file->mode == object::Mode::submodule;
  }
  static bool is_content(const std::optional<PlannedFile>& file) {
    return file && !is_submodule(file);
  }

  void plan(Item& item) {
    std::string name(name_of_path(item.path));
    int folder = folders_.open(folder_of(item.path));
    Entry entry;
    if (folder >= 0) entry = look(folder, name);
    if (folder < 0 && folders_.is_denied()) entry.kind = Entry::Kind::unreadable;
    Step step;
    step.path = item.path;
    step.owner = item.owner;
    step.now = item.now;
    step.witness = entry.witness;
    switch (entry.kind) {
      case Entry::Kind::absent:
        absent(item, folder >= 0, step);
        break;
      case Entry::Kind::file:
      case Entry::Kind::symlink:
        content(item, folder, name, entry, step);
        break;
      case Entry::Kind::folder:
        in_folder(item, step);
        break;
      case Entry::Kind::special:
        in_the_way(item, step);
        break;
      case Entry::Kind::unnameable:
        if (item.now) out_.refusals.push_back({Refusal::Kind::name, item.path, ""});
        return;
      case Entry::Kind::unreadable:
        obstacle(Obstacle::Kind::unreadable, item.path);
        break;
    }
    const bool touches = step.present || (step.now && !step.done);
    if (touches && folder >= 0 && !folders_.is_writable())
      obstacle(Obstacle::Kind::unwritable, item.path);
    if (step.now || step.present || step.folder || step.done) out_.steps.push_back(std::move(step));
  }

  void absent(const Item& item, bool has_folder, Step& step) {
    if (!item.now) {
      step.done = true;
      return;
    }
    if (!has_folder && blocked(item.path)) return;
    const IndexRow* row = out_.index.find(item.path);
    bool was_there = is_content(item.old) && !(row != nullptr && (row->refused || row->pending));
    if (was_there && !options_.overwrite) obstacle(Obstacle::Kind::deleted, item.path);
  }

  // Something that is no folder stands on the way to `path` and will not go.
  bool blocked(const std::string& path) {
    for (std::string_view at = folder_of(path); !at.empty(); at = folder_of(at)) {
      Entry entry = root_.look(at);
      if (entry.kind == Entry::Kind::folder || entry.kind == Entry::Kind::unnameable) return false;
      if (entry.kind == Entry::Kind::absent) continue;
      if (is_removed(at)) return false;
      const IndexRow* row = out_.index.find(at);
      bool tracked = row != nullptr && row->base;
      obstacle(tracked ? Obstacle::Kind::modified : Obstacle::Kind::replaced, std::string(at));
      return true;
    }
    return false;
  }

  bool is_removed(std::string_view path) const {
    auto at = std::lower_bound(
        task_.items.begin(), task_.items.end(), path,
        [](const Item& item, std::string_view p) { return path_less(item.path, p); });
    return at != task_.items.end() && at->path == path && at->old && !at->now;
  }

  void content(const Item& item, int folder, const std::string& name, const Entry& entry,
               Step& step) {
    IndexRow* row = out_.index.find(item.path);
    std::optional<object::Value> there = value_of(row, folder, name, entry, step);
    if (!there && options_.overwrite) {
      step.present = true;
      return;
    }
    if (!there) return obstacle(Obstacle::Kind::unreadable, item.path);
    if (equals(item.now, *there)) {
      step.done = true;
      return;
    }
    step.present = true;
    if (is_submodule(item.old) && !item.now) {
      step.present = false;
      return;
    }
    if (equals(item.old, *there) || options_.overwrite) return;
    if (item.old && is_unedited_conflict(item, folder, name)) return;
    if (row != nullptr && row->pending && is_content(item.now) && entry.kind == Entry::Kind::file &&
        TornFile(folder, name).matches(*item.now, *options_.reader))
      return;
    obstacle(item.old ? Obstacle::Kind::modified : Obstacle::Kind::untracked, item.path);
  }

  // It was written in another form than it would be now.
  bool is_unedited_conflict(const Item& item, int folder, const std::string& name) const {
    const IndexRow* owner = out_.index.find(item.owner);
    if (owner == nullptr || !owner->base || owner->base->mode != object::Mode::conflict)
      return false;
    const auto bytes = read_small(folder, name, kJudgedBytesMax);
    return bytes && options_.conflicts->judge(item.owner, owner->base->id(), *bytes) ==
                        ConflictForm::Verdict::unchanged;
  }

  std::optional<object::Value> value_of(const IndexRow* row, int folder, const std::string& name,
                                        const Entry& entry, Step& step) {
    if (row != nullptr && out_.index.trusts(*row, entry.witness)) return row->content;
    object::IdWriter none;
    Content read = read_content(folder, name, none, nullptr, {});
    if (read.state != Content::State::read) return std::nullopt;
    step.witness = read.witness;
    return read.value;
  }

  bool equals(const std::optional<PlannedFile>& planned, const object::Value& there) const {
    if (!is_content(planned) || *planned->id != there.id()) return false;
    if (planned->mode == there.mode) return true;
    bool files = there.is_file() && planned->mode != object::Mode::symlink;
    return files && !options_.traits.keeps_exec;
  }

  void in_folder(const Item& item, Step& step) {
    if (is_submodule(item.now)) {
      step.done = true;
      return;
    }
    if (!item.now) {
      step.folder = is_submodule(item.old);
      return;
    }
    step.folder = true;
    bool empty = true;
    for (const std::string& path : files_below(item.path, empty))
      if (!is_removed(path)) obstacle(Obstacle::Kind::untracked, path);
    if (empty && is_content(item.old) && !options_.overwrite)
      obstacle(Obstacle::Kind::deleted, item.path);
  }

  // All that is not a folder below a folder on disk. Without recursion, whatever the depth.
  std::vector<std::string> files_below(const std::string& top, bool& empty) {
    std::vector<std::string> out;
    std::vector<std::string> open{top};
    while (!open.empty()) {
      std::string path = std::move(open.back());
      open.pop_back();
      Descriptor folder = root_.open_folder(path);
      std::optional<std::vector<Listed>> names;
      if (folder && depth_of(path) <= kDepthMax) names = list(folder.get());
      if (!names) {
        out.push_back(path);
        continue;
      }
      for (const Listed& listed : *names) {
        empty = false;
        bool below = look(folder.get(), listed.name).kind == Entry::Kind::folder;
        (below ? open : out).push_back(join(path, listed.name));
      }
    }
    return out;
  }

  void in_the_way(const Item& item, Step& step) {
    step.present = true;
    if (options_.overwrite) return;
    obstacle(item.old ? Obstacle::Kind::modified : Obstacle::Kind::untracked, item.path);
  }

  const CheckoutOptions& options_;
  Root root_;
  FolderCache folders_;
  Task task_;
  Plan out_;
};

}  // namespace

std::string_view name_of(Obstacle::Kind kind) noexcept {
  switch (kind) {
    case Obstacle::Kind::modified:
      return "modified";
    case Obstacle::Kind::deleted:
      return "deleted";
    case Obstacle::Kind::untracked:
      return "untracked";
    case Obstacle::Kind::replaced:
      return "replaced";
    case Obstacle::Kind::unreadable:
      return "unreadable";
    case Obstacle::Kind::unwritable:
      return "unwritable";
  }
  return "unknown";
}

std::string_view name_of(Refusal::Kind kind) noexcept {
  switch (kind) {
    case Refusal::Kind::reserved:
      return "reserved";
    case Refusal::Kind::collision:
      return "collision";
    case Refusal::Kind::name:
      return "name";
    case Refusal::Kind::too_deep:
      return "too_deep";
  }
  return "unknown";
}

Plan plan_checkout(const CheckoutOptions& options) {
  return Planner(options).run();
}

}  // namespace hn::worktree
