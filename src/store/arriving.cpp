#include "store/arriving.hpp"

#include "store/forms.hpp"
#include "store/record.hpp"

namespace hn::store {
namespace {

// What a thread hashes at a time: enough to fill the lanes of hash_many() where blocks are long, as
// the versions of long files are, and a third of a millisecond.
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
      hashing_(threads, hash_group),
      in_work_max_(kGroupsPerThread * (threads + 1)) {}

Arriving::Ids Arriving::hash_group(const Group& group) {
  std::vector<object::BlockView> blocks;
  blocks.reserve(group.size());
  for (const PlainPtr& plain : group) blocks.push_back({plain->kind, plain->bytes});
  return object::ids_of(blocks);
}

Result<PlainPtr> Arriving::base_of(const Stored& stored) const {
  if (!stored.base) return PlainPtr();
  if (const auto at = unjudged_.find(*stored.base); at != unjudged_.end()) return at->second;
  return target_.read_base(*stored.base);
}

void Arriving::submit(Stored stored, const object::Address& address) {
  const auto add = [&](PlainPtr plain, std::optional<Taken> taken) {
    blocks_.push_back({address, std::move(stored), std::move(plain), taken, false});
  };
  if (target_.has(address)) return add(nullptr, Taken::stored);
  if (!is_possible(stored, address)) return add(nullptr, Taken::wrong);
  auto base = base_of(stored);
  if (!base) return add(nullptr, Taken::base_missing);
  auto plain = decode_on(stored, base->get());
  if (!plain) return add(nullptr, Taken::wrong);
  const bool comes_again = !unjudged_.insert_or_assign(address, *plain).second;
  group_.push_back(*plain);
  group_bytes_ += (*plain)->bytes.size();
  add(*std::move(plain), std::nullopt);
  blocks_.back().comes_again = comes_again;
  if (group_bytes_ >= kGroupBytes || group_.size() >= kGroupBlocks) submit_group();
}

void Arriving::submit_group() {
  hashing_.submit(std::exchange(group_, {}));
  group_bytes_ = 0;
  while (auto ids = hashing_.take(hashing_.outstanding() > in_work_max_)) judge(*ids);
}

// One after the other, for a failure of the disk leaves the rest unjudged.
void Arriving::judge(const Ids& ids) {
  for (const object::Id& id : ids) {
    while (blocks_[judged_].taken) ++judged_;
    Coming& block = blocks_[judged_];
    block.taken = judge(block, id);
  }
}

Taken Arriving::judge(Coming& block, const object::Id& id) {
  unjudged_.erase(block.address);
  if (object::address_of(id) != block.address) {
    was_wrong_ = true;
    return Taken::wrong;
  }
  if (block.comes_again && target_.has(block.address)) return Taken::stored;
  const std::optional<object::Address>& base = block.stored.base;
  if (was_wrong_ && base && !target_.has(*base)) return Taken::wrong;
  target_.keep(block.address, block.stored, block.plain);
  return Taken::stored;
}

std::optional<Judged> Arriving::take(bool wait) {
  if (blocks_.empty()) return std::nullopt;
  while (!blocks_.front().taken) {
    // What is being hashed ends soon, and meanwhile the group may grow.
    if (wait && hashing_.outstanding() == 0) submit_group();
    if (blocks_.front().taken) break;
    const auto ids = hashing_.take(wait);
    if (!ids) return std::nullopt;
    judge(*ids);
  }
  Coming& first = blocks_.front();
  Judged judged{*first.taken, {}};
  if (judged.taken == Taken::base_missing) judged.stored = std::move(first.stored);
  blocks_.pop_front();
  if (judged_ > 0) --judged_;
  return judged;
}

void Arriving::drop() {
  while (hashing_.take(true)) {
  }
  blocks_.clear();
  unjudged_.clear();
  group_.clear();
  group_bytes_ = judged_ = 0;
}

}  // namespace hn::store
