#pragma once

#include "hn/log/entry.hpp"

namespace hn::repo {

// The genesis of a new repository but for its people, name and visibility: the format, the merge
// algorithm and the cutters of this version.
log::Genesis genesis_of_this_version();

// Throws Code::unsupported, with the name of what this version lacks, where a repository was
// founded on another merge algorithm or other cutters, or is sealed: what this version would make
// of it is not what other devices make of it.
void require_spoken(const log::Genesis& genesis);
// The same of an entry, which need be no genesis.
void require_spoken(const log::SignedEntry& entry);

}  // namespace hn::repo
