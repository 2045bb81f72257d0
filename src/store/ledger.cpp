#include "store/ledger.hpp"

#include <algorithm>

#include "store/record.hpp"

namespace hn::store {

Result<void> Ledger::apply(std::span<const Item> items,
                           const std::shared_ptr<const Bytes>& buffer) {
  if (buffers_.empty() || buffers_.back() != buffer) buffers_.push_back(buffer);
  for (const Item& item : items) {
    HN_CHECK(std::visit([this](const auto& one) { return apply_one(one); }, item));
  }
  return {};
}

Result<void> Ledger::apply_one(const AddEntry& item) {
  entries_.push_back({item.id, item.bytes});
  return {};
}

Result<void> Ledger::apply_one(const Put& item) {
  state_[to_string(item.key)] = item.value;
  return {};
}

Result<void> Ledger::apply_one(const Erase& item) {
  const auto at = state_.find(as_text(item.key));
  if (at != state_.end()) state_.erase(at);
  return {};
}

Result<void> Ledger::apply_one(const AddOperation& item) {
  if (!operations_.empty() && item.sequence <= operations_.back().sequence) {
    return fail(Code::invalid, "order of operations");
  }
  operations_.push_back({item.sequence, item.bytes});
  counters_.last_operation = std::max(counters_.last_operation, item.sequence);
  return {};
}

Result<void> Ledger::apply_one(const DropOperations& item) {
  while (!operations_.empty() && operations_.front().sequence < item.before) {
    operations_.pop_front();
  }
  return {};
}

Result<void> Ledger::apply_one(const PackIs& item) {
  if (item.bytes < kPackHeaderBytes) return fail(Code::invalid, "a pack without a header");
  const auto at = packs_.find(item.number);
  if (at != packs_.end() && (at->second.sealed || item.bytes < at->second.bytes)) {
    return fail(Code::invalid, "a sealed pack changes");
  }
  packs_[item.number] = item;
  counters_.next_pack = std::max(counters_.next_pack, item.number + 1);
  return {};
}

Result<void> Ledger::apply_one(const PackGone& item) {
  if (packs_.erase(item.number) == 0) return fail(Code::invalid, "an unknown pack goes");
  return {};
}

Result<void> Ledger::apply_one(const Counters& item) {
  counters_.next_pack = std::max(counters_.next_pack, item.next_pack);
  counters_.last_operation = std::max(counters_.last_operation, item.last_operation);
  return {};
}

std::vector<Item> Ledger::snapshot() const {
  std::vector<Item> items{counters_};
  for (const auto& [number, pack] : packs_) items.push_back(pack);
  for (const Entry& entry : entries_) items.push_back(AddEntry{entry.id, entry.bytes});
  for (const auto& [key, value] : state_) items.push_back(Put{as_bytes(key), value});
  for (const Operation& o : operations_) items.push_back(AddOperation{o.sequence, o.bytes});
  return items;
}

std::optional<std::size_t> Ledger::find_entry(const EntryId& id) const {
  for (; placed_ < entries_.size(); ++placed_) entry_places_.emplace(entries_[placed_].id, placed_);
  const auto at = entry_places_.find(id);
  if (at == entry_places_.end()) return std::nullopt;
  return at->second;
}

}  // namespace hn::store
