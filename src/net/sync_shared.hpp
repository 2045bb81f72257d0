#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "hn/base/time.hpp"
#include "hn/net/sync_host.hpp"
#include "net/part_rows.hpp"

namespace hn::net {

// Own frontiers that are remembered by their digests.
inline constexpr std::size_t kEarlierMax = 64;

class Puller;

// What all sessions about one repository know together: what is whole, what is on its way, what was
// written and is not durable yet.
class SharedRepository {
 public:
  explicit SharedRepository(SyncHost& host) : host_(host) {}

  SyncHost& host() noexcept { return host_; }
  const log::View& view() const { return host_.view(); }

  // Is every block of the manifest here? Remembered where yes; looked at row by row, as far as the
  // first that is not, where it is not known.
  bool check_whole(const log::ManifestRoot& manifest);
  bool known_whole(const log::ManifestRoot& manifest);
  void note_whole(const log::ManifestRoot& manifest);

  // A block is here, or has been written since the last flush.
  bool here(const object::Address& address) const {
    return arrived_.contains(address) || host_.has(address);
  }

  // One session asks for a block at a time, but for what a slow one takes long to send. False where
  // another has.
  bool claim(const object::Address& address) { return claimed_.try_emplace(address, 1).second; }
  void claim_too(const object::Address& address) { ++claimed_[address]; }
  bool claimed(const object::Address& address) const { return claimed_.contains(address); }
  std::size_t claims(const object::Address& address) const;
  std::size_t claims() const noexcept { return claimed_.size(); }
  // `fetch_anew`: what depends on it has to be looked at again, by who left it to another session.
  void release(const object::Address& address, bool fetch_anew);
  // Counts such up.
  std::uint64_t released() const noexcept { return released_; }

  // Who pulls for this repository, one for each session, in the order in which they came: the same
  // in every run.
  void join(Puller& puller) { pullers_.push_back(&puller); }
  void leave(Puller& puller) { std::erase(pullers_, &puller); }
  const std::vector<Puller*>& pullers() const noexcept { return pullers_; }
  // Plain bytes that came, and those of them that had come from another peer already.
  struct Use {
    std::uint64_t came = 0;
    std::uint64_t wasted = 0;
  };
  Use& use() noexcept { return use_; }

  // Rows of a manifest that are here and readable; none while a node of it is not.
  const std::vector<RowRange>& parts(const log::ManifestRoot& manifest);
  // Counts up when a peer said what parts it has.
  std::uint64_t parts_version() const noexcept { return parts_version_; }
  void touch_parts() noexcept { ++parts_version_; }

  std::variant<log::SignedEntry, JoinRefusal> redeem(const JoinRequest& request);
  Result<void> add_entries(std::span<const log::SignedEntry> entries);
  // Gives a block to the host; collect() tells `judged` what became of it. Who is called lives
  // until then: a collect(true) sees to it.
  using Judged = std::function<void(Verdict)>;
  void submit(const object::Address& address, WireBlock block, Judged judged);
  // Tells, in order, of what has been judged; with `wait`, of all that was submitted.
  void collect(bool wait);
  bool busy() const { return host_.busy(); }
  // Makes durable what has come since the last time, if anything has. Collects all.
  Result<void> flush();
  // Has that begun.
  void submit_flush(Judged judged);
  std::uint64_t unflushed_bytes() const noexcept { return unflushed_bytes_; }
  Time flushed_at() const noexcept { return flushed_at_; }
  void flushed(Time now) noexcept { flushed_at_ = now; }

  // Is the block in a manifest of a live publish? Remembers all rows from the first question on, 8
  // bytes of each: a wrong yes costs the peer one more question.
  bool published(const object::Address& address);

  // Counts up whenever something changed that could let a session go on: blocks became readable,
  // claims were given back, entries came.
  std::uint64_t generation() const noexcept { return generation_; }
  // Counts up when what the host shows may have changed: entries, readable blocks.
  std::uint64_t version() const noexcept { return version_; }
  void touch() noexcept {
    ++generation_;
    ++version_;
  }

  // Counts up when the host may have other places to tell.
  std::uint64_t places_version() const noexcept { return places_version_; }
  void touch_places() noexcept {
    ++generation_;
    ++places_version_;
  }

  // Manifests of live publishes, in log order, each once, but for those publishes.
  std::vector<log::ManifestRoot> wanted(const std::unordered_set<log::EntryId>& without) const;
  // What the view holds and a peer lacks, in log order, without the publishes of others whose
  // blocks are not all here and without what stands on those, unless an entry of this device does.
  // `held_back`: whether there are any. With `own_only` nothing but this device's entries and what
  // they stand on.
  std::vector<log::EntryId> news_for(const log::Frontier& theirs,
                                     const std::unordered_set<log::EntryId>& they_have,
                                     bool own_only, bool& held_back);

  // The digest of what the view holds, and whether it was this some time ago: who says so now only
  // lacks what is here.
  const Hash& frontier_digest();
  bool was_frontier(const Hash& digest) const {
    return std::ranges::find(earlier_, digest) != earlier_.end();
  }

 private:
  struct Submitted {
    std::optional<object::Address> address;  // none: a flush
    Judged judged;
  };
  std::unordered_set<log::EntryId> incomplete_publishes();
  void note_flushed();

  SyncHost& host_;
  std::deque<Submitted> submitted_;
  std::set<object::Id> whole_;
  std::vector<std::uint64_t> published_;      // sorted
  std::set<object::Id> published_manifests_;  // whose rows are among them
  std::uint64_t published_version_ = ~std::uint64_t{0};
  std::unordered_map<object::Address, std::size_t> claimed_;  // by how many
  std::uint64_t released_ = 0;
  std::vector<Puller*> pullers_;
  Use use_;
  std::map<object::Id, PartRows> parts_;  // of manifests that are not whole
  std::uint64_t parts_version_ = 0;
  std::unordered_set<object::Address> arrived_;
  std::uint64_t unflushed_bytes_ = 0;
  Time flushed_at_{};
  bool dirty_ = false;
  std::uint64_t generation_ = 0;
  std::uint64_t version_ = 0;
  std::uint64_t places_version_ = 0;
  Hash digest_{};
  std::uint64_t digest_version_ = ~std::uint64_t{0};
  std::deque<Hash> earlier_;  // frontiers, the latest first
};

}  // namespace hn::net
