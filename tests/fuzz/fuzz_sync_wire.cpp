// layer: net
#include "hn/base/assert.hpp"
#include "net/sync_wire.hpp"

// The first byte chooses one of the four decoders of hn-sync(7). What they accept is encoded back
// to the same bytes, but for what a later version may say.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::net;
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  const auto same = [&](const auto& m) { HN_ASSERT(equal(encode(m), bytes)); };
  switch (data[0] % 4) {
    case 0:
      if (const auto m = decode_plain(bytes)) {
        const auto* open = std::get_if<OpenMessage>(&*m);
        const auto* refused = std::get_if<RefusedMessage>(&*m);
        if (open != nullptr && open->version != kSyncVersion) return 0;
        if (refused != nullptr && refused->reason == SyncRefusal::unknown) return 0;
        std::visit(same, *m);
      }
      return 0;
    case 1:
      if (const auto m = decode_control(bytes)) std::visit(same, *m);
      return 0;
    case 2:
      if (const auto m = decode_request(bytes)) same(*m);
      return 0;
    default:
      if (const auto m = decode_answer(bytes)) std::visit(same, *m);
      return 0;
  }
}
