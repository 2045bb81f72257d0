#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hn/os/file_system.hpp"
#include "hn/store/batch.hpp"
#include "hn/store/check.hpp"
#include "hn/store/collect.hpp"
#include "hn/store/effort.hpp"

namespace hn::store {

// Sizes that tests make small; the defaults and their reasons are in hn-store(5), LIMITS.
struct Options {
  std::uint64_t seal_bytes = 8U << 20U;   // the pack that is appended to is closed beyond this
  std::uint64_t spill_bytes = 4U << 20U;  // a batch with more stored bytes gets its own pack
  std::uint64_t journal_waste_bytes = 1U << 20U;  // outdated records before it is rewritten
  std::size_t table_bytes = 32U << 20U;  // where a batch's blocks lie, before that is in files
  unsigned threads = 0;  // for compression; 0: as many as the machine has, at most 8
};

struct Entry {
  EntryId id;
  ByteView bytes;  // valid as long as the store
};

struct Operation {
  std::uint64_t sequence = 0;  // 1, 2, 3 ... over the life of the store
  ByteView bytes;              // valid until the next refresh() or commit
};

// The folder .hn/store: blocks, entries and local state of one repository on this machine
// (hn-store(5)). Several processes may have it open: readers never lock and see whole transactions;
// writers take turns at commit.
//
// Thread rule: read(), has(), read_stored(), as_plain_form(), plain_bytes() and find_blocks() from
// any thread, also while one thread commits or refreshes; everything else from one thread at a
// time. What a process sees changes at refresh(), lock() and at commits of its own only.
//
// Errors: Failure (damaged, no_space, io) where the disk fails, Failure (unsupported) for a store
// of a newer version. read() answers absent and damaged as values.
class Store final : public object::BlockReader {
 public:
  // Makes an empty store; durable on return. `folder`'s parent must be there. Failure (exists) if
  // there is one already.
  static void create(os::FileSystem& fs, const std::string& folder);
  static bool exists(os::FileSystem& fs, const std::string& folder);

  // Failure (no_repository) where there is no store. `fs` outlives the store.
  Store(os::FileSystem& fs, const std::string& folder, const Options& options = {});
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The store outlives its batches.
  Batch begin(Effort effort = Effort::full);

  // Blocks.
  using BlockReader::read;
  Result<object::Block> read(const object::Id& id) const override;
  bool has(const object::Id& id) const override;
  // Length of the plaintext; nullopt where the block is not here.
  std::optional<std::uint32_t> plain_bytes(const object::Address& address) const;
  // As it lies in the pack: what a peer is sent. The bytes were checked against their checksum.
  Result<Stored> read_stored(const object::Address& address) const;
  // The same block in a form that needs no base, for a peer that does not have it.
  Result<Stored> as_plain_form(const object::Address& address) const;
  // The addresses that begin with these hexadecimal digits (at least 4), sorted, each once, at most
  // `max` of them.
  std::vector<object::Address> find_blocks(std::string_view hex_prefix, std::size_t max) const;

  // Entries in the order in which they were appended.
  std::size_t entry_count() const noexcept;
  Entry entry(std::size_t index) const;
  std::optional<Entry> find_entry(const EntryId& id) const;

  // Local state.
  std::optional<Bytes> get(const std::string& key) const;
  std::vector<std::pair<std::string, Bytes>> list(std::string_view key_prefix) const;  // by key
  std::vector<Operation> operations(std::uint64_t from = 0) const;  // with sequence >= from
  std::uint64_t last_operation() const noexcept;                    // 0: there never was one

  // Shows what other processes have committed. Cheap where there is nothing (a stat and a read of 8
  // bytes). True if something is new. Views of operations become invalid then.
  bool refresh();

  // While it lives no other process commits; for changes that depend on what was read. Waits, then
  // refreshes. Commits of this store go through as usual. May be nested.
  class Exclusive {
   public:
    ~Exclusive();
    Exclusive(Exclusive&& other) noexcept : store_(std::exchange(other.store_, nullptr)) {}
    Exclusive& operator=(Exclusive&&) = delete;

   private:
    friend class Store;
    explicit Exclusive(Store& store) : store_(&store) {}
    Store* store_;
  };
  Exclusive lock();

  // An empty file in this store's folder that has no name and is gone with its last user; for what
  // is too much for memory. From any thread.
  std::unique_ptr<os::File> open_scratch() const;

  // Merges small packs until each is at least twice as large as the next smaller one, rewrites a
  // journal that is mostly outdated records, and removes what crashes left. Never needed for
  // correctness; costs reading and writing what it merges.
  void maintain();

  // Drops every block that `roots` does not name, and writes the others into one pack (hn-store(5),
  // DROPPING). Other processes read and commit meanwhile; the lock is held only at the beginning
  // and the end. May be killed at any moment. Needs as much room again as the blocks that stay.
  // Failure (busy) where another process is at it, (damaged) where a record is; then nothing goes.
  Collected collect(Roots& roots, const CollectOptions& options = {});

  // Reads everything (hn-store(5), CHECKING). Calls `report` for each fault and goes on, and
  // `progress` behind each block with how many there were.
  CheckSummary check(const std::function<void(const Finding&)>& report,
                     const std::function<void(std::uint64_t blocks)>& progress = {}) const;

 private:
  friend class Batch;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::store
