#include "net/frame.hpp"

#include <doctest/doctest.h>

#include "hn/base/random.hpp"

namespace hn::net {
namespace {

// Reads all frames; -1 for a refusal.
int count_frames(ByteView bytes) {
  FrameReader in(bytes);
  for (int n = 0;; ++n) {
    const auto f = in.next();
    if (!f) return -1;
    if (!*f) return n;
  }
}

template <class F>
F only(ByteView bytes, FrameReader& in) {
  (void)bytes;
  const auto f = in.next();
  REQUIRE(f);
  REQUIRE(f->has_value());
  REQUIRE(std::holds_alternative<F>(**f));
  return std::get<F>(**f);
}

TEST_CASE("frames come back as they were written") {
  Bytes room(400);
  FrameWriter out(room);
  const Bytes data(50, 9);
  CHECK(out.put(StreamFrame{4, 1000, data, true}));
  CHECK(out.put(ResetFrame{8, 77, 5000}));
  CHECK(out.put(CloseFrame{3, as_bytes("bye")}));
  const ByteView bytes = ByteView(room).first(out.size());
  FrameReader in(bytes);
  const auto stream = only<StreamFrame>(bytes, in);
  CHECK(stream.id == 4);
  CHECK(stream.offset == 1000);
  CHECK(stream.end);
  CHECK(equal(stream.data, data));
  CHECK(only<ResetFrame>(bytes, in).final_size == 5000);
  CHECK(as_text(only<CloseFrame>(bytes, in).reason) == "bye");
}

TEST_CASE("all ranges of an ACK come back") {
  Bytes room(400);
  FrameWriter out(room);
  std::vector<Range> ranges;
  for (std::uint64_t i = 64; i > 0; --i) ranges.push_back({i * 10, i * 10 + 1 + i % 9});
  CHECK(out.put(AckFrame{ranges, 1234}));
  FrameReader in(ByteView(room).first(out.size()));
  const auto ack = only<AckFrame>({}, in);
  CHECK(ack.delay_us == 1234);
  CHECK(std::vector<Range>(ack.ranges.begin(), ack.ranges.end()) == ranges);
}

TEST_CASE("a short packet keeps the highest ranges of an ACK") {
  Bytes room(12);
  FrameWriter out(room);
  std::vector<Range> ranges;
  for (std::uint64_t i = 20; i > 0; --i) ranges.push_back({i * 10, i * 10 + 1});
  CHECK(out.put(AckFrame{ranges, 0}));
  FrameReader in(ByteView(room).first(out.size()));
  const auto ack = only<AckFrame>({}, in);
  CHECK(ack.ranges.size() < 20);
  CHECK(ack.ranges[0] == ranges[0]);
}

TEST_CASE("what is not canonical is refused") {
  CHECK(count_frames(Bytes{0x01}) == 1);
  CHECK(count_frames(Bytes{0x03}) == -1);              // no such frame
  CHECK(count_frames(Bytes{0x00, 0x01}) == -1);        // padding with something in it
  CHECK(count_frames(Bytes{0x10, 0x80, 0x00}) == -1);  // a number in a longer form
  CHECK(count_frames(Bytes{0x10}) == -1);              // cut short
  CHECK(count_frames(Bytes{0x08, 0, 0, 0}) == -1);     // no data and no end
  CHECK(count_frames(Bytes{0x09, 0, 0, 0}) == 1);
  CHECK(count_frames(Bytes{0x08, 0, 0, 5, 1}) == -1);  // data cut short
  CHECK(count_frames(Bytes{0x02, 5, 0, 0}) == -1);     // an ACK of nothing
  CHECK(count_frames(Bytes{0x02, 5, 0, 1, 6}) == -1);  // reaches below zero
  CHECK(count_frames(Bytes{0x02, 5, 0, 1, 5}) == 1);
  CHECK(count_frames(Bytes{0x02, 5, 0, 2, 0, 3, 0}) == 1);
  CHECK(count_frames(Bytes{0x02, 5, 0, 2, 0, 4, 0}) == -1);  // a gap that leaves nothing
  CHECK(count_frames(Bytes{0x02, 5, 0, 65}) == -1);          // too many ranges
}

TEST_CASE("any bytes are read without harm") {
  SeededRandom random(5);
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes(random.below(60));
    random.fill(bytes);
    if (!bytes.empty()) bytes[0] = static_cast<Byte>(random.below(0x20));
    (void)count_frames(bytes);
  }
}

}  // namespace
}  // namespace hn::net
