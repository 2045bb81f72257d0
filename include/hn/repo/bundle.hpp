#pragma once

#include "hn/repo/repository.hpp"

// Bundles (hn-bundle(5)): the published history of a repository as one file, for members whom no
// network joins.
namespace hn::repo {

struct BundleDone {
  std::uint64_t entries = 0;  // in the file, or new here
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;  // of the file
};

// Writes all entries and the blocks of all live publishes. Publishes drafts first. The file is
// there whole or not at all. Failure exists where a file of that name is there.
BundleDone create_bundle(Repository& repository, const std::string& file);

// Takes what is new in the file; every entry and block is checked as if a peer had sent it. Failure
// invalid, damaged, refused (another repository's), with nothing taken.
BundleDone apply_bundle(Repository& repository, const std::string& file);

}  // namespace hn::repo
