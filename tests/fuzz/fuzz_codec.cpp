// layer: base
#include "hn/base/codec.hpp"

#include "hn/base/assert.hpp"

namespace {

// Reads one field and writes what was read. The low bits of `what` choose the field.
void copy_field(unsigned what, hn::Decoder& in, hn::Encoder& out) {
  switch (what % 8) {
    case 0:
      out.u8(in.u8());
      return;
    case 1:
      out.u16(in.u16());
      return;
    case 2:
      out.u32(in.u32());
      return;
    case 3:
      out.u64(in.u64());
      return;
    case 4:
      out.varint(in.varint());
      return;
    case 5:
      out.zigzag(in.zigzag());
      return;
    case 6:
      out.sized(in.sized(64));
      return;
    default:
      out.raw(in.hash());
      return;
  }
}

}  // namespace

// The first 16 bytes choose fields, the rest is what is decoded: as long as nothing fails, encoding
// what was read gives the bytes back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 16) return 0;
  const hn::ByteView script(data, 16);
  const hn::ByteView bytes(data + 16, size - 16);
  hn::Decoder in(bytes);
  hn::Encoder out;
  for (const hn::Byte what : script) {
    copy_field(what, in, out);
    if (in.failed()) {
      HN_ASSERT(in.left() == 0 && in.u64() == 0 && in.sized(9).empty() && !in.done());
      return 0;
    }
    HN_ASSERT(hn::equal(out.bytes(), bytes.first(bytes.size() - in.left())));
  }
  return 0;
}
