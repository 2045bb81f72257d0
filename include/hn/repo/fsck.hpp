#pragma once

#include <functional>
#include <string>

#include "hn/repo/repository.hpp"

namespace hn::repo {

// What a check found. damaged: bytes are not what was written. invalid: a rule is broken. absent:
// something that should be here is not.
struct Fault {
  Code code = Code::damaged;
  std::string what;  // one line: which thing, which rule
};

struct FsckReport {
  std::uint64_t blocks = 0;
  std::uint64_t entries = 0;
  std::uint64_t publishes = 0;
  std::uint64_t auto_merges = 0;
  std::uint64_t faults = 0;
};

// Checks every record and the id of every block; every entry's signature, chain and verdict; the
// manifests and the closure of every live publish and draft; and recomputes every auto-merge.
// Reads everything; changes nothing.
FsckReport fsck(Repository& repository, const std::function<void(const Fault&)>& report);

}  // namespace hn::repo
