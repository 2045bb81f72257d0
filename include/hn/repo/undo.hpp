#pragma once

#include "hn/repo/branches.hpp"

namespace hn::repo {

struct Undone {
  std::string what;  // the operation that was undone
  LocalBranch branch;
  std::optional<object::Id> commit;  // where the branch stands again
};

// Takes back the last commit or amend of this store that is still where its branch stands: the
// branch goes back to the commit before it, and publishes of this device that contain it are
// rewritten by the next publish. Files are left as they are; the working tree's base goes back with
// the branch. Failure refused where there is nothing to undo.
Undone undo(Repository& repository);

}  // namespace hn::repo
