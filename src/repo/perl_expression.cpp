#include "repo/perl_expression.hpp"

#include "hn/base/error.hpp"

#ifdef HN_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#endif

namespace hn::repo {

#ifdef HN_PCRE2

namespace {

constexpr std::uint32_t kStepsMax = 2'000'000;
constexpr std::uint32_t kHeapKibMax = 64 * 1024;

std::string said(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return {reinterpret_cast<const char*>(text.data())};
}

struct Free {
  void operator()(pcre2_code* p) const { pcre2_code_free(p); }
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
};

}  // namespace

struct PerlExpression::State {
  std::string text;
  std::unique_ptr<pcre2_code, Free> code;
  std::unique_ptr<pcre2_match_data, Free> data;
  std::unique_ptr<pcre2_match_context, Free> context;
};

PerlExpression::PerlExpression(std::string_view text, bool ignore_case)
    : state_(std::make_unique<State>()) {
  int error = 0;
  PCRE2_SIZE where = 0;
  state_->text = text;
  state_->code.reset(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                    PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | (ignore_case ? PCRE2_CASELESS : 0U),
                    &error, &where, nullptr));
  if (!state_->code) {
    throw Failure(Code::invalid,
                  "'" + std::string(text) + "' is no regular expression: " + said(error));
  }
  // Where it cannot be made machine code it runs all the same.
  pcre2_jit_compile(state_->code.get(), PCRE2_JIT_COMPLETE);
  state_->data.reset(pcre2_match_data_create(1, nullptr));
  state_->context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(state_->context.get(), kStepsMax);
  pcre2_set_depth_limit(state_->context.get(), kStepsMax);
  pcre2_set_heap_limit(state_->context.get(), kHeapKibMax);
}

std::optional<Automaton::Match> PerlExpression::find(std::string_view line, bool begins) const {
  const auto run = [&](std::uint32_t more) {
    return pcre2_match(state_->code.get(), reinterpret_cast<PCRE2_SPTR>(line.data()), line.size(),
                       0, more | (begins ? 0U : PCRE2_NOTBOL), state_->data.get(),
                       state_->context.get());
  };
  int found = run(0);
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = run(PCRE2_NO_JIT);
  if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (found < 0) {
    throw Failure(Code::invalid, "'" + state_->text + "' is too dear to search for: " + said(found),
                  "hn grep -E takes time in proportion to the text, whatever the expression");
  }
  const PCRE2_SIZE* at = pcre2_get_ovector_pointer(state_->data.get());
  return Automaton::Match{at[0], at[1]};
}

#else

struct PerlExpression::State {};

PerlExpression::PerlExpression(std::string_view, bool) {
  throw Failure(Code::unsupported, "this hn was built without Perl's regular expressions",
                "hn grep -E knows most of them");
}
std::optional<Automaton::Match> PerlExpression::find(std::string_view, bool) const {
  return std::nullopt;
}

#endif

PerlExpression::~PerlExpression() = default;

}  // namespace hn::repo
