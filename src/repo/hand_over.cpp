#include "hn/repo/hand_over.hpp"

#include <algorithm>

#include "hn/log/frontier.hpp"
#include "hn/log/manifest.hpp"
#include "hn/repo/publish.hpp"

namespace hn::repo {
namespace {

constexpr std::uint64_t kBatchBytes = 64U << 20U;
// Blocks that are looked for at a time.
constexpr std::size_t kAskedMax = 1024;

class Giver {
 public:
  Giver(const store::Store& from, store::Store& to) : from_(from), to_(to) {}

  std::uint64_t blocks() const noexcept { return blocks_; }

  // False where it is not to be had.
  bool give(const object::Address& address) {
    if (batch().has(object::id_at(address))) return true;
    auto stored = from_.read_stored(address);
    if (!stored) return false;
    store::Taken taken = batch().write_stored(*stored, address);
    if (taken == store::Taken::base_missing) {
      stored = from_.as_plain_form(address);
      if (!stored) return false;
      taken = batch().write_stored(*stored, address);
    }
    if (taken != store::Taken::stored) return false;
    ++blocks_;
    bytes_ += stored->bytes.size();
    if (bytes_ > kBatchBytes) flush();
    return true;
  }

  void give_manifest(const log::ManifestRoot& manifest) {
    const std::string key = key::held(manifest);
    if (to_.get(key) || !give_nodes(manifest)) return;
    bool all = true;
    // The last rows first: the oldest commits, whose blocks are bases of the others.
    for (std::uint64_t end = manifest.rows; end > 0;) {
      const std::uint64_t first = (end - 1) / log::kManifestRowsPerNode * log::kManifestRowsPerNode;
      const auto rows = log::read_rows(batch(), manifest, first, end - first);
      if (!rows) return;
      for (auto row = rows->rbegin(); row != rows->rend(); ++row) all = give(row->address) && all;
      end = first;
    }
    if (all) batch().put(key, {});
  }

  void flush() {
    if (batch_) batch_->commit();
    batch_.reset();
    bytes_ = 0;
  }

 private:
  store::Batch& batch() {
    if (!batch_) batch_.emplace(to_.begin());
    return *batch_;
  }

  bool give_nodes(const log::ManifestRoot& manifest) {
    for (;;) {
      const auto nodes = log::absent_nodes(batch(), manifest, 0, manifest.rows, kAskedMax);
      if (!nodes) return false;
      if (nodes->empty()) return true;
      for (const object::Id& id : *nodes)
        if (!give(object::address_of(id))) return false;
    }
  }

  const store::Store& from_;
  store::Store& to_;
  std::optional<store::Batch> batch_;
  std::uint64_t bytes_ = 0;
  std::uint64_t blocks_ = 0;
};

std::uint64_t give_entries(const Repository& from, Repository& to) {
  std::vector<log::SignedEntry> entries;
  for (const log::EntryId& id : log::missing(from.view(), log::frontier_of(to.view())))
    entries.push_back(*from.view().find(id));
  if (!entries.empty()) add_entries(to, entries);
  return entries.size();
}

}  // namespace

HandedOver hand_over(Repository& from, Repository& to) {
  from.refresh();
  to.refresh();
  // Blocks first: who sees an entry without them tells nobody of it, and is told nothing more.
  HandedOver out;
  Giver giver(from.store(), to.store());
  for (const log::ManifestRoot& manifest : live_manifests(from.view()))
    giver.give_manifest(manifest);
  giver.flush();
  out.entries = give_entries(from, to);
  for (bool more = true; more;) {
    more = false;
    for (const object::Address& address : absent_blocks(to, kAskedMax))
      more = giver.give(address) || more;
    giver.flush();
  }
  out.blocks = giver.blocks();
  to.refresh();
  return out;
}

}  // namespace hn::repo
