// Answers to requests: hn-sync(7), BLOCKS. A delta goes out as it lies only where its base stands
// earlier in the same answer, in a manifest that the peer said it holds, or, for a peer that keeps
// differences until their bases come, in any manifest that it will fetch; any other block is made
// anew in a form that needs none.
#include "net/sync_serve.hpp"

#include <algorithm>
#include <cstring>

namespace hn::net {

namespace {

std::uint64_t short_of(const object::Address& address) noexcept {
  std::uint64_t v = 0;
  std::memcpy(&v, address.bytes.data(), sizeof v);
  return v;
}

}  // namespace

void HeldBlocks::add(std::span<const log::ManifestRoot> manifests) {
  for (const log::ManifestRoot& m : manifests)
    if (unread_.size() < kHeldManifestsMax) unread_.push_back(m);
}

void HeldBlocks::load(const object::BlockReader& reader, const log::ManifestRoot& manifest) {
  for (std::uint64_t at = 0; at < manifest.rows; at += log::kManifestRowsPerNode) {
    const auto rows = log::read_rows(reader, manifest, at, log::kManifestRowsPerNode);
    if (!rows) return;
    for (const log::ManifestRow& row : *rows) rows_.insert(short_of(row.address));
  }
}

bool HeldBlocks::covers(const object::BlockReader& reader, const object::Address& address) {
  while (!rows_.contains(short_of(address))) {
    if (unread_.empty()) return false;
    const log::ManifestRoot manifest = unread_.back();
    unread_.pop_back();
    if (rows_.size() + manifest.rows <= kHeldRowsMax) load(reader, manifest);
  }
  return true;
}

Serving::Serving(SharedRepository& shared, HeldBlocks& held, Request request, Outbox outbox)
    : shared_(shared), held_(held), request_(std::move(request)), outbox_(std::move(outbox)) {}

bool Serving::item_done() const noexcept {
  return row_at_ == rows_.size() && item_at_ == request_.items.size();
}

Serving::Next Serving::next_row() {
  if (row_at_ < rows_.size()) return {rows_[row_at_++], 0};
  RowsItem& item = request_.items[item_at_];
  RowRange& range = item.ranges.back();
  // The last rows of the range that stand in one leaf.
  const std::uint64_t end = range.first + range.count;
  const std::uint64_t leaf = (end - 1) / log::kManifestRowsPerNode * log::kManifestRowsPerNode;
  const std::uint64_t first = std::max(range.first, leaf);
  const auto rows = log::read_rows(shared_.host().blocks(), item.manifest, first, end - first);
  range.count = first - range.first;
  if (range.count == 0) item.ranges.pop_back();
  if (item.ranges.empty()) ++item_at_;
  if (!rows || rows->size() != end - first) return {std::nullopt, end - first};
  rows_.clear();
  row_at_ = 0;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) rows_.push_back(row->address);
  return {rows_[row_at_++], 0};
}

Serving::Next Serving::next() {
  if (address_at_ < request_.addresses.size()) return {request_.addresses[address_at_++], 0};
  return next_row();
}

// Will the base be with the requester? `back`: how many places before the next one it stands in
// this answer, 0 if it does not.
bool Serving::stands(const object::Address& base, std::uint64_t& back) {
  if (request_.plain) return false;
  if (const auto at = sent_.find(base); at != sent_.end()) back = place_ - at->second;
  return back > 0 || (request_.patient && shared_.published(base)) ||
         held_.covers(shared_.host().blocks(), base);
}

// None where it is larger than may be sent.
std::optional<std::size_t> Serving::answer(const object::Address& address, std::size_t block_max,
                                           Served& served) {
  auto block = shared_.host().read_stored(address);
  if (block && block->stored.size() > block_max) return std::nullopt;
  std::uint64_t back = 0;
  if (block && block->base && !stands(*block->base, back))
    block = shared_.host().as_plain_form(address);
  // Damaged counts as absent: the peer asks others, and this store's own check reports it.
  if (!block || block->stored.size() > kStoredBytesMax) {
    outbox_.add(encode(AbsentAnswer{1}));
    ++place_;
    return 1;
  }
  const BlockAnswer m{std::move(block).value(), back};
  sent_.emplace(address, place_++);
  ++served.blocks;
  served.bytes += m.block.stored.size();
  outbox_.add(encode(m));
  return m.block.stored.size();
}

bool Serving::turn(std::size_t bytes_max, std::size_t block_max, Served& served) {
  outbox_.pump();
  std::size_t done = 0;
  while (outbox_.idle() && !outbox_.finished()) {
    if (at_end()) {
      outbox_.finish();
      return false;
    }
    if (done >= bytes_max) return true;
    const Next n = held_next_ ? *std::exchange(held_next_, {}) : next();
    if (n.address) {
      const auto bytes = answer(*n.address, block_max, served);
      at_large_ = !bytes;
      if (at_large_) {
        held_next_ = n;
        return true;
      }
      done += 64 + *bytes;
    } else {
      outbox_.add(encode(AbsentAnswer{n.absent}));
      place_ += n.absent;
      done += 64;
    }
  }
  return false;
}

}  // namespace hn::net
