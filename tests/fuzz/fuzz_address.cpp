// layer: node
#include "hn/base/assert.hpp"
#include "hn/base/bytes.hpp"
#include "hn/node/address.hpp"

// Any text is a host and a port, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = hn::as_text({data, size});
  const auto parsed = hn::node::parse_host_port(text);
  if (!parsed) return 0;
  HN_ASSERT(text.find(parsed->host) != text.npos);
  const bool v6 = parsed->host.find(':') != std::string::npos;
  const auto again = hn::node::parse_host_port((v6 ? "[" + parsed->host + "]" : parsed->host) +
                                               ":" + std::to_string(parsed->port));
  HN_ASSERT(again && again->host == parsed->host && again->port == parsed->port);
  return 0;
}
