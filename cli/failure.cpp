#include "failure.hpp"

#include <algorithm>
#include <array>

#include "hn/base/text.hpp"

namespace hn::cli {
namespace {

struct Row {
  Code code;
  int status;
  std::string_view hint;
};

// The one table of how a failure ends a command.
constexpr std::array kRows{
    Row{Code::usage, kExitUsage, "hn help COMMAND lists what it takes"},
    Row{Code::invalid, kExitFatal, ""},
    Row{Code::damaged, kExitFatal,
        "hn fsck lists what is damaged; hn sync brings back what peers have"},
    Row{Code::absent, kExitFatal, "get it from a peer: hn sync"},
    Row{Code::unsupported, kExitFatal, "a newer hn may know it: hn version"},
    Row{Code::not_found, kExitFatal, ""},
    Row{Code::ambiguous, kExitFatal, "give more of it"},
    Row{Code::exists, kExitFatal, ""},
    Row{Code::refused, kExitNo, ""},
    Row{Code::no_repository, kExitFatal, "make one here: hn init; or say where it is: hn -C DIR"},
    Row{Code::no_author, kExitFatal,
        "say who you are: hn config --global user.name NAME && hn config --global user.email "
        "ADDRESS"},
    Row{Code::no_key, kExitIdentity, "become a new device with an invitation: hn device new LINK"},
    Row{Code::copied_store, kExitIdentity,
        "if the original is gone: hn device move; if this is a copy: hn device new LINK"},
    Row{Code::no_right, kExitNoRight, "ask a member with the right admin: hn members"},
    Row{Code::bad_link, kExitInvitation, "copy the whole link, from hn: to its end"},
    Row{Code::used_invitation, kExitInvitation, "ask for a new link: hn invite"},
    Row{Code::unreachable, kExitUnreachable, "is hn serve running there, and the address right?"},
    Row{Code::timeout, kExitDisagree, "try again, or wait longer: --timeout SECONDS"},
    Row{Code::protocol, kExitFatal, "nothing of it was kept; is the peer's hn the same version?"},
    Row{Code::busy, kExitFatal, "try again in a moment"},
    Row{Code::unsafe_path, kExitFatal, ""},
    Row{Code::conflict, kExitNo, ""},
    Row{Code::no_space, kExitFatal, "free some space; what was recorded before is safe"},
    Row{Code::io, kExitFatal, "is it there, and may this user read and write it?"},
};

const Row* row_of(Code code) noexcept {
  const auto* at = std::ranges::find(kRows, code, &Row::code);
  return at == kRows.end() ? nullptr : at;
}

}  // namespace

int exit_status(Code code) noexcept {
  const Row* row = row_of(code);
  return row == nullptr ? kExitFatal : row->status;
}

std::string_view hint_for(Code code) noexcept {
  const Row* row = row_of(code);
  return row == nullptr ? "" : row->hint;
}

std::string told(const Failure& failure) {
  std::string out = "hn: " + escape_controls(failure.context()) + "\n";
  const std::string_view hint = failure.hint().empty() ? hint_for(failure.code()) : failure.hint();
  if (!hint.empty()) out += "hint: " + escape_controls(hint) + "\n";
  return out;
}

}  // namespace hn::cli
