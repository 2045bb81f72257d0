#include "hn/base/text.hpp"

#include <doctest/doctest.h>

#include "hn/base/error.hpp"
#include "hn/base/random.hpp"
#include "hn/base/result.hpp"

using namespace hn;

namespace {

std::string base32(std::string_view s) {
  return to_base32(as_bytes(s));
}
bool utf8(std::string_view s) {
  return is_utf8(as_bytes(s));
}

}  // namespace

TEST_CASE("hex goes both ways and reads either case") {
  CHECK(to_hex(as_bytes("\x01\xab\xff")) == "01abff");
  CHECK(from_hex("01ABff") == Bytes{0x01, 0xab, 0xff});
  CHECK(from_hex("") == Bytes{});
}

TEST_CASE("hex refuses odd lengths and other characters") {
  for (const char* bad : {"0", "abc", "0g", " 00", "0x00", "0`", "0:"}) CHECK(!from_hex(bad));
}

TEST_CASE("base32 is that of RFC 4648, lower case without padding") {
  CHECK(base32("").empty());
  CHECK(base32("f") == "my");
  CHECK(base32("fo") == "mzxq");
  CHECK(base32("foo") == "mzxw6");
  CHECK(base32("foob") == "mzxw6yq");
  CHECK(base32("fooba") == "mzxw6ytb");
  CHECK(base32("foobar") == "mzxw6ytboi");
}

TEST_CASE("base32 comes back for every length") {
  SeededRandom random(1);
  for (std::size_t n = 0; n < 70; ++n) {
    Bytes bytes(n);
    random.fill(bytes);
    CHECK(from_base32(to_base32(bytes)) == bytes);
  }
}

TEST_CASE("base32 has one form only") {
  // Upper case, padding, digits that are not its own, lengths no bytes have, trailing bits.
  for (const char* bad : {"MY", "my======", "m1", "m0", "m8", "m", "mzx", "mzxw6y", "mz", "mzxr"}) {
    CAPTURE(bad);
    CHECK(!from_base32(bad));
  }
}

TEST_CASE("UTF-8 is recognised as the Unicode standard defines it") {
  for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                           "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"}) {
    CAPTURE(good);
    CHECK(utf8(good));
  }
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x28\xa1"}) {
    CAPTURE(to_hex(as_bytes(bad)));
    CHECK(!utf8(bad));
  }
}

TEST_CASE("what could steer a terminal is escaped") {
  CHECK(escape_controls("plain \xc3\xa9 \\n") == "plain \xc3\xa9 \\n");
  CHECK(escape_controls("\x1b[31m") == "\\x1b[31m");
  CHECK(escape_controls("a\nb\tc") == "a\\x0ab\\x09c");
  CHECK(escape_controls("a\nb\tc", true) == "a\nb\tc");
  CHECK(escape_controls("a\rb", true) == "a\\x0db");
  CHECK(escape_controls("\x7f") == "\\x7f");
  CHECK(escape_controls(std::string_view("\0", 1)) == "\\x00");
  CHECK(escape_controls("\xc2\x9b") == "\\xc2\\x9b");           // C1: CSI
  CHECK(escape_controls("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  CHECK(escape_controls("\xff\xc3") == "\\xff\\xc3");
}

TEST_CASE("a failure made from an error names rule and subject") {
  Error error{Code::damaged, "the block is damaged", {}};
  CHECK(Failure(error, "reading").context() == "reading: the block is damaged");
  error.subject.fill(0x11);
  CHECK(Failure(error, "reading").context().find("(1111") != std::string::npos);
}

TEST_CASE("every code has a name of its own") {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::io); ++i)
    names.push_back(name_of(static_cast<Code>(i)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(names[i] != "unknown");
    for (std::size_t k = 0; k < i; ++k) CHECK(names[i] != names[k]);
  }
}

TEST_CASE("a result hands on the error of what it tried") {
  const auto half = [](int n) -> Result<int> {
    if (n % 2 != 0) return fail(Code::invalid, "odd");
    return n / 2;
  };
  const auto quarter = [&](int n) -> Result<int> {
    HN_TRY(const int h, half(n));
    HN_CHECK(half(h));
    return half(h);
  };
  CHECK(*quarter(8) == 2);
  CHECK(quarter(6).error().rule == std::string("odd"));
  CHECK(!quarter(7));
}
