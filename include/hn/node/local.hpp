#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hn/base/time.hpp"

// How programs of one user talk to the process that serves their repositories.
namespace hn::node {

// Who answers says at least so often that it is still at work.
inline constexpr Duration kLifeEvery = std::chrono::seconds(4);
// Who says nothing for so long hangs. A publish of a large history holds it up for seconds.
inline constexpr Duration kSilenceMax = std::chrono::seconds(20);

// A longer answer is none.
inline constexpr std::size_t kAnswerBytesMax = std::size_t{64} << 20;

// Asks at a socket of the file system and waits for the whole answer, as long as it takes, but for
// no silence longer than that. Answers do not begin with spaces: those are signs of life. nullopt
// where nobody listens there, or went away before an answer; Failure (io) where the socket is not
// this user's, (timeout) where it is silent.
std::optional<std::string> ask_local(const std::string& path, std::string_view question,
                                     Duration silence = kSilenceMax);

// The process that listens there, where it is known.
std::optional<int> listener_of(const std::string& path);

}  // namespace hn::node
