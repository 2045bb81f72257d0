#include "merge/numbered_lines.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>

#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

// The lines are those of split_lines, and equal ones have one number, over all texts.
class Numbered {
 public:
  const NumberedText& add(const std::string& text, const NumberedText* like) {
    kept_.push_back(text);
    const std::string& stays = kept_.back();
    added_.push_back(numbers_.add(as_bytes(stays), like));
    const NumberedText& out = added_.back();
    REQUIRE(out.lines == split_lines(as_bytes(stays)));
    REQUIRE(out.numbers.size() == out.lines.size());
    std::size_t at = 0;
    for (std::size_t i = 0; i < out.lines.size(); ++i) {
      REQUIRE(out.lines[i].data() == stays.data() + at);
      at += out.lines[i].size();
      REQUIRE(out.numbers[i] < numbers_.count());
      REQUIRE(known_.try_emplace(out.lines[i], out.numbers[i]).first->second == out.numbers[i]);
    }
    REQUIRE(known_.size() == numbers_.count());
    return out;
  }

 private:
  LineNumbers numbers_;
  std::deque<std::string> kept_;
  std::deque<NumberedText> added_;
  std::map<Line, std::uint32_t> known_;
};

}  // namespace

TEST_CASE("lines that two texts begin and end with keep their numbers") {
  Numbered numbers;
  const NumberedText& a = numbers.add("a\nb\nc\nd\n", nullptr);
  CHECK(numbers.add("a\nx\nc\nd\n", &a).numbers == std::vector<std::uint32_t>{0, 4, 2, 3});
  CHECK(numbers.add("a\nb\nc\nd", &a).numbers == std::vector<std::uint32_t>{0, 1, 2, 5});
  CHECK(numbers.add("a\nb\nc\nd\n", &a).numbers == a.numbers);
  CHECK(numbers.add("aa\nb\nc\nd\n", &a).numbers == std::vector<std::uint32_t>{6, 1, 2, 3});
  CHECK(numbers.add("d\n", &a).numbers == std::vector<std::uint32_t>{3});
  CHECK(numbers.add("bd\n", &a).numbers == std::vector<std::uint32_t>{7});
  CHECK(numbers.add("", &a).numbers.empty());
}

TEST_CASE("texts of random edits are numbered as if each line were looked up") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  for (int round = 0; round < 2000; ++round) {
    const auto words = 1 + random.below(200);
    const auto lines = random_lines(random, random.below(400), words);
    Numbered numbers;
    const NumberedText& first = numbers.add(joined(lines, random.below(2) == 0), nullptr);
    for (int text = 0; text < 3; ++text) {
      const auto other = random.below(4) == 0 ? random_lines(random, random.below(40), words)
                                              : edited(lines, random, random.below(6), words);
      numbers.add(joined(other, random.below(2) == 0), &first);
    }
  }
}
