// layer: git
#include "git/delta.hpp"
#include "hn/base/assert.hpp"

// Any bytes are a delta or none, within the room that is given; and of any two texts the delta from
// one to the other leads there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  if (size == 0) return 0;
  const ByteView in(data + 1, size - 1);
  const std::size_t cut = in.size() * data[0] / 256;
  const ByteView base = in.first(cut);
  const ByteView rest = in.subspan(cut);
  constexpr std::size_t kMax = 1 << 16;
  const auto made = git::apply_delta(base, rest, kMax);
  HN_ASSERT(!made || made->size() <= kMax);
  const auto delta = git::make_delta(base, rest, SIZE_MAX / 2);
  HN_ASSERT(delta && git::apply_delta(base, *delta, rest.size()) == to_bytes(rest));
  return 0;
}
