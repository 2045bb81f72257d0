#pragma once

#include "hn/repo/branches.hpp"

namespace hn::repo {

struct Published {
  std::vector<log::SignedEntry> entries;
  std::vector<std::string>
      refused;  // branches and tags that this device has no right to write; still drafts
};

// Signs a publish for each draft, with its manifest: called when the position is about to leave the
// device. One transaction; nothing where there are no drafts. Throws Failure no_key, copied_store.
Published publish_drafts(Repository& repository);

// How many commits of a branch's draft no live publish covers; what `status` calls not yet
// published.
std::uint64_t unpublished(const Repository& repository, const LocalBranch& branch);

}  // namespace hn::repo
