#include "git/ahead.hpp"

#include <utility>

#include "git/large_blob.hpp"
#include "hn/object/file.hpp"

namespace hn::git {
namespace {

constexpr std::size_t kWaitingBytesMax = std::size_t{8} << 20;
// Small things share one lock and one wake.
constexpr std::size_t kBatch = 64;
// Of what was read and not asked for, most likely because the target has it.
constexpr std::size_t kAsideBytesMax = std::size_t{8} << 20;
// Commits of which the folder is remembered: a first parent is seldom further back.
constexpr std::size_t kRecentTreesMax = 4096;

using object::Mode;

std::size_t bytes_of(const std::vector<object::Change>& changes) {
  std::size_t bytes = 0;
  for (const object::Change& change : changes) bytes += sizeof change + change.name.size();
  return bytes;
}

}  // namespace

Ahead::Ahead(OpenBlocks open, std::shared_ptr<const std::vector<object::Id>> commits,
             const store::Scratch& scratch)
    : open_(std::move(open)),
      commits_(std::move(commits)),
      seen_(scratch),
      thread_([this] { run(); }) {}

Ahead::~Ahead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

// Reading.

// Whatever goes wrong here goes wrong again where it is asked for, and is told there.
void Ahead::run() {
  try {
    const auto blocks = open_();
    for (const object::Id& id : *commits_)
      if (stopped() || !read(*blocks, id)) break;
    flush();
  } catch (...) {
    batch_.clear();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

Result<void> Ahead::read(const object::BlockReader& blocks, const object::Id& id) {
  HN_TRY(object::Commit commit, object::read_commit(blocks, id));
  const object::Id tree = commit.tree;
  std::optional<object::Id> base;
  if (!commit.parents.empty()) {
    const object::Id& parent = commit.parents.front();
    if (const auto at = recent_trees_.find(parent); at != recent_trees_.end()) {
      base = at->second;
    } else {
      HN_TRY(const object::Commit read, object::read_commit(blocks, parent));
      base = read.tree;
    }
  }
  if (recent_trees_.size() >= kRecentTreesMax) recent_trees_.clear();
  recent_trees_.emplace(id, tree);
  const std::size_t bytes = sizeof(Item) + commit.message.size();
  push({id, Started{std::move(commit), base}, bytes});
  return read_folder(blocks, tree, base, 0);
}

Result<void> Ahead::read_folder(const object::BlockReader& blocks, const object::Id& id,
                                const std::optional<object::Id>& base, std::size_t depth) {
  if (stopped() || depth >= object::kPathDepthMax || base == id || !seen_.insert(id, true))
    return {};
  HN_TRY(std::vector<object::Change> changes, object::diff_tree(blocks, base, id));
  std::vector<std::pair<object::Value, std::optional<object::Id>>> below;
  for (const object::Change& change : changes) {
    if (!change.new_value || change.new_value->mode == Mode::submodule ||
        change.new_value->mode == Mode::conflict)
      continue;
    const bool same_kind = change.old_value && change.old_value->mode == Mode::folder &&
                           change.new_value->mode == Mode::folder;
    below.emplace_back(*change.new_value,
                       same_kind ? std::optional(change.old_value->id()) : std::nullopt);
  }
  if (base) {
    HN_TRY(const auto raw, object::read_raw_of_tree(blocks, id));
    const std::size_t bytes = sizeof(Item) + bytes_of(changes);
    if (!raw) push({id, Folder{*base, std::move(changes)}, bytes});
  }
  for (const auto& [value, older] : below) {
    if (value.mode == Mode::folder)
      HN_CHECK(read_folder(blocks, value.id(), older, depth + 1));
    else
      HN_CHECK(read_file(blocks, value.id()));
  }
  return {};
}

Result<void> Ahead::read_file(const object::BlockReader& blocks, const object::Id& id) {
  if (stopped() || !seen_.insert(id, true)) return {};
  auto read = object::read_file(blocks, id, kLargeBytes);
  if (!read && read.error().code == Code::refused) return {};  // longer than is held
  if (!read) return Unexpected(read.error());
  const std::size_t bytes = sizeof(Item) + read->size();
  push({id, std::make_shared<const Bytes>(*std::move(read)), bytes});
  return {};
}

void Ahead::push(Item item) {
  batch_bytes_ += item.bytes;
  batch_.push_back(std::move(item));
  if (batch_.size() >= kBatch || batch_bytes_ >= kWaitingBytesMax / 8) flush();
}

void Ahead::flush() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return stopped() || waiting_bytes_ == 0 || waiting_bytes_ + batch_bytes_ <= kWaitingBytesMax;
  });
  for (Item& item : batch_) waiting_.push_back(std::move(item));
  waiting_bytes_ += batch_bytes_;
  batch_.clear();
  batch_bytes_ = 0;
  changed_.notify_all();
}

// Asking.

Ahead::Item* Ahead::front() {
  if (taken_.empty()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    taken_.swap(waiting_);
    waiting_bytes_ = 0;
    changed_.notify_all();
  }
  return taken_.empty() ? nullptr : &taken_.front();
}

std::optional<Ahead::Started> Ahead::start(const object::Id& commit) {
  aside_.clear();
  aside_bytes_ = 0;
  while (Item* const item = front()) {
    auto* const started = std::get_if<Started>(&item->what);
    std::optional<Started> found;
    if (started != nullptr && item->id == commit) found = std::move(*started);
    taken_.pop_front();
    if (found) return found;
  }
  return std::nullopt;
}

template <class T>
std::optional<T> Ahead::take(const object::Id& id) {
  if (const auto at = aside_.find(id); at != aside_.end()) {
    std::optional<T> found = std::get<T>(std::move(at->second.what));
    aside_bytes_ -= at->second.bytes;
    aside_.erase(at);
    return found;
  }
  for (Item* item = front(); item != nullptr; item = front()) {
    if (std::holds_alternative<Started>(item->what)) return std::nullopt;  // the next commit's
    Item now = std::move(*item);
    taken_.pop_front();
    if (now.id == id) return std::get<T>(std::move(now.what));
    lay_aside(std::move(now));
  }
  return std::nullopt;
}

void Ahead::lay_aside(Item item) {
  if (aside_bytes_ >= kAsideBytesMax) {
    aside_.clear();
    aside_bytes_ = 0;
  }
  aside_bytes_ += item.bytes;
  const object::Id id = item.id;
  aside_.emplace(id, std::move(item));
}

std::optional<Ahead::Folder> Ahead::folder(const object::Id& id, const object::Id& base) {
  auto found = take<Folder>(id);
  if (found && found->base != base) found.reset();
  return found;
}

Ahead::File Ahead::file(const object::Id& id) {
  return take<File>(id).value_or(nullptr);
}

}  // namespace hn::git
