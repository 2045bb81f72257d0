#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "repo/automaton.hpp"

namespace hn::repo {

// A regular expression of Perl's, by PCRE2, over bytes. It searches by trying, so its steps and its
// memory are counted: Failure invalid where a line takes too many, and for what is no expression;
// unsupported where hn was built without the library. One thread at a time.
class PerlExpression {
 public:
  PerlExpression(std::string_view text, bool ignore_case);
  ~PerlExpression();
  std::optional<Automaton::Match> find(std::string_view line, bool begins) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::repo
