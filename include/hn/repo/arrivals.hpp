#pragma once

#include <vector>

#include "hn/object/block.hpp"
#include "hn/store/id_table.hpp"
#include "hn/store/store.hpp"

namespace hn::repo {

// Blocks that came one after the other, and what they name: a clone knows behind its last block
// that nothing is lacking, and need not read again what it has just received. In bounded memory, as
// ClosureWalk. One thread at a time.
class Arrivals {
 public:
  explicit Arrivals(const store::Store& store);

  // A block that was kept. Each once: a second time is a waste, and changes nothing.
  void add(object::Kind kind, const object::Id& id, ByteView bytes);
  // Is the block here, and all that is beneath it? A yes is certain. False also where some of it
  // was here before, or something that came is not well formed.
  bool hold_whole(const object::Id& id) const;
  // What was named and did not come, at most `max`. Nothing where that cannot be said, or where
  // nothing came since this was asked before: then nobody has it.
  std::vector<object::Id> take_awaited(std::size_t max);

 private:
  bool came(const object::Id& id) const;
  void note_named(const object::Id& id);

  store::IdTable<object::Id, bool> came_;  // false: named, and did not come so far
  std::uint64_t awaited_ = 0;
  bool news_ = false;  // since what is awaited was asked for
  bool unclear_ = false;
  // Some of those that came: the versions of a folder name the same blocks again and again.
  mutable std::vector<object::Id> met_;
};

}  // namespace hn::repo
