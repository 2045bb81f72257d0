#include "hn/merge/lines.hpp"

#include <doctest/doctest.h>

using namespace hn;
using namespace hn::merge;

TEST_CASE("lines keep their terminators and joined are the text again") {
  const std::string text = "one\r\ntwo\n\nlast";
  const auto lines = split_lines(as_bytes(text));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "one\r\n");
  CHECK(lines[2] == "\n");
  CHECK(lines[3] == "last");
  std::string again;
  for (const auto line : lines) again += line;
  CHECK(again == text);
}

TEST_CASE("an empty text has no lines, a lone carriage return ends none") {
  CHECK(split_lines({}).empty());
  CHECK(split_lines(as_bytes("a\rb")).size() == 1);
}

TEST_CASE("a NUL among the first bytes or too much length makes a file no text") {
  Bytes bytes(kBinaryProbeBytes + 1, 'x');
  CHECK(is_text(bytes));
  bytes[kBinaryProbeBytes] = 0;
  CHECK(is_text(bytes));
  bytes[kBinaryProbeBytes - 1] = 0;
  CHECK_FALSE(is_text(bytes));
  CHECK(is_text(Bytes(kTextBytesMax, 'x')));
  CHECK_FALSE(is_text(Bytes(kTextBytesMax + 1, 'x')));
}
