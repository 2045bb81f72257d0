#pragma once

#include <unordered_set>

#include "store/arriving.hpp"
#include "store/transaction.hpp"

namespace hn::store {

struct Batch::State {
  State(Opened& o, Effort effort) : opened(o), blocks(o, effort) {}
  Opened& opened;
  BlockStage blocks;
  Changes changes;
  std::unordered_set<EntryId, HashOfEntryId> entry_ids;
  bool used_up = false;
  mutable bool counts_on_store = false;  // it was told that a block is there
  Batch::OnStored on_stored;
  std::optional<Arriving> arriving;

  bool has(const object::Address& address) const {
    if (blocks.has(address)) return true;
    if (!opened.packs()->has(address)) return false;
    counts_on_store = true;
    return true;
  }

  // A block that was found to be what its address says.
  void keep(const object::Address& address, const Stored& stored, const PlainPtr& plain) {
    if (stored.base && plain->depth == 0)
      blocks.add(stored.kind, address, plain->bytes, {});
    else
      blocks.add_stored(address, stored, plain);
  }
};

}  // namespace hn::store
