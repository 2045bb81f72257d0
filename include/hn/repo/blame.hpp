#pragma once

#include "hn/merge/unified.hpp"
#include "hn/repo/repository.hpp"

namespace hn::repo {

// A file as it was in a commit.
struct BlamedFile {
  object::Id commit;
  std::string path;
  friend auto operator<=>(const BlamedFile&, const BlamedFile&) = default;
};

// Lines next to each other that came from one commit and stood next to each other there.
struct Blamed {
  std::uint32_t line = 0;  // in the text, counted from 0
  std::uint32_t count = 0;
  std::uint32_t origin = 0;          // the line there, counted from 0
  std::optional<BlamedFile> from;    // none: not committed yet
  std::optional<BlamedFile> before;  // the version that was compared with `from`
};

// Which commit each line of a file in a commit came from, as git blame finds it: a line that a
// parent has too came from there, from the first such parent; a file that a parent lacks is looked
// for under another name, and a conflict is its text with markers. `text`: the file as it is now,
// else as in the commit; a file that is new and tracked (hn/repo/tracked.hpp) is in none yet. By
// line. Failure not_found where the commit has no such file.
std::vector<Blamed> blame(const Repository& repository, const object::Id& commit,
                          const std::string& path, const std::optional<Bytes>& text,
                          merge::Whitespace whitespace = merge::Whitespace::exact);

// The text whose lines these are, of a conflict with markers. Failure as above.
Bytes blamed_text(const Repository& repository, const object::Id& commit, const std::string& path);

}  // namespace hn::repo
