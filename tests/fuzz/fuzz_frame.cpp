// layer: net
#include "hn/base/assert.hpp"
#include "net/frame.hpp"

// The frames of a packet. What is read, padding left out, can be written in no more bytes and read
// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::net;
  const ByteView packet(data, size);
  FrameReader reader(packet);
  Bytes room(size + 64);
  FrameWriter writer(room);
  for (;;) {
    const auto frame = reader.next();
    if (!frame) return 0;
    if (!*frame) break;
    std::visit(
        [&](const auto& f) {
          using F = std::decay_t<decltype(f)>;
          if constexpr (!std::is_same_v<F, PaddingFrame>) HN_ASSERT(writer.put(f));
        },
        **frame);
  }
  HN_ASSERT(writer.size() <= size);
  FrameReader again(ByteView(room).first(writer.size()));
  for (;;) {
    const auto frame = again.next();
    HN_ASSERT(frame.has_value());
    if (!*frame) break;
  }
  return 0;
}
