#pragma once

#include <optional>
#include <string>
#include <string_view>

// How programs of one user talk to the process that serves their repositories.
namespace hn::node {

// Asks at a socket of the file system and waits for the whole answer. nullopt where nobody listens
// there, or went away before an answer; Failure (io) where the socket is not this user's.
std::optional<std::string> ask_local(const std::string& path, std::string_view question);

}  // namespace hn::node
