#pragma once

#include <unordered_set>

#include "store/transaction.hpp"

namespace hn::store {

struct Batch::State {
  explicit State(Opened& o) : opened(o), blocks(o) {}
  Opened& opened;
  BlockStage blocks;
  Changes changes;
  std::unordered_set<EntryId, HashOfEntryId> entry_ids;
  bool used_up = false;
  mutable bool counts_on_store = false;  // it was told that a block is there

  bool has(const object::Address& address) const {
    if (blocks.has(address)) return true;
    if (!opened.packs()->has(address)) return false;
    counts_on_store = true;
    return true;
  }
};

}  // namespace hn::store
