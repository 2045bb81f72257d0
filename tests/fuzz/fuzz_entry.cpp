// layer: log
#include "hn/log/view.hpp"

// Whatever is accepted is written back as it came, and a view takes it without its past.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto entry = hn::log::decode_signed(bytes);
  if (!entry) return 0;
  HN_ASSERT(hn::equal(hn::log::encode_signed(*entry), bytes));
  const hn::log::View view = hn::log::evaluate(hn::log::repository_of(*entry), {&*entry, 1});
  HN_ASSERT(view.size() == 1);
  return 0;
}
