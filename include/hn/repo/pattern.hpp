#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hn::repo {

// A pattern that people type, looked for in lines and messages. Basic and extended expressions are
// those of POSIX with GNU's additions over bytes, without back-references, and run in time that
// grows with the text; Perl's are PCRE2's, with counted steps. A pattern without special characters
// is looked for as bytes. Failure invalid for one that is no expression. One thread at a time.
class Pattern {
 public:
  enum class Kind { basic, extended, fixed, perl };
  struct Options {
    Kind kind = Kind::basic;
    bool ignore_case = false;  // of ASCII letters
    bool whole_words = false;  // between bytes that are no letter, digit or underscore
  };
  Pattern(std::string_view text, Options options);
  ~Pattern();
  Pattern(Pattern&&) noexcept;

  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // The first match at or behind `from` in a text without newline: the leftmost, and of these the
  // longest (Perl's first). As in git what stands before `from` plays no part, but that no line
  // begins there.
  std::optional<Match> find(std::string_view line, std::size_t from = 0) const;
  bool matches(std::string_view line) const { return find(line).has_value(); }
  // Whether a line of the text matches.
  bool matches_a_line(std::string_view text) const;

 private:
  friend class LineSearch;
  struct State;
  std::unique_ptr<State> state_;
};

// Looks in whole texts for lines that match one of several patterns.
class LineSearch {
 public:
  LineSearch(const std::vector<std::string>& texts, Pattern::Options options);
  ~LineSearch();
  LineSearch(LineSearch&&) noexcept;

  // A place in the first line that may match, or at its newline; a line begins at `from`. Of Perl's
  // expressions every line may.
  std::optional<std::size_t> candidate(std::string_view text, std::size_t from) const;
  // Whether a line that is a candidate matches.
  bool matches(std::string_view line) const;
  // The leftmost match of any pattern at or behind `from`, and of these the longest.
  std::optional<Pattern::Match> find(std::string_view line, std::size_t from = 0) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::repo
