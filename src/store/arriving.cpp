#include "store/arriving.hpp"

#include "store/forms.hpp"
#include "store/record.hpp"

namespace hn::store {
namespace {

// What a thread gets at a time: enough to fill the lanes of hash_many() where blocks are long, as
// the versions of long files are, and a millisecond.
constexpr std::size_t kGroupBytes = 1U << 20U;
constexpr std::size_t kGroupBlocks = 512;
constexpr std::size_t kGroupsPerThread = 4;

}  // namespace

bool is_possible(const Stored& stored, const object::Address& address) noexcept {
  return stored.bytes.size() <= kStoredBytesMax && stored.base != address &&
         stored.base.has_value() == (stored.form == Form::zstd_prefix);
}

Result<PlainPtr> decode_on(const Stored& stored, const Plain* base) {
  HN_TRY(PlainBytes bytes, decode_form(stored.form, stored.plain_bytes, stored.bytes,
                                       base != nullptr ? ByteView(base->bytes) : ByteView()));
  const bool deeper = base != nullptr && base->depth < kChainMax;
  const unsigned depth = deeper ? base->depth + 1U : 0U;
  return make_plain(stored.kind, std::move(bytes), static_cast<std::uint8_t>(depth));
}

Arriving::Arriving(Target target, unsigned threads)
    : target_(std::move(target)),
      decoding_(threads, decode_and_hash),
      in_work_max_(kGroupsPerThread * (threads + 1)) {}

void Arriving::decode(Coming& block) {
  const Plain* base = block.base.get();
  if (block.coming_base) {
    block.coming_base->decoded.wait(false, std::memory_order_acquire);
    base = block.coming_base->plain.get();
    block.lacks_base = base == nullptr;
  }
  if (!block.lacks_base) {
    if (auto plain = decode_on(block.stored, base)) block.plain = *std::move(plain);
  }
  block.base.reset();
  block.coming_base.reset();
  block.decoded.store(true, std::memory_order_release);
  block.decoded.notify_all();
}

Arriving::Hashed Arriving::decode_and_hash(const Group& group) {
  std::vector<object::BlockView> plains;
  std::vector<object::Address> addresses;
  plains.reserve(group.blocks.size());
  for (const ComingPtr& block : group.blocks) {
    decode(*block);
    if (!block->plain) continue;
    plains.push_back({block->plain->kind, block->plain->bytes});
    if (group.find_named) addresses.push_back(block->address);
  }
  Hashed out{object::ids_of(plains), {}};
  if (!group.find_named) return out;
  std::size_t right = 0;
  for (std::size_t i = 0; i < plains.size(); ++i)
    if (object::address_of(out.ids[i]) == addresses[i]) plains[right++] = plains[i];
  out.named = object::named_by(std::span(plains).first(right));
  return out;
}

// What becomes of it where that is known already.
std::optional<Taken> Arriving::find_base(Coming& block) const {
  if (target_.has(block.address)) return Taken::stored;
  if (!is_possible(block.stored, block.address)) return Taken::wrong;
  if (!block.stored.base) return std::nullopt;
  if (const auto at = unjudged_.find(*block.stored.base); at != unjudged_.end()) {
    block.coming_base = at->second;
    return std::nullopt;
  }
  auto base = target_.read_base(*block.stored.base);
  if (!base) return Taken::base_missing;
  block.base = *std::move(base);
  return std::nullopt;
}

void Arriving::submit(Stored stored, const object::Address& address) {
  auto block = std::make_shared<Coming>();
  block->address = address;
  block->stored = std::move(stored);
  block->taken = find_base(*block);
  blocks_.push_back(block);
  if (block->taken) return;
  block->comes_again = !unjudged_.insert_or_assign(address, block).second;
  group_bytes_ += std::min<std::size_t>(block->stored.plain_bytes, object::kBlockBytesMax);
  group_.push_back(std::move(block));
  if (group_bytes_ >= kGroupBytes || group_.size() >= kGroupBlocks) submit_group();
}

void Arriving::submit_group() {
  given_.push_back(group_);
  decoding_.submit({std::exchange(group_, {}), static_cast<bool>(on_kept_)});
  group_bytes_ = 0;
  while (auto hashed = decoding_.take(decoding_.outstanding() > in_work_max_)) judge(*hashed);
}

// One after the other, for a failure of the disk leaves the rest unjudged.
void Arriving::judge(const Hashed& hashed) {
  const std::vector<ComingPtr> group = std::move(given_.front());
  given_.pop_front();
  kept_.clear();
  auto id = hashed.ids.begin();
  for (const ComingPtr& block : group) block->taken = judge(block, block->plain ? &*id++ : nullptr);
  if (on_kept_) on_kept_(kept_, hashed.named);
}

Taken Arriving::judge(const ComingPtr& block, const object::Id* id) {
  if (const auto at = unjudged_.find(block->address); at != unjudged_.end() && at->second == block)
    unjudged_.erase(at);
  if (block->lacks_base) return Taken::base_missing;
  if (id == nullptr) return Taken::wrong;
  if (object::address_of(*id) != block->address) {
    was_wrong_ = true;
    return Taken::wrong;
  }
  if (block->comes_again && target_.has(block->address)) return Taken::stored;
  const std::optional<object::Address>& base = block->stored.base;
  if (was_wrong_ && base && !target_.has(*base)) return Taken::wrong;
  target_.keep(block->address, block->stored, block->plain);
  if (on_kept_) kept_.push_back(*id);
  return Taken::stored;
}

std::optional<Judged> Arriving::take(bool wait) {
  if (blocks_.empty()) return std::nullopt;
  while (!blocks_.front()->taken) {
    // What is being decoded ends soon, and meanwhile the group may grow.
    if (wait && decoding_.outstanding() == 0) submit_group();
    if (blocks_.front()->taken) break;
    const auto hashed = decoding_.take(wait);
    if (!hashed) return std::nullopt;
    judge(*hashed);
  }
  const ComingPtr first = std::move(blocks_.front());
  blocks_.pop_front();
  Judged judged{*first->taken, {}};
  if (judged.taken == Taken::base_missing) judged.stored = std::move(first->stored);
  return judged;
}

void Arriving::drop() {
  while (decoding_.take(true)) {
  }
  given_.clear();
  blocks_.clear();
  unjudged_.clear();
  group_.clear();
  group_bytes_ = 0;
}

}  // namespace hn::store
