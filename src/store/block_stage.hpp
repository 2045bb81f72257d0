#pragma once

#include <unordered_map>

#include "hn/store/id_table.hpp"
#include "store/opened.hpp"
#include "store/pipeline.hpp"
#include "store/recent_blocks.hpp"
#include "store/spill_file.hpp"

namespace hn::store {

// For bulk work.
unsigned thread_count(const Options& options);

// The blocks of a batch before its commit: first as plaintext, then packed in memory, and beyond
// Options::spill_bytes in a file of their own, which becomes a pack at commit.
class BlockStage {
 public:
  BlockStage(Opened& opened, Effort effort);
  ~BlockStage();
  BlockStage(const BlockStage&) = delete;
  BlockStage& operator=(const BlockStage&) = delete;

  bool has(const object::Address& address) const;
  // A block of this batch; absent if it is not one.
  Result<PlainPtr> read(const object::Address& address) const;
  // One of this batch or of the store, for a difference from it.
  Result<PlainPtr> read_base(const object::Address& address);

  // The caller has checked that neither store nor batch has the block.
  void add(object::Kind kind, const object::Address& address, ByteView bytes,
           const std::optional<object::Address>& base);
  // `plain` is what `stored` decodes to: the next difference is likely to be from it.
  void add_stored(const object::Address& address, const Stored& stored, PlainPtr plain);

  // Packs what is left, and no more can be added, but for what is restored.
  void finish();
  // After finish(): of the least deep record of a block, more than kChainMax where there is none.
  unsigned depth_of(const object::Address& address) const;
  // After finish(): a record as another pack has it.
  void restore(const object::Address& address, const Loaded& record);
  // All of it is in the store.
  void committed() { opened_.give_batch_caches(std::move(arrived_), std::move(cache_)); }
  bool empty() const noexcept { return rows_.size() == 0; }
  bool spilled() const noexcept { return spill_.has_value(); }
  // After finish(), in memory: the records and their rows, with offsets from the first record.
  const Bytes& bytes() const noexcept { return memory_; }
  std::vector<IndexRow> rows();
  // After finish(), spilled: makes the pack `number` of it, durable with its index and its name.
  // Returns its length.
  std::uint64_t become_pack(std::uint64_t number);

 private:
  struct Base {
    BaseBytes bytes;
    std::uint8_t depth = 0;
  };
  Result<PlainPtr> read_link(const object::Address& address) const;
  std::optional<Base> find_base(const object::Address& address);
  // Fills in the base of an item whose wanted base is `address`.
  void choose_base(PackItem& item, const object::Address& address);
  std::optional<object::Address> ancestor(const object::Address& address, std::uint8_t depth) const;
  std::optional<object::Address> base_of(const object::Address& address) const;
  void submit_group();
  void absorb(PackedGroup group);
  void append(ByteView records, std::span<const IndexRow> rows);
  void append_one(const object::Address& address, const Stored& stored, std::uint8_t depth);
  void note_row(const IndexRow& row, std::uint64_t offset);
  void spill_or_flush();
  void spill();
  void flush();
  struct Place {
    std::uint64_t offset = 0;  // from the first record
    std::uint32_t length = 0;
    std::uint32_t depth = 0;
  };
  Bytes record_at(const Place& place,
                  std::size_t bytes_max = kRecordHeadBytes + 32 + kStoredBytesMax) const;
  std::uint64_t packed_bytes() const noexcept { return flushed_ + memory_.size(); }

  Opened& opened_;
  const Effort effort_;
  std::optional<Pipeline> pipeline_;
  std::vector<PackItem> group_;
  std::size_t group_bytes_ = 0;
  // Of what is not packed yet: its base. Of what is, the record says it.
  std::unordered_map<object::Address, object::Address> bases_;

  // Plaintext that is not packed yet, and some that is: bases of what comes next are mostly among
  // it.
  RecentBlocks<PlainBlock> recent_;

  // Of what came in stored form. Apart from `recent_`: what waits there for its group to be packed
  // holds back all that came later.
  Opened::Arrived arrived_;
  // What was read of bases that are in neither.
  mutable PlainCache cache_;

  Bytes memory_;                          // records that are not in the spill file
  IdTable<object::Address, Place> rows_;  // of what is packed
  std::optional<SpillFile> spill_;
  std::uint64_t flushed_ = 0;  // record bytes in the spill file
};

}  // namespace hn::store
