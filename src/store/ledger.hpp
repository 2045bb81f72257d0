#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "hn/store/store.hpp"
#include "store/journal_codec.hpp"

// What the journal's frames amount to, in memory.
namespace hn::store {

struct HashOfEntryId {
  std::size_t operator()(const EntryId& id) const noexcept {
    return std::hash<object::Id>{}(object::Id{id.bytes});
  }
};

class Ledger {
 public:
  // Items point into `buffer`, which the ledger keeps. invalid for items that contradict each
  // other.
  Result<void> apply(std::span<const Item> items, const std::shared_ptr<const Bytes>& buffer);

  // Everything as the items of one frame, from which apply() makes an equal ledger.
  std::vector<Item> snapshot() const;

  std::size_t entry_count() const noexcept { return entries_.size(); }
  const Entry& entry(std::size_t index) const { return entries_.at(index); }
  std::optional<std::size_t> find_entry(const EntryId& id) const;

  const std::map<std::string, ByteView, std::less<>>& state() const noexcept { return state_; }
  const std::deque<Operation>& operations() const noexcept { return operations_; }
  std::uint64_t last_operation() const noexcept { return counters_.last_operation; }
  std::uint64_t next_pack() const noexcept { return counters_.next_pack; }
  const std::map<std::uint64_t, PackIs>& packs() const noexcept { return packs_; }

 private:
  Result<void> apply_one(const AddEntry& item);
  Result<void> apply_one(const Put& item);
  Result<void> apply_one(const Erase& item);
  Result<void> apply_one(const AddOperation& item);
  Result<void> apply_one(const DropOperations& item);
  Result<void> apply_one(const PackIs& item);
  Result<void> apply_one(const PackGone& item);
  Result<void> apply_one(const Counters& item);

  std::vector<std::shared_ptr<const Bytes>> buffers_;
  std::vector<Entry> entries_;
  // Made as far as it is asked for: most commands look up no entry.
  mutable std::unordered_map<EntryId, std::size_t, HashOfEntryId> entry_places_;
  mutable std::size_t placed_ = 0;
  std::map<std::string, ByteView, std::less<>> state_;
  std::deque<Operation> operations_;
  std::map<std::uint64_t, PackIs> packs_;
  Counters counters_{1, 0};
};

}  // namespace hn::store
