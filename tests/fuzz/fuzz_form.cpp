// layer: store
#include "hn/base/assert.hpp"
#include "store/forms.hpp"

// Stored bytes as a peer may send them: two bytes of length, one of form, and the rest is half base
// and half stored bytes. What decodes has the length that was asked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto form = hn::store::form_from(data[2]);
  if (!form) return 0;
  const std::uint32_t plain_bytes = data[0] + 256U * data[1];
  const hn::ByteView rest(data + 3, size - 3);
  const hn::ByteView base = rest.first(rest.size() / 2);
  const auto plain = hn::store::decode_form(*form, plain_bytes, rest.subspan(base.size()), base);
  if (plain) HN_ASSERT(plain->size() == plain_bytes);
  return 0;
}
