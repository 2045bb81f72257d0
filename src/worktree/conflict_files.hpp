#pragma once

#include <string>
#include <vector>

#include "hn/worktree/conflict.hpp"

namespace hn::worktree {

// A file or symlink that belongs to a conflict, as it was written.
struct ConflictFile {
  std::string path;
  object::Value value;
  std::optional<Bytes> bytes;  // where it is in no store
  bool resolves = false;
};

// The files that a conflict stands as, folders among its sides entered; by path_less. Throws
// Failure for what cannot be read, and for names that no tree has.
std::vector<ConflictFile> conflict_files(const object::BlockReader& reader, ConflictForm& form,
                                         const std::string& path, const object::Id& conflict);

}  // namespace hn::worktree
