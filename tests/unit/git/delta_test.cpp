#include <doctest/doctest.h>

#include "git/delta.hpp"
#include "hn/base/random.hpp"

using namespace hn;

namespace {

constexpr std::size_t kMax = std::size_t{1} << 24;

Bytes text_of(Random& random, std::size_t lines) {
  Bytes out;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::string line = "line " + std::to_string(random.below(500)) + "\n";
    out.insert(out.end(), line.begin(), line.end());
  }
  return out;
}

// Cuts, copies and inserts, as people edit.
Bytes edited(Random& random, Bytes text) {
  for (std::uint64_t edits = random.below(6); edits > 0; --edits) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(text.size() + 1));
    const auto end = std::min<std::ptrdiff_t>(at + static_cast<std::ptrdiff_t>(random.below(200)),
                                              static_cast<std::ptrdiff_t>(text.size()));
    const Bytes part(text.begin() + at, text.begin() + end);
    switch (random.below(3)) {
      case 0:
        text.erase(text.begin() + at, text.begin() + end);
        break;
      case 1: {
        const auto to = static_cast<std::ptrdiff_t>(random.below(text.size() + 1));
        text.insert(text.begin() + to, part.begin(), part.end());
        break;
      }
      default: {
        const Bytes fresh = text_of(random, random.below(5));
        text.insert(text.begin() + at, fresh.begin(), fresh.end());
      }
    }
  }
  return text;
}

void check_there_and_back(const Bytes& base, const Bytes& target) {
  const auto delta = git::make_delta(base, target, kMax);
  REQUIRE(delta.has_value());
  CHECK(git::apply_delta(base, *delta, kMax) == target);
}

}  // namespace

TEST_CASE("a delta makes its target again, whatever was edited") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    const Bytes base = text_of(random, random.below(300));
    check_there_and_back(base, edited(random, base));
    check_there_and_back(base, text_of(random, random.below(50)));
  }
}

TEST_CASE("a delta costs what changed, not what stayed or moved") {
  SeededRandom random(1);
  const Bytes base = text_of(random, 5000);
  Bytes target = base;
  target.insert(target.begin() + 20000, {'n', 'e', 'w'});
  CHECK(git::make_delta(base, target, kMax)->size() < 40);
  Bytes turned(base.begin() + 30000, base.end());
  turned.insert(turned.end(), base.begin(), base.begin() + 30000);
  CHECK(git::make_delta(base, turned, kMax)->size() < 100);
}

TEST_CASE("copies longer than one instruction can say are several") {
  const Bytes base(40U << 20U, 'x');
  Bytes target = base;
  target.push_back('y');
  const auto delta = git::make_delta(base, target, kMax);
  REQUIRE(delta.has_value());
  CHECK(delta->size() < 64);
  CHECK(git::apply_delta(base, *delta, target.size()) == target);
}

TEST_CASE("a delta longer than it may be is none") {
  SeededRandom random(3);
  Bytes base(5000);
  Bytes target(5000);
  random.fill(base);
  random.fill(target);
  CHECK_FALSE(git::make_delta(base, target, 1000).has_value());
  CHECK(git::make_delta(base, target, 6000).has_value());
}

TEST_CASE("empty ends are fine") {
  check_there_and_back({}, {});
  check_there_and_back({}, {'a'});
  check_there_and_back({'a'}, {});
}

TEST_CASE("a delta of someone else is refused where it does not fit") {
  const Bytes base{'a', 'b', 'c', 'd'};
  const auto applied = [&](Bytes delta) { return git::apply_delta(base, delta, 100); };
  CHECK(applied({4, 2, 0x90, 2}) == Bytes{'a', 'b'});
  CHECK_FALSE(applied({5, 2, 0x90, 2}));        // another base
  CHECK_FALSE(applied({4, 3, 0x90, 2}));        // too short
  CHECK_FALSE(applied({4, 1, 0x90, 2}));        // too long
  CHECK_FALSE(applied({4, 2, 0x91, 3, 2}));     // beyond the base
  CHECK_FALSE(applied({4, 2, 2, 'x'}));         // cut off
  CHECK_FALSE(applied({4, 1, 0}));              // the reserved instruction
  CHECK_FALSE(applied({4, 0xff, 0xff, 0x7f}));  // more than may be
  CHECK_FALSE(applied({0x84}));                 // a length without an end
  CHECK_FALSE(applied({4, 2, 0x90}));           // a copy without its length
}
