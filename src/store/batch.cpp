#include "hn/store/batch.hpp"

#include "hn/base/error.hpp"
#include "store/batch_state.hpp"
#include "store/forms.hpp"

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
  if (stored.bytes.size() > kStoredBytesMax) return Taken::wrong;
  if (stored.base.has_value() != (stored.form == Form::zstd_prefix)) return Taken::wrong;
  PlainPtr base;
  if (stored.base) {
    if (*stored.base == address) return Taken::wrong;
    auto found = state_->blocks.read_base(*stored.base);
    if (!found) return Taken::base_missing;
    base = *std::move(found);
  }
  auto plain = decode_form(stored.form, stored.plain_bytes, stored.bytes,
                           base ? ByteView(base->bytes) : ByteView());
  if (!plain) return Taken::wrong;
  if (object::id_of(stored.kind, *plain) != object::id_at(address)) return Taken::wrong;
  if (base && base->depth >= kChainMax) {
    state_->blocks.add(stored.kind, address, *plain, {});
  } else {
    const unsigned depth = base ? base->depth + 1U : 0U;
    state_->blocks.add_stored(address, stored, static_cast<std::uint8_t>(depth), std::move(*plain));
  }
  return Taken::stored;
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
  HN_ASSERT(!state_->used_up);
  state_->used_up = true;
  state_->blocks.finish();
  if (state_->counts_on_store || !state_->blocks.empty() || !state_->changes.empty())
    commit_changes(state_->opened, state_->blocks, state_->changes);
  state_->blocks.committed();
}

}  // namespace hn::store
