#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "hn/repo/repository.hpp"

namespace hn::repo {

// What was given up less long ago than this stays.
inline constexpr std::int64_t kGcGraceSeconds = std::int64_t{90} * 24 * 3600;

struct GcRequest {
  std::int64_t now = 0;           // seconds since 1970
  std::int64_t prune_before = 0;  // what was given up then or earlier goes
  bool dry_run = false;
  // Told often, in turn for "naming" and "writing"; `of` is 0 where it is not known.
  std::function<void(std::string_view what, std::uint64_t done, std::uint64_t of)> progress = {};
};

struct GcReport {
  store::Collected store;
  std::uint64_t waiting_publishes = 0;   // rewritten or invalid, and not old enough to go
  std::uint64_t waiting_commits = 0;     // that nothing names, likewise
  std::uint64_t rejected_publishes = 0;  // what they name stays
  std::uint64_t forgotten_operations = 0;
};

// Drops the blocks that nothing needs any more and packs the others anew (hn-gc(1)). What stays:
// all that live publishes, rejected and pending ones, drafts, the working tree's base, imports and
// records of operations reach, with the rows of manifests. A rewritten publish, a commit that
// nothing names and what could be undone stay until they have been so for as long as the request
// says; when that began is noted by the first collection that sees it.
//
// Other processes may go on meanwhile. Failure as Store::collect().
GcReport gc(Repository& repository, const GcRequest& request);

// Whether so many operations were recorded since the last one: each can leave something behind that
// nothing needs, and a small pack. Costs a look-up.
bool gc_is_worthwhile(const Repository& repository, std::uint64_t operations_min);

// Makes the filters of changed paths that the history index lacks (hn-store(5), Filters), without
// which questions for a path look at the trees of each commit. Keeps nobody waiting; nothing
// happens where another process is at it.
void make_path_filters(const Repository& repository);

}  // namespace hn::repo
