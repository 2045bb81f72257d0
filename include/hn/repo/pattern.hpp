#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hn::repo {

// A pattern that people type, looked for in lines and messages. Regular expressions are those of
// POSIX as the system has them, the ones that git uses too; a pattern without special characters is
// looked for as bytes. Failure invalid for one that is no expression. One thread at a time.
class Pattern {
 public:
  enum class Kind { basic, extended, fixed };
  struct Options {
    Kind kind = Kind::basic;
    bool ignore_case = false;  // of ASCII letters where the locale is C
    bool whole_words = false;  // between bytes that are no letter, digit or underscore
  };
  Pattern(std::string_view text, Options options);
  ~Pattern();
  Pattern(Pattern&&) noexcept;

  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // The first match at or behind `from` in a text without newline.
  std::optional<Match> find(std::string_view line, std::size_t from = 0) const;
  bool matches(std::string_view line) const { return find(line).has_value(); }
  // Whether a line of the text matches.
  bool matches_a_line(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::repo
