// layer: store
#include "hn/base/assert.hpp"
#include "store/journal_codec.hpp"
#include "store/ledger.hpp"

// The input as a journal from its header on, and as the items of one frame: any bytes are items or
// an error, a ledger takes them or refuses, and what it amounts to can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn::store;
  const hn::ByteView bytes(data, size);
  static_cast<void>(decode_journal_header(bytes));
  static_cast<void>(decode_frame(bytes));
  const auto items = decode_items(bytes);
  if (!items) return 0;
  Ledger ledger;
  if (!ledger.apply(*items, nullptr)) return 0;
  hn::Encoder out;
  for (const Item& item : ledger.snapshot()) append_item(out, item);
  const auto again = decode_items(out.bytes());
  HN_ASSERT(again.has_value());
  Ledger copy;
  HN_ASSERT(copy.apply(*again, nullptr).has_value());
  HN_ASSERT(copy.entry_count() == ledger.entry_count());
  HN_ASSERT(copy.last_operation() == ledger.last_operation());
  return 0;
}
