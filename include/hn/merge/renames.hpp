#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hn/object/tree.hpp"

// Which of the files that are gone stand again under another name, as git guesses it
// (gitdiffcore(7)). What merges take of it is specified in hn-merge(7), RENAMES.
namespace hn::merge {

struct NamedValue {
  std::string path;
  object::Value value;
};

// The pieces that files consist of, for who looks for renames among the same files again and again.
// One thread at a time.
class FilePieces {
 public:
  // At most twice as many bytes, and one file, are held.
  explicit FilePieces(std::size_t bytes_max);
  ~FilePieces();

 private:
  friend class RenameFinder;
  struct State;
  std::unique_ptr<State> state_;
};

struct Rename {
  std::size_t from = 0;  // places in the two lists
  std::size_t to = 0;
  std::uint32_t percent = 0;  // of the longer file that both have in common, rounded down
};

struct RenameOptions {
  std::uint32_t percent_min = 50;
  // Above so many pairs only equal files, and alike ones of the same name, are found.
  std::uint64_t pairs_max = 1'000'000;
  // Longer files are compared by id alone.
  std::uint64_t bytes_max = 512ULL << 20U;
  // By place in the list of those that are gone: where it is 0 the file is found again only if it
  // is equal. Empty: all are looked for.
  std::vector<char> wanted = {};
};

// Both lists in the order of their paths. By `to`. Files of equal ids first; then files alike whose
// last name is the same and stands once on each side; then the most alike. Reads those files that
// are not found by id. A file that cannot be read is like no other.
std::vector<Rename> find_renames(const object::BlockReader& reader,
                                 std::span<const NamedValue> gone, std::span<const NamedValue> come,
                                 const RenameOptions& options = {});

// The same, where a source may be found again several times, as git's -C does: `stays` says of each
// of `from` whether it is gone, or still there. Names alone decide nothing then.
enum class Source : char { gone, changed, unchanged };
std::vector<Rename> find_copies(const object::BlockReader& reader, std::span<const NamedValue> from,
                                std::span<const Source> stays, std::span<const NamedValue> come,
                                const RenameOptions& options = {});

// The same for merges: a file that is not here is an error, with the block as subject.
Result<std::vector<Rename>> require_renames(const object::BlockReader& reader,
                                            std::span<const NamedValue> gone,
                                            std::span<const NamedValue> come,
                                            const RenameOptions& options,
                                            FilePieces* known = nullptr);

}  // namespace hn::merge
