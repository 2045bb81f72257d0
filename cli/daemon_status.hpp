#pragma once

#include "output.hpp"

namespace hn::cli {

// What the daemon of this user says of itself, as `hn daemon status --json` prints it; nullopt
// where none runs. Failure protocol where the answer is not understood.
std::optional<Json> daemon_status(const Context& context);

// Whether a daemon keeps this repository in step with its peers.
bool is_served(const Context& context, const repo::Repository& repository);

// Where this machine can be called: the daemon's addresses, or what serving would listen on.
std::vector<std::string> addresses_here(const Context& context);
// By what daemon_status() said.
std::vector<std::string> addresses_by(const std::optional<Json>& status);

}  // namespace hn::cli
