#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "hn/merge/lines.hpp"

namespace hn::merge {

// A text cut into lines, and a number for each: equal exactly where lines are, in all texts that
// one LineNumbers has numbered. Views into the text.
struct NumberedText {
  std::vector<Line> lines;
  std::vector<std::uint32_t> numbers;
};

// Numbers the lines of several texts. What a text has in common with another one at its beginning
// and end, and line by line in between, is not looked up: the texts of a merge are mostly alike,
// and the table of lines was most of what a merge cost. Numbers count up in the order in which
// lines are first seen; the table is never iterated, and nothing depends on its hash.
class LineNumbers {
 public:
  enum class Keeps : std::uint8_t { views, copies };
  explicit LineNumbers(Keeps keeps = Keeps::views) : keeps_(keeps), slots_(kSlotsMin, kFree) {}

  // The text must outlive this, unless lines are copied; `like` was numbered here too.
  NumberedText add(ByteView text, const NumberedText* like = nullptr);
  // The line's text must outlive this.
  std::uint32_t number_of(Line line);
  // One more than the greatest number.
  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(lines_.size()); }

 private:
  static constexpr std::size_t kSlotsMin = 64;
  static constexpr std::uint32_t kFree = UINT32_MAX;

  void number(std::string_view text, NumberedText& out);
  void number_beside(std::string_view text, const NumberedText& like, std::size_t first,
                     std::size_t last, NumberedText& out);
  void grow();

  Keeps keeps_;
  std::deque<std::string> copies_;
  std::vector<Line> lines_;            // by number
  std::vector<std::uint64_t> hashes_;  // by number
  std::vector<std::uint32_t> slots_;   // a power of two, at most half of them taken
};

}  // namespace hn::merge
