#pragma once

#include <variant>
#include <vector>

#include "hn/base/codec.hpp"
#include "hn/base/result.hpp"
#include "hn/store/batch.hpp"

// The journal's bytes (hn-store(5), JOURNAL): a header, then frames, each a transaction.
namespace hn::store {

inline constexpr std::size_t kJournalHeaderBytes = 32;
inline constexpr std::size_t kFrameHeadBytes = 24;
inline constexpr std::size_t kFrameBytesMax = 1U << 30U;  // the entries of a clone come in one
inline constexpr std::size_t kKeyBytesMax = 1024;

// Items of a frame. Their views point into the decoded bytes.
struct AddEntry {
  EntryId id;
  ByteView bytes;
};
struct Put {
  ByteView key;
  ByteView value;
};
struct Erase {
  ByteView key;
};
struct AddOperation {
  std::uint64_t sequence = 0;
  ByteView bytes;
};
struct DropOperations {
  std::uint64_t before = 0;
};
// A pack has this many bytes that count.
struct PackIs {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  bool sealed = false;
};
struct PackGone {
  std::uint64_t number = 0;
};
// Numbers that were given out and must not be given again.
struct Counters {
  std::uint64_t next_pack = 0;
  std::uint64_t last_operation = 0;
};
using Item =
    std::variant<AddEntry, Put, Erase, AddOperation, DropOperations, PackIs, PackGone, Counters>;

void append_item(Encoder& out, const Item& item);
// Total: invalid for items that break a rule, unsupported for kinds that this version lacks.
Result<std::vector<Item>> decode_items(ByteView payload);

// `durable`: up to here frames are known to have been synced (hn-store(5), DURABLE MARK).
Bytes encode_journal_header(std::uint64_t durable);
Bytes encode_durable_mark(std::uint64_t durable);  // the 16 bytes at kDurableMarkAt
inline constexpr std::size_t kDurableMarkAt = 16;
// The mark, 0 where it is not whole.
Result<std::uint64_t> decode_journal_header(ByteView bytes) noexcept;

Bytes encode_frame(std::uint64_t sequence, ByteView payload);

struct Frame {
  std::uint64_t sequence = 0;
  ByteView checksum_bytes;
  ByteView payload;
  std::size_t size() const noexcept { return kFrameHeadBytes + payload.size(); }
};
// The frame at the front of `bytes`; damaged where it is not whole, as a torn tail is not.
Result<Frame> decode_frame(ByteView bytes) noexcept;

}  // namespace hn::store
