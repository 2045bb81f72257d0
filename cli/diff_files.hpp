#pragma once

#include <memory>
#include <span>

#include "command.hpp"
#include "hn/merge/unified.hpp"
#include "hn/object/tree.hpp"
#include "hn/worktree/pathspec.hpp"
#include "moved_lines.hpp"
#include "word_diff.hpp"

// The files that differ, and the options with which hn diff, show and log show them.
namespace hn::cli {

// A file on both sides; paths differ where it was renamed.
struct FileDiff {
  std::string old_path;
  std::string new_path;
  std::optional<object::Value> before;
  std::optional<object::Value> after;
  std::uint32_t percent = 0;  // what a renamed file kept
  bool renamed = false;
  bool copied = false;  // renamed, and the old one is still there
};

class Pickaxe;

// What --stat is told: columns of a line, of a name, and how many files. 0: as much as there is.
struct StatLimits {
  static constexpr std::size_t kMost = 1'000'000;
  std::size_t width = 0;
  std::size_t name_width = 0;
  std::size_t count = 0;
  static StatLimits parse(const std::string& text);
};

struct DiffOptions {
  bool patch = false;
  bool stat = false;
  StatLimits stat_limits = {};
  bool numstat = false;
  bool shortstat = false;
  bool name_only = false;
  bool name_status = false;
  bool quiet = false;
  bool reverse = false;
  bool renames = true;
  bool copies = false;
  bool copies_harder = false;  // also of what did not change
  std::uint32_t rename_percent = 50;
  merge::UnifiedOptions unified;
  std::shared_ptr<const Pickaxe> pickaxe;
  WordMode words = WordMode::lines;
  MovedOptions moved = {};
  unsigned threads = 1;  // that read; more where any thread may use the reader

  bool any() const { return patch || stat || numstat || shortstat || name_only || name_status; }
};

// The rows of the table, and what was given of them.
std::vector<Option> diff_option_rows();
// diff.renames of the settings says what is looked for where no option does.
DiffOptions diff_options(const Given& given, const repo::Settings& settings);

// Finds what was renamed, and turns the sides where that is asked for; leaves what the pickaxe
// takes. By new path. `all_before` are all files of the old side, where copies_harder wants them.
std::vector<FileDiff> file_diffs(const object::BlockReader& reader,
                                 std::vector<object::Change> changes, const DiffOptions& options,
                                 const std::vector<object::Change>& all_before = {});

// Prints in all the ways that the options name, in git's order.
void print_diffs(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files, const DiffOptions& options);

// "a/{b => c}/d", as git names a renamed file in one line.
std::string renamed_text(const std::string& from, const std::string& to);

}  // namespace hn::cli
