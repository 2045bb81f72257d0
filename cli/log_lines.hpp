#pragma once

#include "commit_format.hpp"
#include "hn/repo/commit_walk.hpp"

namespace hn::cli {

// hn log -L: the commits that changed lines of files, each with what it made of them. Failure usage
// for what cannot go with it.
int list_lines(Context& context, repo::Repository& repository, const Given& given,
               const CommitFormat& format, const CommitFilter& filter,
               repo::CommitWalk::Options walked);

}  // namespace hn::cli
