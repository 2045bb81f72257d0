// layer: store
#include "hn/base/assert.hpp"
#include "store/pack.hpp"

// What a head says lies within the limits, whatever the bytes; a whole record is written back as it
// was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  static_cast<void>(hn::store::check_pack_header(bytes));
  const auto rows = hn::store::scan_rows(bytes, 16);
  if (rows) HN_ASSERT(rows->empty() == bytes.empty());
  const auto head = hn::store::decode_record_head(bytes);
  if (!head) return 0;
  HN_ASSERT(head->stored_bytes <= hn::store::kStoredBytesMax);
  HN_ASSERT(head->plain_bytes <= hn::object::kBlockBytesMax);
  if (!hn::store::check_record(bytes)) return 0;
  const auto stored_bytes = bytes.subspan(head->head_bytes(), head->stored_bytes);
  const hn::store::Stored stored{head->kind, head->form, head->base, head->plain_bytes,
                                 hn::to_bytes(stored_bytes)};
  hn::Bytes again;
  hn::store::append_record(again, head->address, stored, head->depth);
  HN_ASSERT(hn::equal(again, bytes.first(head->size())));
  return 0;
}
