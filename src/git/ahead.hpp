#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "hn/object/commit.hpp"
#include "hn/object/tree.hpp"
#include "hn/store/id_table.hpp"

namespace hn::git {

// Reads what commits brought, in a thread of its own, ahead of the one that restores them: the
// changes of their folders, and their files. A guess at what will be asked for, in the
// order in which it will be: what it did not read, or could not, the other reads for itself, so
// nothing depends on it but time. What waits is bounded by kWaitingBytesMax; a file that is longer
// than that waits alone.
class Ahead {
 public:
  using OpenBlocks = std::function<std::unique_ptr<const object::BlockReader>()>;

  struct Started {
    object::Commit commit;
    std::optional<object::Id> base;  // the folder of the first parent
  };
  // A folder beside its older version, where git's bytes of neither are odd.
  struct Folder {
    object::Id base;
    std::vector<object::Change> changes;
  };
  using File = std::shared_ptr<const Bytes>;

  // `open` is called in the thread; `commits` in the order in which they will be restored.
  Ahead(OpenBlocks open, std::shared_ptr<const std::vector<object::Id>> commits,
        const store::Scratch& scratch);
  ~Ahead();
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  // Goes on to this commit and forgets what was read for those before.
  std::optional<Started> start(const object::Id& commit);
  // Of the commit that was started last, each once.
  std::optional<Folder> folder(const object::Id& id, const object::Id& base);
  File file(const object::Id& id);  // or null

 private:
  struct Item {
    object::Id id;
    std::variant<Started, Folder, File> what;
    std::size_t bytes = 0;
  };

  // The other thread's.
  void run();
  Result<void> read(const object::BlockReader& blocks, const object::Id& id);
  Result<void> read_folder(const object::BlockReader& blocks, const object::Id& id,
                           const std::optional<object::Id>& base, std::size_t depth);
  Result<void> read_file(const object::BlockReader& blocks, const object::Id& id);
  void push(Item item);
  void flush();
  bool stopped() const noexcept { return stop_.load(std::memory_order_relaxed); }

  // The asking thread's.
  Item* front();
  template <class T>
  std::optional<T> take(const object::Id& id);
  void lay_aside(Item item);

  const OpenBlocks open_;
  const std::shared_ptr<const std::vector<object::Id>> commits_;

  store::IdTable<object::Id, bool> seen_;                    // the other thread's
  std::unordered_map<object::Id, object::Id> recent_trees_;  // of commits; the other thread's
  std::vector<Item> batch_;
  std::size_t batch_bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool ended_ = false;
  std::atomic<bool> stop_ = false;

  std::deque<Item> taken_;  // the asking thread's, as all below
  std::unordered_map<object::Id, Item> aside_;
  std::size_t aside_bytes_ = 0;

  std::thread thread_;  // last: it works on all above
};

}  // namespace hn::git
