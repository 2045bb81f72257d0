#include "hn/log/link.hpp"

#include <doctest/doctest.h>

namespace hn::log {
namespace {

Link example() {
  Link link;
  link.repository.bytes.fill(1);
  link.transport.bytes.fill(2);
  link.device.bytes.fill(3);
  link.addresses = {"192.0.2.7:4711", "[2001:db8::7]:4711", "anna.example:4711"};
  link.right = Right::write;
  link.secret.fill(4);
  return link;
}

Code code_of(const std::string& text) {
  return decode_link(text).error().code;
}

}  // namespace

TEST_CASE("a link comes back as it went") {
  const std::string text = encode_link(example());
  CHECK(text.starts_with("hn:"));
  CHECK(*decode_link(text) == example());
  CHECK(*decode_link("  " + text + "\n") == example());
}

TEST_CASE("every mistyped character of a link is noticed") {
  const std::string text = encode_link(example());
  for (std::size_t i = 3; i < text.size(); ++i) {
    std::string bad = text;
    bad[i] = bad[i] == 'a' ? 'b' : 'a';
    CHECK(code_of(bad) == Code::bad_link);
  }
}

TEST_CASE("a link that is cut short is noticed") {
  const std::string text = encode_link(example());
  for (std::size_t n = 0; n < text.size(); ++n) CHECK(code_of(text.substr(0, n)) == Code::bad_link);
}

TEST_CASE("what is no link is said to be none") {
  CHECK(decode_link("https://example.org").error().rule ==
        std::string_view("link: does not begin with hn:"));
  CHECK(code_of(std::string(5000, 'a')) == Code::bad_link);
}

TEST_CASE("addresses are a host and a port") {
  for (const char* good : {"a:1", "example.org:65535", "[::1]:80", "192.0.2.1:4711"})
    CHECK(is_address(good));
  for (const char* bad : {"", "a", "a:", "a:0", "a:65536", "a:01", ":80", "a b:80", "a\n:80",
                          "[::1:80", "a:-1", "a:123456", "[]:80", "::1:80", "a;rm:80"})
    CHECK_FALSE(is_address(bad));
}

TEST_CASE("an invitation's name gives its secret away to nobody") {
  std::array<Byte, 16> secret{};
  const InvitationId id = invitation_id(secret);
  CHECK(id.bytes != secret);
  secret[0] = 1;
  CHECK(invitation_id(secret) != id);
}

}  // namespace hn::log
