#pragma once

#include "hn/base/error.hpp"

namespace hn::cli {

// Exit statuses beside git's 0, 1, 128 and 129 (hn(1), EXIT STATUS).
inline constexpr int kExitCheck = 2;  // --check found something; with kExitNo together 3
inline constexpr int kExitNo = 1;     // the answer is no: nothing to commit, differences, conflicts
inline constexpr int kExitFatal = 128;
inline constexpr int kExitUsage = 129;
inline constexpr int kExitUnreachable = 10;  // no peer answered
inline constexpr int kExitDisagree = 11;     // peers answered, and none shows the same
inline constexpr int kExitNoRight = 12;
inline constexpr int kExitInvitation = 13;  // a link that is bad or was used
inline constexpr int kExitIdentity = 14;    // the key is missing, or the store was copied
inline constexpr int kExitTimeout = 15;     // what was waited for did not come in time
inline constexpr int kExitTooFew = 16;      // fewer devices acknowledged than were wanted

int exit_status(Code code) noexcept;
// What to do next, where who failed did not say it better; may be empty.
std::string_view hint_for(Code code) noexcept;

// "hn: WHAT" and, on a line of its own, the hint; at most three lines, control bytes escaped.
std::string told(const Failure& failure);

}  // namespace hn::cli
