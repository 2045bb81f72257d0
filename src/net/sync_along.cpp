#include "net/sync_along.hpp"

#include <algorithm>

namespace hn::net {
namespace {

const log::ManifestRoot* manifest_of(const log::Entry& entry) noexcept {
  const auto* publish = std::get_if<log::Publish>(&entry.payload);
  return publish != nullptr && publish->manifest ? &*publish->manifest : nullptr;
}

// Blocks for one message, as long as they fit.
class Along {
 public:
  Along(SharedRepository& shared, bool in_step) : shared_(shared), in_step_(in_step) {}

  // False where it does not fit, or is not here.
  bool add(const log::ManifestRoot& manifest) {
    if (manifest.rows > kAlongRowsMax) return false;
    const auto rows = log::read_rows(shared_.host().blocks(), manifest, 0, manifest.rows);
    if (!rows || !add(object::address_of(manifest.root))) return false;
    return std::ranges::all_of(rows->rbegin(), rows->rend(),
                               [&](const log::ManifestRow& row) { return add(row.address); });
  }
  std::vector<AlongBlock> take() { return std::move(out_); }

 private:
  bool add(const object::Address& address) {
    if (!added_.insert(address).second) return true;
    auto block = shared_.host().read_stored(address);
    if (block && block->base && !stands(*block->base))
      block = shared_.host().as_plain_form(address);
    if (!block || out_.size() == kAlongBlocksMax) return false;
    bytes_ += block->stored.size();
    if (bytes_ > kAlongBytesMax) return false;
    out_.push_back({address, std::move(block).value()});
    return true;
  }
  bool stands(const object::Address& base) {
    return in_step_ || added_.contains(base) || shared_.published(base);
  }

  SharedRepository& shared_;
  bool in_step_;
  std::vector<AlongBlock> out_;
  std::unordered_set<object::Address> added_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::size_t along_with(const log::Entry& entry) noexcept {
  const log::ManifestRoot* manifest = manifest_of(entry);
  return manifest != nullptr && manifest->rows <= kAlongRowsMax ? manifest->rows + 1 : 0;
}

std::vector<AlongBlock> blocks_along(SharedRepository& shared,
                                     std::span<const log::SignedEntry> entries, bool in_step) {
  if (entries.size() > kAlongEntriesMax) return {};
  // What was rewritten is passed on without its blocks.
  std::set<object::Id> live;
  Along along(shared, in_step);
  for (const log::SignedEntry& e : entries) {
    const log::ManifestRoot* manifest = manifest_of(e.entry);
    if (manifest == nullptr) continue;
    if (live.empty())
      for (const log::ManifestRoot& m : shared.wanted({})) live.insert(m.root);
    if (live.contains(manifest->root) && !along.add(*manifest)) return {};
  }
  return along.take();
}

}  // namespace hn::net
