#pragma once

#include "hn/base/codec.hpp"
#include "hn/store/stored.hpp"

// Records of packs (hn-store(5), PACKS).
namespace hn::store {

inline constexpr std::size_t kPackHeaderBytes = 16;
inline constexpr std::size_t kRecordHeadBytes = 52;  // 32 more where there is a base
// Stored bytes are never longer than the plaintext: else the form would be raw. Bytes that came
// from a peer may be, by what zstd adds at worst.
inline constexpr std::size_t kStoredBytesMax = object::kBlockBytesMax + 4096;

struct RecordHead {
  std::uint64_t checksum = 0;  // of all that follows it in the record
  std::uint32_t stored_bytes = 0;
  std::uint32_t plain_bytes = 0;
  object::Kind kind = object::Kind::chunk;
  Form form = Form::raw;
  std::uint8_t depth = 0;  // steps to a block without a base; an upper bound
  object::Address address;
  std::optional<object::Address> base;

  std::size_t head_bytes() const noexcept { return kRecordHeadBytes + (base ? 32U : 0U); }
  std::size_t size() const noexcept { return head_bytes() + stored_bytes; }
};

Bytes encode_pack_header();
// invalid for another kind of file, unsupported for a newer format.
Result<void> check_pack_header(ByteView bytes) noexcept;

void append_record(Bytes& out, const object::Address& address, const Stored& stored,
                   std::uint8_t depth);

// The head at the front of `bytes`, which may go on beyond the record. Total. Does not look at the
// checksum; all lengths are within limits.
Result<RecordHead> decode_record_head(ByteView bytes) noexcept;

// decode_record_head, and the checksum: damaged where it does not match or bytes are missing.
Result<RecordHead> check_record(ByteView bytes) noexcept;

}  // namespace hn::store
