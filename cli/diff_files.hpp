#pragma once

#include <memory>
#include <span>

#include "command.hpp"
#include "hn/merge/unified.hpp"
#include "hn/object/tree.hpp"
#include "hn/worktree/pathspec.hpp"
#include "moved_lines.hpp"
#include "output.hpp"
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

// --diff-filter: by letters, which kinds of differences are meant.
class DiffFilter {
 public:
  // Failure usage for a letter that is none.
  static DiffFilter parse(const std::vector<std::string>& texts);
  bool takes_all() const { return letters_.empty(); }
  void pick(std::vector<FileDiff>& files) const;

 private:
  std::string letters_;
  bool all_ = false;  // of a commit with such a file all files
};

struct DiffOptions {
  bool patch = false;
  bool stat = false;
  StatLimits stat_limits = {};
  bool numstat = false;
  bool shortstat = false;
  bool name_only = false;
  bool name_status = false;
  bool raw = false;
  bool check = false;
  bool summary = false;
  bool compact = false;                 // --stat says what came and went too
  bool nul = false;                     // lines of lists end with NUL, and paths are not quoted
  bool text = false;                    // whatever is in a file is shown
  std::size_t digits = short_digits();  // of an id
  std::string before_prefix = "a/";
  std::string after_prefix = "b/";
  std::string within = {};  // paths that begin so alone, and without it
  DiffFilter filter = {};
  bool quiet = false;
  bool reverse = false;
  bool renames = true;
  bool copies = false;
  bool copies_harder = false;  // also of what did not change
  std::uint32_t rename_percent = 50;
  merge::UnifiedOptions unified;
  std::shared_ptr<const merge::IgnoredLines> ignored = {};  // of `unified`
  std::shared_ptr<const Pickaxe> pickaxe;
  WordMode words = WordMode::lines;
  MovedOptions moved = {};
  unsigned threads = 1;  // that read; more where any thread may use the reader

  bool lists() const { return name_only || name_status || raw || check; }
  bool counts() const { return stat || numstat || shortstat; }
  bool any() const { return patch || counts() || lists() || summary; }
};

// The rows of the table, and what was given of them.
std::vector<Option> diff_option_rows();
// diff.renames of the settings says what is looked for where no option does.
DiffOptions diff_options(const Context& context, const repo::Repository& repository,
                         const Given& given);

// How many digits of an id are shown.
std::size_t id_digits(const Given& given);

// Finds what was renamed, and turns the sides where that is asked for; leaves what the pickaxe
// takes. By new path. `all_before` are all files of the old side, where copies_harder wants them.
std::vector<FileDiff> file_diffs(const object::BlockReader& reader,
                                 std::vector<object::Change> changes, const DiffOptions& options,
                                 const std::vector<object::Change>& all_before = {});

// The same for files that were found otherwise: leaves what --diff-filter and the pickaxe take.
void pick_diffs(const object::BlockReader& reader, const DiffOptions& options,
                std::vector<FileDiff>& files);

// Prints in all the ways that the options name, in git's order. Answers whether --check found
// nothing.
bool print_diffs(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files, const DiffOptions& options);

}  // namespace hn::cli
