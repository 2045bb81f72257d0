#pragma once

#include <map>

#include "store/block_stage.hpp"

namespace hn::store {

// What a batch changes besides blocks.
struct Changes {
  std::vector<std::pair<EntryId, Bytes>> entries;
  std::map<std::string, std::optional<Bytes>> state;  // nullopt: erased
  std::vector<Bytes> operations;
  std::uint64_t drop_operations_before = 0;

  bool empty() const noexcept {
    return entries.empty() && state.empty() && operations.empty() && drop_operations_before == 0;
  }
};

// Steps (1) to (3) of the crash argument in journal.hpp. `blocks` are finished.
void commit_changes(Opened& opened, BlockStage& blocks, const Changes& changes);

}  // namespace hn::store
