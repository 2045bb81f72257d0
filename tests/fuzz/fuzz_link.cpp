// layer: log
#include "hn/log/link.hpp"

// A link has one spelling, but for the white space around it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = hn::as_text({data, size});
  const auto link = hn::log::decode_link(text);
  if (link) HN_ASSERT(text.find(hn::log::encode_link(*link)) != text.npos);
  return 0;
}
