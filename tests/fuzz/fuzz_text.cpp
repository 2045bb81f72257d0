// layer: base
#include "hn/base/text.hpp"

#include "hn/base/assert.hpp"

// Bytes as base32, hex, UTF-8 and text for a terminal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const std::string_view text = hn::as_text(bytes);
  if (const auto plain = hn::from_base32(text)) HN_ASSERT(hn::to_base32(*plain) == text);
  if (const auto plain = hn::from_hex(text)) HN_ASSERT(hn::to_hex(*plain).size() == text.size());
  const auto back = hn::from_base32(hn::to_base32(bytes));
  HN_ASSERT(back && hn::equal(*back, bytes));
  const std::string shown = hn::escape_controls(text);
  HN_ASSERT(hn::is_utf8(hn::as_bytes(shown)));
  HN_ASSERT(hn::escape_controls(shown) == shown);
  for (const char c : shown) HN_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  return 0;
}
