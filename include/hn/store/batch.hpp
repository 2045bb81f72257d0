#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "hn/object/references.hpp"
#include "hn/store/stored.hpp"

namespace hn::store {

// The id of an entry of the log, which is opaque to the store.
struct EntryId {
  Hash bytes{};
  friend auto operator<=>(const EntryId&, const EntryId&) = default;
};

// What became of a block that came from elsewhere.
enum class Taken {
  stored,        // it is part of the batch, or was in the store before
  wrong,         // it does not decode, or is not the block of that address
  base_missing,  // it cannot be judged: neither store nor batch hold its base
};

// The same of one that was submitted.
struct Judged {
  Taken taken = Taken::stored;
  Stored stored;  // given back where its base is missing, else empty
};

// One transaction: blocks, entries and local state that become visible and durable together, or not
// at all. Made by Store::begin(); one thread at a time. A batch dropped without commit() leaves
// nothing. Reads see the batch's own blocks and the store's.
//
// No lock is held before commit(): a batch may stay open for as long as a transfer takes. Blocks
// wait in memory until they are more than Options::spill_bytes, then in a pack of the batch's own.
// Compression runs on other threads where there is enough to do; write() returns before it.
class Batch final : public object::BlockReader, public object::BlockWriter {
 public:
  ~Batch() override;
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) = delete;

  using BlockReader::read;
  Result<object::Block> read(const object::Id& id) const override;
  bool has(const object::Id& id) const override;

  // At most object::kBlockBytesMax bytes. Costs one hash, and a look-up if the block is there.
  object::Id write(object::Kind kind, ByteView bytes,
                   const std::optional<object::Id>& base = {}) override;
  // Costs no hash: the id is believed.
  void write_known(const object::Id& id, object::Kind kind, ByteView bytes,
                   const std::optional<object::Id>& base = {}) override;

  // Keeps a block in the form in which it came, once its plaintext was checked against the address.
  // Any input is fine; memory is bounded by the limits of a block.
  Taken write_stored(const Stored& stored, const object::Address& address);

  // The same for many: they are decoded at once, and hashed on other threads meanwhile. Answers
  // come in the order of the calls, as soon as there are any or, with `wait`, as long as some are
  // due. All have been taken before commit(). A Failure leaves it unknown which of those that were
  // not answered are kept; drop_submitted() forgets the questions.
  void submit_stored(Stored stored, const object::Address& address);
  std::optional<Judged> take_judged(bool wait);
  void drop_submitted();
  // Called in the thread that calls these two, with blocks that they keep and with what those name;
  // it may be asked for before the first one is submitted, or when all have been taken. Of a block
  // that is what its address says, and is not kept, what it names may be among that.
  using OnStored = std::function<void(std::span<const object::Id> kept, const object::Named&)>;
  void on_stored(OnStored call);

  // Entries in the order of the calls. One that is in the store, or in the batch, is left out.
  void add_entry(const EntryId& id, ByteView bytes);

  // Local state: small records by key; the last one counts.
  void put(std::string key, ByteView bytes);
  void erase(std::string key);

  // Appends to the operation log; the sequence number is given at commit.
  void add_operation(ByteView bytes);
  // Forgets the operations before this sequence number.
  void drop_operations_before(std::uint64_t sequence);

  // Returns when everything is durable; then the batch is used up. Costs two fsyncs for a batch
  // that fits in memory (one if it has no blocks), four for a larger one, however many blocks there
  // are. Throws Failure, and then nothing of the batch is visible; only after a failure of the disk
  // itself (io) may it turn out after a restart that all of it was recorded.
  void commit();

 private:
  friend class Store;
  struct State;
  explicit Batch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hn::store
