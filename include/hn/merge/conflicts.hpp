#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hn/merge/tree_merge.hpp"

// Conflicts as people meet them (hn-merge(7), CONFLICTS IN A WORKING TREE).
namespace hn::merge {

struct ConflictAt {
  std::string path;
  object::Id id;  // of the conflict block
  object::Conflict conflict;
};

// All conflicts below a root, depth first in name order. Reads every folder.
Result<std::vector<ConflictAt>> list_conflicts(const object::BlockReader& reader,
                                               const object::Id& root);

// One thing that stands for a conflict in the working tree, beside the others in the same folder.
struct WorkFile {
  std::string name;
  // What is checked out under that name as it is: a file, symlink, folder or submodule ...
  PathValue value;
  // ... or, where there is no value, a text with conflict markers, of this mode.
  Bytes marked;
  object::Mode mode = object::Mode::file;
  friend bool operator==(const WorkFile&, const WorkFile&) = default;
};

// How a conflict shows: one marked text under the conflict's own name, or side by side as
// NAME~LABEL (then nothing stands under the name itself).
struct Materialised {
  std::vector<WorkFile> files;
  std::uint32_t marker_length = 0;  // of a marked text, else 0
  bool is_answered = false;         // a marked text in which no hunk is left open
  bool is_marked() const noexcept { return marker_length != 0; }
};

// How the conflict hunks of two sides look; more sides look the same in each.
enum class MarkerStyle {
  zdiff3,  // what both sides begin and end with stands outside of the markers
  diff3,   // the sides and the base whole
  merge,   // as zdiff3, without the base
};

// The pieces of a conflict hunk, simplified: a side first, then base and side in turn.
using Pieces = std::vector<std::string_view>;
// What a hunk was made into before, if that is known.
using Answers = std::function<std::optional<Bytes>(const Pieces&)>;

struct MarkForm {
  MarkerStyle style = MarkerStyle::zdiff3;
  Answers answers;  // or none
};

// `name` is the last part of the path; `labels` has a text for each term of the conflict in its
// order, bases too ("anna: fix the parser"); missing ones are "side 1", "base 1" and so on.
Result<Materialised> materialise(const object::BlockReader& reader,
                                 const object::Conflict& conflict, std::string_view name,
                                 std::span<const std::string> labels = {},
                                 const MarkForm& form = {});

// What a text that resolves a conflict made of each of its hunks, as far as that can be told: a
// hunk is left out where lines beside it were changed too, or marker lines are left. The pieces are
// views into `texts`.
struct Answer {
  Pieces pieces;
  Bytes made;
};
struct OpenHunks {
  std::vector<Bytes> texts;  // the pieces are views into these
  std::vector<Pieces> hunks;
};
Result<OpenHunks> open_hunks(const object::BlockReader& reader, const object::Conflict& conflict);
struct AnswersGiven {
  std::vector<Bytes> texts;
  std::vector<Answer> hunks;
};
Result<AnswersGiven> answers_given(const object::BlockReader& reader,
                                   const object::Conflict& conflict, ByteView now);

// A file that has the lines of all sides, hunk by hunk, where the conflict is one of texts
// (hn-merge(7), POLICIES, union); nothing where it is not, or has too many sides.
struct UnionFile {
  object::Mode mode = object::Mode::file;
  Bytes bytes;
};
Result<std::optional<UnionFile>> union_of(const object::BlockReader& reader,
                                          const object::Conflict& conflict);

enum class Standing {
  unchanged,     // still what materialise() gave: it stays a conflict
  markers_left,  // edited, but some marker line is left: refused without --allow-markers
  resolved,
};

// What a marked text has become. `now` is the file as it is, `was` what materialise() gave.
Standing standing_of(const Materialised& was, ByteView now);

// The same for any conflict. `at` answers what stands under a name in the conflict's folder, as a
// scan of the working tree sees it, and `bytes_of` the bytes of a file there. Side by side: while
// the files are what they were and nothing has the conflict's own name it is unchanged; then the
// value under the conflict's own name is the resolution, and nothing there means deleted.
Standing standing_of(const Materialised& was, std::string_view name,
                     const std::function<PathValue(std::string_view name)>& at,
                     const std::function<Bytes(std::string_view name)>& bytes_of);

}  // namespace hn::merge
