#include "hn/repo/pattern.hpp"

#include <regex.h>

#include <algorithm>
#include <array>

#include "hn/base/error.hpp"

namespace hn::repo {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(std::string_view line, std::size_t at) {
  const char c = line[at];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// None of them is special in either kind of expression.
bool is_literal(std::string_view text) {
  return text.find_first_of("\\^$.[]|()?*+{}") == text.npos;
}

}  // namespace

struct Pattern::State {
  Options options;
  std::string literal;  // folded where the case is ignored
  bool fixed = false;
  regex_t regex{};

  std::optional<Match> find_literal(std::string_view line, std::size_t from) const {
    if (!options.ignore_case) {
      const std::size_t at = line.find(literal, from);
      if (at == line.npos) return std::nullopt;
      return Match{at, at + literal.size()};
    }
    const auto at =
        std::search(line.begin() + static_cast<std::ptrdiff_t>(from), line.end(), literal.begin(),
                    literal.end(), [](char a, char b) { return lower(a) == b; });
    if (at == line.end() && !literal.empty()) return std::nullopt;
    const auto begin = static_cast<std::size_t>(at - line.begin());
    return Match{begin, begin + literal.size()};
  }

  std::optional<Match> find_regex(std::string_view line, std::size_t from) const {
    std::array<regmatch_t, 1> found{};
    found[0].rm_so = 0;
    found[0].rm_eo = static_cast<regoff_t>(line.size() - from);
    const int flags = REG_STARTEND | (from > 0 ? REG_NOTBOL : 0);
    if (regexec(&regex, line.data() + from, 1, found.data(), flags) != 0) return std::nullopt;
    return Match{from + static_cast<std::size_t>(found[0].rm_so),
                 from + static_cast<std::size_t>(found[0].rm_eo)};
  }

  std::optional<Match> find(std::string_view line, std::size_t from) const {
    return fixed ? find_literal(line, from) : find_regex(line, from);
  }
};

Pattern::Pattern(std::string_view text, Options options) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->fixed = options.kind == Kind::fixed || is_literal(text);
  if (state_->fixed) {
    state_->literal = text;
    if (options.ignore_case)
      std::ranges::transform(state_->literal, state_->literal.begin(), lower);
    return;
  }
  const int flags = REG_NEWLINE | (options.kind == Kind::extended ? REG_EXTENDED : 0) |
                    (options.ignore_case ? REG_ICASE : 0);
  const std::string whole(text);
  if (const int error = regcomp(&state_->regex, whole.c_str(), flags); error != 0) {
    std::array<char, 256> why{};
    regerror(error, &state_->regex, why.data(), why.size());
    state_->fixed = true;  // there is nothing to free
    throw Failure(Code::invalid, "'" + whole + "' is no regular expression: " + why.data());
  }
}

Pattern::~Pattern() {
  if (state_ && !state_->fixed) regfree(&state_->regex);
}
Pattern::Pattern(Pattern&&) noexcept = default;

std::optional<Pattern::Match> Pattern::find(std::string_view line, std::size_t from) const {
  while (from <= line.size()) {
    const auto found = state_->find(line, from);
    if (!found || !state_->options.whole_words) return found;
    const bool begins = found->begin == 0 || !is_word(line, found->begin - 1);
    const bool ends = found->end == line.size() || !is_word(line, found->end);
    if (begins && ends && found->begin < found->end) return found;
    // The next try begins at the next word.
    from = found->begin + 1;
    while (from < line.size() && is_word(line, from - 1)) ++from;
  }
  return std::nullopt;
}

bool Pattern::matches_a_line(std::string_view text) const {
  for (;;) {
    const std::size_t end = text.find('\n');
    if (matches(text.substr(0, end))) return true;
    if (end == text.npos || end + 1 == text.size()) return false;
    text.remove_prefix(end + 1);
  }
}

}  // namespace hn::repo
