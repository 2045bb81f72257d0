// layer: net
#include "hn/base/assert.hpp"
#include "support/scripted_peer.hpp"

// A member of a repository says anything: pieces of the input, each behind its length, go as sealed
// control messages, as requests, or as bytes on either. The host must stand, and go on serving.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::net;
  using namespace hn::testing;
  static const log::SignedEntry genesis = MemorySyncHost::genesis("anna");
  static MemorySyncHost anna("anna", genesis.id);
  if (anna.view().size() == 0) {
    anna.learn(genesis);
    anna.grant("bert");
    anna.publish({"one", "two", "three"});
  }
  LoopEnd a("anna");
  a.core->add_host(anna);
  ScriptedPeer bert("bert", a, genesis.id);
  bert.greet();
  Decoder in(ByteView(data, size));
  while (in.left() > 0 && !bert.closed()) {
    const std::uint8_t how = in.u8();
    const ByteView piece = in.take(std::min<std::size_t>(in.u8(), in.left()));
    if (how % 4 == 0) bert.say(piece);
    if (how % 4 == 1) bert.write(bert.control, piece);
    if (how % 4 == 2 || how % 4 == 3) {
      const StreamId stream = *bert.end.open_stream(bert.line);
      Bytes message = to_bytes(piece);
      if (how % 4 == 3) message.insert(message.begin(), 4);  // the type of a request
      bert.write(stream, message);
    }
  }
  const auto* left = a.last<SyncStrike>();
  HN_ASSERT(!bert.closed() || left != nullptr);
  HN_ASSERT(anna.holds("two"));
  return 0;
}
