#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Regular expressions of POSIX with GNU's additions (\w \W \s \S \b \B \< \> \` \', and \+ \? \| in
// basic ones), as regcomp(3) takes them in the C locale: bytes, not characters. No back-references:
// with them no bound on the time is known.
namespace hn::repo {

using ByteSet = std::bitset<256>;

// What must hold between two bytes for a node to be passed.
enum class Border : std::uint8_t {
  line_begin,
  line_end,
  word_border,
  no_word_border,
  word_begin,
  word_end,
};

// A program of Thompson's kind (K. Thompson, Regular Expression Search Algorithm, CACM 1968).
struct ExpressionNode {
  enum class Kind : std::uint8_t { set, split, border, match };
  Kind kind = Kind::match;
  Border border = Border::line_begin;
  std::uint32_t set = 0;   // place in sets
  std::uint32_t next = 0;  // and for a split also
  std::uint32_t other = 0;
};

struct Expression {
  std::vector<ExpressionNode> nodes;
  std::vector<ByteSet> sets;
  std::uint32_t start = 0;
  // Bytes that stand in every match, in one piece; may be empty.
  std::string required;
};

// Larger programs are refused: a search takes time in the product of text and program.
inline constexpr std::size_t kExpressionNodesMax = 20'000;
inline constexpr std::size_t kExpressionDepthMax = 200;

struct ExpressionOptions {
  bool extended = false;
  bool ignore_case = false;
  bool fixed = false;  // bytes that stand for themselves
};

// Several expressions, of which one has to match. Failure invalid for what is none.
Expression parse_expressions(const std::vector<std::string>& texts, ExpressionOptions options);

bool is_word_byte(unsigned char c) noexcept;

}  // namespace hn::repo
