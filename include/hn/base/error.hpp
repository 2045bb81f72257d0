#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "hn/base/bytes.hpp"

namespace hn {

// Everything that can go wrong for a user. One table in cli turns each into an exit status and a
// hint.
enum class Code {
  usage,            // the command line
  invalid,          // bytes that break a rule of their format
  damaged,          // bytes on disk that are not what was written
  absent,           // outside what this store holds
  unsupported,      // a format or feature that this version does not have
  not_found,        // no such revision, branch, path, peer
  ambiguous,        // a prefix or name that means several things
  exists,           // would overwrite what is there
  refused,          // an operation whose conditions do not hold
  no_repository,    // no .hn in this folder or above
  no_author,        // neither hn's nor git's config names one
  no_key,           // the device key of this store is gone
  copied_store,     // machine or inode differ from what the store remembers
  no_right,         // the log does not let this device do it
  bad_link,         // an invitation that does not parse
  used_invitation,  // an invitation that was redeemed, or is unknown to the inviter
  unreachable,      // no peer answered
  timeout,          // an answer, but not in time
  protocol,         // a peer broke the protocol
  busy,             // another process holds the lock
  unsafe_path,      // a name that would leave the working tree or cannot be held safely
  conflict,         // conflicts stand in the way
  no_space,         // the disk is full
  io,               // any other failure of the system underneath
};

// The name of a code as it stands in JSON and pages: "not_found".
std::string_view name_of(Code code) noexcept;

// An expected error as a value. `rule` is static text: decoders make errors without allocating.
// `subject` is the id of what the error is about (the block that is absent), zero if there is none.
struct Error {
  Code code = Code::invalid;
  const char* rule = "";
  Hash subject{};
};

// The one exception type of hn: what nobody on the way up can mend. Thrown in store and above,
// caught once in cli. `what()` is one line: what happened, to what. `hint` is what to do next, if
// the place that throws knows better than cli's table.
class Failure : public std::exception {
 public:
  Failure(Code code, std::string context, std::string hint = {});
  Failure(const Error& error, std::string_view context);

  Code code() const noexcept { return code_; }
  const std::string& context() const noexcept { return context_; }
  const std::string& hint() const noexcept { return hint_; }
  const char* what() const noexcept override { return context_.c_str(); }

 private:
  Code code_;
  std::string context_;
  std::string hint_;
};

}  // namespace hn
