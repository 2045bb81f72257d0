#pragma once

#include "hn/merge/parts.hpp"
#include "hn/repo/repository.hpp"

namespace hn::repo {

// What folds of this repository came to path by path, in a file of its own (hn-repository(5), THE
// FOLD PARTS). Derived: without it the next fold makes all of it again.
class FoldParts {
 public:
  // A file that is not there, or is not whole, is an empty one. To be made while the transaction of
  // the fold is open: what a collection drops meanwhile is kept for that.
  explicit FoldParts(const Repository& repository);

  merge::Parts& parts() noexcept { return parts_; }

  // Once that transaction is recorded. What cannot be written is made again.
  void save();

 private:
  const Repository& repository_;
  merge::Parts parts_;
  bool was_there_ = false;
};

// What it speaks of is about to be dropped.
void forget_fold_parts(const Repository& repository);

}  // namespace hn::repo
