#include <doctest/doctest.h>

#include "hn/node/address.hpp"

using namespace hn;
using namespace hn::node;

namespace {

bool called(std::string_view text, bool over_loopback = false) {
  const auto address = numeric_address(text);
  REQUIRE(address);
  return may_be_called(*address, over_loopback);
}

}  // namespace

TEST_CASE("addresses by hearsay that make no sense are not called") {
  CHECK(called("192.0.2.1:4697"));
  CHECK(called("[2001:db8::1]:4697"));
  CHECK(called("10.1.2.3:1"));
  for (const char* none : {"192.0.2.1:0", "224.0.0.1:4697", "255.255.255.255:4697", "0.0.0.0:4697",
                           "169.254.1.1:4697", "[ff02::1]:4697", "[::]:4697", "[fe80::1]:4697"}) {
    CAPTURE(none);
    CHECK(!called(none));
    CHECK(!called(none, true));
  }
  for (const char* loopback : {"127.0.0.1:4697", "127.9.9.9:4697", "[::1]:4697"}) {
    CAPTURE(loopback);
    CHECK(!called(loopback));
    CHECK(called(loopback, true));
  }
  CHECK(!may_be_called(pipe_address(), true));
}

TEST_CASE("addresses of private networks are not global") {
  for (const char* one : {"192.0.2.1:1", "172.15.0.1:1", "172.32.0.1:1", "192.169.0.1:1",
                          "100.63.0.1:1", "100.128.0.1:1", "[2001:db8::1]:1"}) {
    CAPTURE(one);
    CHECK(is_global(*numeric_address(one)));
  }
  for (const char* one : {"10.0.0.1:1", "172.16.0.1:1", "172.31.255.255:1", "192.168.1.1:1",
                          "100.64.0.1:1", "127.0.0.1:1", "[fd00::1]:1", "[fc00::1]:1", "[::1]:1"}) {
    CAPTURE(one);
    CHECK(!is_global(*numeric_address(one)));
  }
}

TEST_CASE("numbers are told from names, and written as they were read") {
  CHECK(!numeric_address("example.org:4697"));
  CHECK(!numeric_address("nonsense"));
  CHECK(to_text(*numeric_address("192.0.2.1:4697")) == "192.0.2.1:4697");
  CHECK(to_text(*numeric_address("[2001:db8::1]:9")) == "[2001:db8::1]:9");
  CHECK(to_text(with_port(*numeric_address("[2001:db8::1]:9"), 10)) == "[2001:db8::1]:10");
  CHECK(port_of(*numeric_address("192.0.2.1:4697")) == 4697);
}

TEST_CASE("who is on the line about everything, from the port that it says, is here") {
  const auto here = numeric_address("192.0.2.1:4697");
  const auto by_v6 = numeric_address("[2001:db8::1]:4697");
  const auto elsewhere = numeric_address("192.0.2.1:4698");
  CHECK(all_at({here}, 4697));
  CHECK(all_at({here, by_v6}, 4697));
  CHECK(!all_at({}, 4697));
  CHECK(!all_at({here, std::nullopt}, 4697));
  CHECK(!all_at({here, elsewhere}, 4697));
}
