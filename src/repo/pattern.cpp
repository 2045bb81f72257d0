#include "hn/repo/pattern.hpp"

#include <algorithm>
#include <cstring>

#include "hn/base/error.hpp"
#include "repo/automaton.hpp"
#include "repo/perl_expression.hpp"

namespace hn::repo {
namespace {

// None of them is special in either kind of expression.
bool is_literal(std::string_view text) {
  return text.find_first_of("\\^$.[]|()?*+{}") == text.npos;
}

bool is_word_at(std::string_view line, std::size_t at) {
  return is_word_byte(static_cast<unsigned char>(line[at]));
}

std::size_t find_bytes(std::string_view text, std::string_view wanted, std::size_t from) {
  const void* at = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  if (at == nullptr) return text.npos;
  return static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

bool is_fixed(std::string_view text, const Pattern::Options& options) {
  return options.kind == Pattern::Kind::fixed || is_literal(text);
}

}  // namespace

struct Pattern::State {
  Options options;
  std::optional<std::string> literal;  // as bytes
  std::optional<Automaton> automaton;
  std::optional<PerlExpression> perl;

  std::optional<Match> find(std::string_view line, std::size_t from) const {
    if (literal) {
      const std::size_t at = find_bytes(line, *literal, from);
      if (at == line.npos) return std::nullopt;
      return Match{at, at + literal->size()};
    }
    const std::string_view rest = line.substr(from);
    const auto found = perl ? perl->find(rest, from == 0) : automaton->find(rest, from == 0);
    if (!found) return std::nullopt;
    return Match{from + found->begin, from + found->end};
  }
};

Pattern::Pattern(std::string_view text, Options options) : state_(std::make_unique<State>()) {
  state_->options = options;
  const bool fixed = is_fixed(text, options);
  if (fixed && !options.ignore_case) {
    state_->literal = text;
  } else if (options.kind == Kind::perl && !fixed) {
    state_->perl.emplace(text, options.ignore_case);
  } else {
    state_->automaton.emplace(parse_expressions(
        {std::string(text)}, {options.kind == Kind::extended, options.ignore_case, fixed}));
  }
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;

std::optional<Pattern::Match> Pattern::find(std::string_view line, std::size_t from) const {
  while (from <= line.size()) {
    const auto found = state_->find(line, from);
    if (!found || !state_->options.whole_words) return found;
    const bool begins = found->begin == from || !is_word_at(line, found->begin - 1);
    const bool ends = found->end == line.size() || !is_word_at(line, found->end);
    if (begins && ends && found->begin < found->end) return found;
    // The next try begins at the next word.
    from = found->begin + 1;
    while (from < line.size() && is_word_at(line, from - 1)) ++from;
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

struct LineSearch::State {
  std::vector<Pattern> patterns;
  std::optional<std::string> literal;  // the only one
  std::optional<Automaton> any;        // of all
  bool candidates_match = false;       // what they find is a match, as it stands
};

LineSearch::LineSearch(const std::vector<std::string>& texts, Pattern::Options options)
    : state_(std::make_unique<State>()) {
  for (const std::string& text : texts) state_->patterns.emplace_back(text, options);
  const bool all_fixed =
      std::ranges::all_of(texts, [&](const std::string& text) { return is_fixed(text, options); });
  state_->candidates_match = !options.whole_words;
  if (texts.size() == 1 && all_fixed && !options.ignore_case) {
    state_->literal = texts.front();
  } else if (options.kind != Pattern::Kind::perl || all_fixed) {
    state_->any.emplace(parse_expressions(
        texts, {options.kind == Pattern::Kind::extended, options.ignore_case, all_fixed}));
  } else {
    state_->candidates_match = false;
  }
}

LineSearch::~LineSearch() = default;
LineSearch::LineSearch(LineSearch&&) noexcept = default;

std::optional<std::size_t> LineSearch::candidate(std::string_view text, std::size_t from) const {
  if (from >= text.size()) return std::nullopt;
  if (state_->any) return state_->any->find_line(text, from);
  if (!state_->literal) return from;
  const std::size_t at = find_bytes(text, *state_->literal, from);
  if (at == text.npos || at == text.size()) return std::nullopt;
  return at;
}

bool LineSearch::matches(std::string_view line) const {
  return state_->candidates_match || find(line).has_value();
}

std::optional<Pattern::Match> LineSearch::find(std::string_view line, std::size_t from) const {
  std::optional<Pattern::Match> best;
  for (const Pattern& pattern : state_->patterns) {
    const auto found = pattern.find(line, from);
    if (!found) continue;
    if (best &&
        (found->begin > best->begin || (found->begin == best->begin && found->end < best->end)))
      continue;
    best = found;
  }
  return best;
}

}  // namespace hn::repo
