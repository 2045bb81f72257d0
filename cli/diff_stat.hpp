#pragma once

#include "diff_files.hpp"

// How many lines changed.
namespace hn::cli {

struct FileStat {
  std::string name;  // as shown
  std::string old_path = {};
  std::string new_path = {};
  std::string summary = {};  // what --compact-summary says behind the name
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  bool binary = false;  // then the numbers are bytes

  std::string named() const { return summary.empty() ? name : name + " (" + summary + ")"; }
};

// In the order of the files; what whitespace alone makes differ is left out where that does not
// count.
std::vector<FileStat> file_stats(const object::BlockReader& reader, std::span<const FileDiff> files,
                                 const DiffOptions& options);

void print_stat(const Context& context, std::span<const FileStat> stats, const StatLimits& limits);
// With `nul` as git's -z: no name is quoted, and NUL stands where a newline would.
void print_numstat(const Context& context, std::span<const FileStat> stats, bool nul = false);
void print_stat_sum(const Context& context, std::span<const FileStat> stats);

}  // namespace hn::cli
