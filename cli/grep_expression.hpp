#pragma once

#include <memory>
#include <optional>

#include "hn/repo/pattern.hpp"

// Patterns that are joined by --and, --or, --not and parentheses, as in git grep.
namespace hn::cli {

struct GrepToken {
  enum class Kind { pattern, land, lor, lnot, open, close };
  Kind kind = Kind::pattern;
  std::string text;
};

// The words that the options for operators are spelled as among those of -e: no pattern that is
// typed has a NUL byte.
inline constexpr std::string_view kGrepAnd{"\0and", 4};
inline constexpr std::string_view kGrepOr{"\0or", 3};
inline constexpr std::string_view kGrepNot{"\0not", 4};
inline constexpr std::string_view kGrepOpen{"\0(", 2};
inline constexpr std::string_view kGrepClose{"\0)", 2};
GrepToken grep_token(std::string_view word);

// One thread at a time.
class GrepExpression {
 public:
  // `columns`: where the patterns match is wanted too. Failure invalid for tokens that are no
  // expression.
  GrepExpression(const std::vector<GrepToken>& tokens, repo::Pattern::Options options,
                 bool columns);
  ~GrepExpression();
  GrepExpression(GrepExpression&&) noexcept;

  struct Found {
    bool matches = false;
    std::optional<std::size_t> column;           // the first match of what is to match
    std::optional<std::size_t> inverted_column;  // the same of what is not to match
  };
  Found find(std::string_view line) const;

  // Whether of all that the expression joins by "or" each matches a line of the text.
  bool matches_all(std::string_view text) const;

 private:
  struct Node;
  class Parser;
  Found eval(const Node& node, std::string_view line) const;

  std::unique_ptr<Node> root_;
  bool columns_;
};

}  // namespace hn::cli
