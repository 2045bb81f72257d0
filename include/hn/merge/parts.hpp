#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/base/lately.hpp"
#include "hn/merge/renames.hpp"
#include "hn/merge/terms.hpp"
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
  };

  // At most twice as many bytes, and one part, are held; of what is read for them the same.
  explicit Parts(std::size_t bytes_max)
      : bytes_max_(bytes_max), pieces_(bytes_max), texts_(bytes_max) {}

  // Null where it is not here; valid until the next call.
  const Part* find(const Hash& key);
  void note(const Hash& key, Part part);

  void clear();

  FilePieces& pieces() { return pieces_; }
  using Text = std::shared_ptr<const Bytes>;
  Lately<object::Id, Text>& texts() { return texts_; }

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;  // of the younger
  std::map<Hash, Part> young_;
  std::map<Hash, Part> old_;
  FilePieces pieces_;
  Lately<object::Id, Text> texts_;
};

}  // namespace hn::merge
