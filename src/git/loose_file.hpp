#pragma once

#include <string>

#include "git/oid.hpp"
#include "hn/os/file_system.hpp"

namespace hn::git {

// Writes one object as a file of its own below `objects` (gitformat-loose: "TYPE LENGTH\0BYTES",
// deflated), where it is not there already. Durable on return, whole or not there; what is left
// of one that was broken off has a name that git clears away. Throws Failure (no_space, io).
void write_loose(os::FileSystem& fs, const std::string& objects, const std::string& unique,
                 Type type, const GitId& id, ByteView bytes);

}  // namespace hn::git
