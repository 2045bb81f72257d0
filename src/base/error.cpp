#include "hn/base/error.hpp"

#include <cstdio>
#include <cstdlib>

#include "hn/base/assert.hpp"
#include "hn/base/text.hpp"

namespace hn {

std::string_view name_of(Code code) noexcept {
  switch (code) {
    case Code::usage:
      return "usage";
    case Code::invalid:
      return "invalid";
    case Code::damaged:
      return "damaged";
    case Code::absent:
      return "absent";
    case Code::unsupported:
      return "unsupported";
    case Code::not_found:
      return "not_found";
    case Code::ambiguous:
      return "ambiguous";
    case Code::exists:
      return "exists";
    case Code::refused:
      return "refused";
    case Code::no_repository:
      return "no_repository";
    case Code::no_author:
      return "no_author";
    case Code::no_key:
      return "no_key";
    case Code::copied_store:
      return "copied_store";
    case Code::no_right:
      return "no_right";
    case Code::bad_link:
      return "bad_link";
    case Code::used_invitation:
      return "used_invitation";
    case Code::unreachable:
      return "unreachable";
    case Code::timeout:
      return "timeout";
    case Code::protocol:
      return "protocol";
    case Code::busy:
      return "busy";
    case Code::unsafe_path:
      return "unsafe_path";
    case Code::conflict:
      return "conflict";
    case Code::no_space:
      return "no_space";
    case Code::io:
      return "io";
  }
  return "unknown";
}

Failure::Failure(Code code, std::string context, std::string hint)
    : code_(code), context_(std::move(context)), hint_(std::move(hint)) {}

Failure::Failure(const Error& error, std::string_view context)
    : code_(error.code), context_(std::string(context) + ": " + error.rule) {
  if (error.subject != Hash{}) context_ += " (" + to_hex(error.subject) + ")";
}

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "hn: bug: %s does not hold (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace hn
