#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "repo/expression.hpp"

namespace hn::repo {

// Runs an expression over texts, in time that grows with the text: which lines match is asked of a
// deterministic automaton that is made as it is needed and thrown away when it grows too large;
// where in a line, of the sets of nodes themselves, the leftmost and of these the longest, as POSIX
// says. No recursion. One thread at a time.
class Automaton {
 public:
  explicit Automaton(Expression expression);

  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // In a text without newline. Without `begins` its beginning is no beginning of a line.
  std::optional<Match> find(std::string_view line, bool begins = true) const;

  // A place in the first line that matches, or at its newline; a line begins at `from`.
  std::optional<std::size_t> find_line(std::string_view text, std::size_t from) const;

 private:
  enum class Before : std::uint8_t { line_begin, word, other, text_begin };
  using Nodes = std::vector<std::uint32_t>;
  struct State {
    Nodes nodes;  // before what is passed without a byte is passed
    Before before = Before::other;
  };
  static constexpr std::uint32_t kUnknown = UINT32_MAX;
  static constexpr std::uint32_t kMatch = UINT32_MAX - 1;

  void classify();
  bool passes(Border border, Before before, bool end, bool word) const;
  // Follows all that takes no byte; answers whether a match is reached.
  bool close(const Nodes& from, Before before, bool end, bool word, Nodes& to) const;
  std::uint32_t step(std::uint32_t state, std::uint32_t byte_class) const;
  std::uint32_t state_of(State state) const;
  std::optional<std::size_t> find_line_slowly(std::string_view text, std::size_t from) const;

  Expression expression_;
  std::array<std::uint8_t, 256> class_of_{};
  std::vector<unsigned char> example_;  // a byte of each class
  std::uint32_t classes_ = 0;           // the last is the end of a line

  // The cache.
  mutable std::vector<State> states_;
  mutable std::vector<std::uint32_t> moves_;
  mutable std::unordered_map<std::string, std::uint32_t> known_;
  mutable std::uint32_t start_ = kUnknown;
  mutable std::vector<std::uint32_t> mark_;
  mutable std::uint32_t generation_ = 0;
};

}  // namespace hn::repo
