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

  bool has(const object::Address& address) const {
    return blocks.has(address) || opened.packs()->has(address);
  }
};

}  // namespace hn::store
