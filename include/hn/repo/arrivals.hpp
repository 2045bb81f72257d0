#pragma once

#include <span>
#include <vector>

#include "hn/object/block.hpp"
#include "hn/object/references.hpp"
#include "hn/store/id_table.hpp"
#include "hn/store/store.hpp"

namespace hn::repo {

// Blocks that came one after the other, and what they name: a clone knows behind its last block
// that nothing is lacking, and need not read again what it has just received. In bounded memory, as
// ClosureWalk. One thread at a time.
class Arrivals {
 public:
  explicit Arrivals(const store::Store& store);

  // Blocks that were kept, and what they name: that of each at least once, the first time that it
  // was kept or before. A second time is a waste, and changes nothing.
  void add(std::span<const object::Id> kept, const object::Named& named);
  // Is the block here, and all that is beneath it? A yes is certain. False also where some of it
  // was here before, or something that came is not well formed.
  bool hold_whole(const object::Id& id) const;
  // What was named and did not come, at most `max`. Nothing where that cannot be said, or where
  // nothing came since this was asked before: then nobody has it.
  std::vector<object::Id> take_awaited(std::size_t max);

 private:
  store::IdTable<object::Id, bool> came_;  // false: named, and did not come so far
  std::uint64_t awaited_ = 0;
  bool news_ = false;  // since what is awaited was asked for
  bool unclear_ = false;
};

}  // namespace hn::repo
