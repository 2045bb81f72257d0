#include "hn/store/batch.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "store/batch_state.hpp"

namespace hn::store {

Batch::Batch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Batch::Batch(Batch&&) noexcept = default;
Batch::~Batch() = default;

Result<object::Block> Batch::read(const object::Id& id) const {
  const object::Address address = object::address_of(id);
  auto plain =
      state_->blocks.has(address) ? state_->blocks.read(address) : state_->opened.read(address);
  if (!plain) return Unexpected(plain.error());
  return object::Block{(*plain)->kind, to_bytes((*plain)->bytes)};
}

bool Batch::has(const object::Id& id) const {
  return state_->has(object::address_of(id));
}

object::Id Batch::write(object::Kind kind, ByteView bytes, const std::optional<object::Id>& base) {
  const object::Id id = object::id_of(kind, bytes);
  write_known(id, kind, bytes, base);
  return id;
}

void Batch::write_known(const object::Id& id, object::Kind kind, ByteView bytes,
                        const std::optional<object::Id>& base) {
  HN_ASSERT(!state_->used_up && bytes.size() <= object::kBlockBytesMax);
  const object::Address address = object::address_of(id);
  if (state_->has(address)) return;
  std::optional<object::Address> base_address;
  if (base) base_address = object::address_of(*base);
  state_->blocks.add(kind, address, bytes, base_address);
}

Taken Batch::write_stored(const Stored& stored, const object::Address& address) {
  HN_ASSERT(!state_->used_up);
  if (state_->has(address)) return Taken::stored;
  if (!is_possible(stored, address)) return Taken::wrong;
  PlainPtr base;
  if (stored.base) {
    auto found = state_->blocks.read_base(*stored.base);
    if (!found) return Taken::base_missing;
    base = *std::move(found);
  }
  const auto plain = decode_on(stored, base.get());
  if (!plain) return Taken::wrong;
  if (object::id_of(stored.kind, (*plain)->bytes) != object::id_at(address)) return Taken::wrong;
  state_->keep(address, stored, *plain);
  return Taken::stored;
}

void Batch::submit_stored(Stored stored, const object::Address& address) {
  HN_ASSERT(!state_->used_up);
  if (!state_->arriving) {
    State* const state = state_.get();
    state->arriving.emplace(
        Arriving::Target{[state](const object::Address& a) { return state->has(a); },
                         [state](const object::Address& a, const Stored& s, const PlainPtr& plain) {
                           state->keep(a, s, plain);
                         },
                         [state](const object::Address& a) { return state->blocks.read_base(a); }},
        std::max(thread_count(state->opened.options()), 2U) - 1);
    state_->arriving->on_kept(state_->on_stored);
  }
  state_->arriving->submit(std::move(stored), address);
}

std::optional<Judged> Batch::take_judged(bool wait) {
  return state_->arriving ? state_->arriving->take(wait) : std::nullopt;
}

void Batch::drop_submitted() {
  if (state_->arriving) state_->arriving->drop();
}

void Batch::on_stored(OnStored call) {
  state_->on_stored = std::move(call);
  if (state_->arriving) state_->arriving->on_kept(state_->on_stored);
}

void Batch::add_entry(const EntryId& id, ByteView bytes) {
  HN_ASSERT(!state_->used_up);
  if (state_->opened.ledger().find_entry(id) || !state_->entry_ids.insert(id).second) return;
  state_->changes.entries.emplace_back(id, to_bytes(bytes));
}

void Batch::put(std::string key, ByteView bytes) {
  HN_ASSERT(!state_->used_up && key.size() <= kKeyBytesMax);
  state_->changes.state.insert_or_assign(std::move(key), to_bytes(bytes));
}

void Batch::erase(std::string key) {
  HN_ASSERT(!state_->used_up && key.size() <= kKeyBytesMax);
  state_->changes.state.insert_or_assign(std::move(key), std::nullopt);
}

void Batch::add_operation(ByteView bytes) {
  HN_ASSERT(!state_->used_up);
  state_->changes.operations.push_back(to_bytes(bytes));
}

void Batch::drop_operations_before(std::uint64_t sequence) {
  HN_ASSERT(!state_->used_up);
  state_->changes.drop_operations_before = sequence;
}

void Batch::commit() {
  HN_ASSERT(!state_->used_up && (!state_->arriving || state_->arriving->empty()));
  state_->used_up = true;
  state_->blocks.finish();
  if (state_->counts_on_store || !state_->blocks.empty() || !state_->changes.empty())
    commit_changes(state_->opened, state_->blocks, state_->changes);
  state_->blocks.committed();
}

}  // namespace hn::store
