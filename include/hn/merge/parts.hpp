#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/base/lately.hpp"
#include "hn/base/result.hpp"
#include "hn/merge/renames.hpp"
#include "hn/merge/scratch.hpp"
#include "hn/merge/terms.hpp"
#include "hn/merge/text_diffs.hpp"
#include "hn/object/tree.hpp"

namespace hn::merge {

// What files and folders within merges came to, each by the hash of all that it depends on: for who
// merges again what differs in few places, or thousands of commits of one history. A merge comes to
// the same with and without. One thread at a time.
class Parts {
 public:
  struct Part {
    Terms<std::optional<object::Value>> values;  // one if it is resolved
    std::vector<std::string> conflicts;          // paths below a folder
    bool lost = false;  // something was taken away there that another side touched
    friend bool operator==(const Part&, const Part&) = default;
  };
  using Rows = std::vector<std::pair<Hash, Part>>;

  // At most twice as many bytes, and one part, are held; of what is read for them the same. What
  // folders differ in is kept too for who folds the same heads again.
  enum class Changes { read, kept };
  explicit Parts(std::size_t bytes_max, Changes changes = Changes::read)
      : bytes_max_(bytes_max),
        keeps_changes_(changes == Changes::kept),
        pieces_(bytes_max),
        texts_(bytes_max),
        diffs_(bytes_max / 4) {}
  bool keeps_changes() const noexcept { return keeps_changes_; }

  // Null where it is not here; valid until the next call.
  const Part* find(const Hash& key);
  void note(const Hash& key, Part part);

  // Of those noted since settle(), from the one of that number on, forgets each with a value that a
  // merge made on its way and did not end with: a block of that id that came from elsewhere may be
  // here without what is beneath.
  void keep_noted(const ScratchBlocks& made, const ScratchBlocks::Ids& kept, std::size_t from = 0);
  std::size_t noted() const noexcept { return noted_.size(); }
  void settle() { noted_.clear(); }

  // For merges of another time. What was asked for or noted last comes first, as much as takes at
  // most `bytes_max` as encode_parts() writes it.
  Rows rows(std::size_t bytes_max) const;
  void take(Rows&& rows);
  bool changed() const noexcept { return changed_; }  // since take()

  void clear();

  FilePieces& pieces() { return pieces_; }
  using Text = std::shared_ptr<const Bytes>;
  Lately<object::Id, Text>& texts() { return texts_; }
  TextDiffs& diffs() { return diffs_; }

 private:
  const Part& keep(const Hash& key, Part part);

  std::size_t bytes_max_;
  bool keeps_changes_;
  std::size_t bytes_ = 0;  // of the younger
  std::map<Hash, Part> young_;
  std::map<Hash, Part> old_;
  std::vector<Hash> noted_;
  bool changed_ = false;
  FilePieces pieces_;
  Lately<object::Id, Text> texts_;
  TextDiffs diffs_;
};

// hn-repository(5), THE FOLD PARTS. Each key once, in any order; decoding is total, and what is not
// what encode_parts() writes is damaged.
Bytes encode_parts(Parts::Rows rows);
Result<Parts::Rows> decode_parts(ByteView bytes);

}  // namespace hn::merge
