#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/repo/repository.hpp"

namespace hn::repo {

// What a check found. damaged: bytes are not what was written. invalid: a rule is broken. absent:
// something that should be here is not.
struct Fault {
  Code code = Code::damaged;
  std::string what;  // one line: which thing, which rule
};

// A commit or tag that carries git's id, which only the git layer can check.
struct FsckImported {
  object::Kind kind = object::Kind::commit;
  object::Id id;
  object::GitId git;
};

struct FsckReport {
  std::uint64_t blocks = 0;
  std::uint64_t entries = 0;
  std::uint64_t publishes = 0;
  std::uint64_t auto_merges = 0;
  std::uint64_t faults = 0;
  std::vector<FsckImported> imported;  // among what live publishes and drafts reach
  // Commits that are here and that no live publish, draft, working tree or record of an operation
  // reaches: what a rewritten publish of another device had. Auto-merges are left out. Sorted.
  // Empty where there are faults: what is missing might have named them.
  std::vector<object::Id> unnamed;
};

// Told often, in turn for "blocks", "entries", "commits" and "index"; drawing seldom is the
// callee's part.
using FsckProgress = std::function<void(std::string_view what, std::uint64_t done)>;

// Checks every record and the id of every block; every entry's signature, chain and verdict; the
// manifests and the closure of every live publish and draft; recomputes every auto-merge; and holds
// the history index against the blocks. Reads everything; changes nothing but that index, which is
// made again where something in it is wrong.
FsckReport fsck(Repository& repository, const std::function<void(const Fault&)>& report,
                const FsckProgress& progress = {});

}  // namespace hn::repo
