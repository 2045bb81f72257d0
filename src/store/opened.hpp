#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "hn/os/lock.hpp"
#include "store/journal.hpp"
#include "store/ledger.hpp"
#include "store/plain_cache.hpp"
#include "store/recent_blocks.hpp"

namespace hn::store {

// An opened store: the journal, what it amounts to, and the packs. What Store, Batch, maintenance
// and check work on; packs() from any thread, all else from one at a time.
class Opened {
 public:
  Opened(os::FileSystem& fs, const std::string& folder, const Options& options);

  os::FileSystem& fs() const noexcept { return fs_; }
  const std::string& folder() const noexcept { return folder_; }
  const Options& options() const noexcept { return options_; }
  const Ledger& ledger() const noexcept { return *ledger_; }
  const Journal& journal() const noexcept { return journal_; }
  std::shared_ptr<const PackSet> packs() const { return packs_.load(); }

  // PackSet::read and read_shallowest, through a cache where the thread is the one that opened the
  // store: a lock around the cache would cost the others more than it gives.
  Result<PlainPtr> read(const object::Address& address) const {
    return packs()->read(address, cache());
  }
  Result<PlainPtr> read_shallowest(const object::Address& address) const {
    return packs()->read_shallowest(address, cache());
  }

  bool refresh();

  // The writers' lock; nested calls count. acquire() refreshes, and cuts what a crash left.
  void acquire();
  void release() noexcept;
  bool holds_lock() const noexcept { return lock_depth_ > 0; }
  // The lock alone, nothing where it is held already.
  std::optional<os::Lock> lock_without_refresh() const;

  // While a batch of this process is open, packs that vanish from the store are held on to: the
  // batch may count on what is in them (hn-store(5), DROPPING).
  void batch_begins() noexcept { ++open_batches_; }
  void batch_ends() noexcept {
    if (--open_batches_ == 0) gone_.clear();
  }
  const std::vector<std::shared_ptr<const Pack>>& gone() const noexcept { return gone_; }

  // What the last batch read and wrote: a history that comes in many batches goes on with it.
  using Arrived = RecentBlocks<Plain>;
  PlainCache take_batch_cache() {
    return std::exchange(batch_cache_, PlainCache(kBatchCacheBytes));
  }
  Arrived take_arrived() { return std::exchange(arrived_, no_arrived()); }
  void give_batch_caches(Arrived arrived, PlainCache cache) {
    arrived_ = std::move(arrived);
    batch_cache_ = std::move(cache);
  }

  // With the lock held: appends one frame and shows it. `tail_rows` are those of the blocks by
  // which the tail pack grew, if it is the same pack.
  void record(std::span<const Item> items, std::vector<IndexRow> tail_rows = {});
  // Replaces the journal by one frame that amounts to the same.
  void rewrite_journal();

 private:
  static constexpr std::size_t kCacheBytes = 24U << 20U;
  static constexpr std::size_t kBatchCacheBytes = 24U << 20U;
  // Blocks come in the order of commits, and a version that is not at hand any more is decoded
  // along its whole chain: with 96 and 48 MiB a clone of git/git did so 46,000 times, with these
  // 18,000. Chains that were at their limit branch off from blocks that served as a base long
  // before.
  static constexpr std::size_t kArrivedFreshBytes = 144U << 20U;
  static constexpr std::size_t kArrivedBaseBytes = 64U << 20U;
  static Arrived no_arrived() { return Arrived(kArrivedFreshBytes, kArrivedBaseBytes); }
  PlainCache* cache() const {
    if (std::this_thread::get_id() != thread_) return nullptr;
    if (forget_.exchange(false)) cache_ = PlainCache(kCacheBytes);
    return &cache_;
  }
  void load_all();
  void load_news(const std::shared_ptr<const PackSet>& old);
  void apply(const Frame& frame, const std::shared_ptr<const Bytes>& buffer);
  void note_gone(const PackSet& before, const PackSet& now);
  void show_packs(const std::shared_ptr<const PackSet>& old, std::vector<IndexRow> tail_rows);
  std::shared_ptr<const TailPack> show_tail(const PackSet* old, const PackIs& pack,
                                            std::vector<IndexRow> rows) const;

  os::FileSystem& fs_;
  std::string folder_;
  Options options_;
  Journal journal_;
  std::unique_ptr<Ledger> ledger_ = std::make_unique<Ledger>();
  std::vector<std::unique_ptr<Ledger>> old_ledgers_;  // views of entries point into them
  std::atomic<std::shared_ptr<const PackSet>> packs_;
  std::thread::id thread_ = std::this_thread::get_id();
  mutable PlainCache cache_{kCacheBytes};
  mutable std::atomic<bool> forget_ = false;  // what the cache holds
  PlainCache batch_cache_{kBatchCacheBytes};
  Arrived arrived_ = no_arrived();
  std::vector<std::shared_ptr<const Pack>> gone_;
  unsigned open_batches_ = 0;
  std::optional<os::Lock> lock_;
  unsigned lock_depth_ = 0;
};

// For the length of a scope.
class LockGuard {
 public:
  explicit LockGuard(Opened& opened) : opened_(opened) { opened_.acquire(); }
  ~LockGuard() { opened_.release(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Opened& opened_;
};

// Writes and syncs the index of a pack; the caller syncs the folder.
void write_index(os::FileSystem& fs, const std::string& folder, std::uint64_t number,
                 const std::function<void(os::File&)>& write);
void write_index(os::FileSystem& fs, const std::string& folder, std::uint64_t number,
                 std::vector<IndexRow> rows, std::uint64_t pack_bytes);

}  // namespace hn::store
