#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hn/worktree/ignore.hpp"

namespace hn::worktree {

// What holds for all words of a command, as git's GIT_LITERAL_PATHSPECS and its like.
struct PathspecRules {
  bool literal = false;  // no word has magic or is a glob
  bool noglob = false;   // no word is a glob unless it says so
  bool glob = false;     // a '*' does not cross slashes
  bool icase = false;
};

// The paths that a command is limited to, as git's pathspecs (gitglossary(7)): a path with all
// below it, or a glob whose '*' crosses slashes, with the magic words top, literal, icase, glob and
// exclude, long ":(icase,top)" or short ":/!". None means everything; where all exclude, everything
// else.
class Pathspec {
 public:
  Pathspec() = default;  // everything
  // Words as typed in `folder`, a path from the root ("" for the root itself); `root` is absolute.
  // Failure usage for a path outside of the root, an unknown magic word, and attr, whose attributes
  // hn does not have. Where all words exclude, the rest of what `rest` says is meant: as in git
  // that depends on the command.
  enum class Rest { everywhere, here };
  Pathspec(std::span<const std::string> words, std::string_view folder, std::string_view root,
           const PathspecRules& rules = {}, Rest rest = Rest::everywhere);

  bool everything() const noexcept { return with_.empty() && without_.empty(); }
  // A path from the root of something that is no folder.
  bool matches(std::string_view path) const;
  // False where nothing below a folder can match.
  bool may_match_below(std::string_view folder) const;
  // Notes which words match a path: `matched` has as many flags as there are words that do not
  // exclude. Where everything is meant, there are none.
  std::size_t words() const noexcept { return with_.size(); }
  const std::string& word(std::size_t at) const { return with_[at].word; }
  void note_matches(std::string_view path, std::vector<bool>& matched) const;
  // Paths from the root of which one has to differ, itself or what is below it, where anything
  // differs that is meant. None where that is not known.
  std::vector<std::string> bounds() const;
  // All that is meant is these, and what is below them: no glob, no magic, no slash at an end.
  bool is_bounds() const noexcept;
  // The one path that is meant, where it is one and no more than a name: not a glob, no magic.
  const std::string* only_path() const noexcept;

 private:
  struct Rule {
    std::string word;     // as typed
    std::string path;     // without a slash at its end
    std::string literal;  // what a match begins with: the path up to its first special character
    bool ignore_case = false;
    std::size_t as_typed = 0;  // so many bytes are compared with their case all the same
    bool folder_only = false;  // it ended with a slash: what stands below, not a file of that name
    bool is_glob = false;
    Glob glob{"", false};
    bool excludes = false;
  };
  static Rule parse(std::string_view word, std::string_view folder, std::string_view root,
                    const PathspecRules& rules);
  static bool matches(const Rule& rule, std::string_view path);

  std::vector<Rule> with_;
  std::vector<Rule> without_;
};

}  // namespace hn::worktree
