#pragma once

#include "hn/git/import.hpp"

namespace hn::git {

struct Verified {
  std::uint64_t commits = 0;
  std::uint64_t tags = 0;
  std::uint64_t trees = 0;
  std::uint64_t files = 0;
};

// Makes git's id of everything the references reach from the blocks alone, and compares it with
// the ids that commits, tags and references carry. Reads every block once. Code::damaged with the
// id of the first that differs as subject.
Result<Verified> verify_import(const object::BlockReader& blocks,
                               std::span<const ImportedRef> refs);

}  // namespace hn::git
