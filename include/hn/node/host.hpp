#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "hn/net/sync_host.hpp"
#include "hn/repo/exchange.hpp"

namespace hn::node {

class BlockWriter;

// A repository on this machine as the sync sessions see it: source and sink over its store. Blocks
// that come are checked on a thread of their own and wait in one transaction until flush(). Errors
// of the disk end the session and are kept for the owner in failure(). Who uses the repository
// beside the sessions does it through parts().
class RepositoryHost final : public net::SyncHost {
 public:
  explicit RepositoryHost(repo::Repository& repository);
  ~RepositoryHost() override;

  const log::EntryId& repository() const override { return repository_.id(); }
  const log::Device& device() const override { return repository_.device(); }
  crypto::Signature sign(std::string_view purpose, ByteView bytes) override;
  std::string label() const override { return repository_.record().label; }

  const log::View& view() const override { return repository_.view(); }
  Result<void> add_entries(std::span<const log::SignedEntry> entries) override;
  std::variant<log::SignedEntry, net::JoinRefusal> redeem(const net::JoinRequest& request) override;

  bool has(const object::Address& address) const override;
  Result<net::WireBlock> read_stored(const object::Address& address) const override;
  Result<net::WireBlock> as_plain_form(const object::Address& address) const override;
  net::Written write_block(const object::Address& address, const net::WireBlock& block) override;
  Result<void> flush() override;
  void submit_block(const object::Address& address, net::WireBlock block) override;
  void submit_flush() override;
  std::optional<net::Verdict> next_verdict(bool wait) override;
  bool busy() const override;
  // Called on another thread where verdicts have come: the time for SyncNode::host_judged().
  void on_judged(std::function<void()> call);

  const object::BlockReader& blocks() const override;
  bool holds_whole(const log::ManifestRoot& manifest) const override;
  void note_whole(const log::ManifestRoot& manifest) override;
  std::vector<object::Address> absent_blocks(
      std::size_t max, const std::unordered_set<log::EntryId>& without) override;
  std::vector<net::PeerPlaces> places() const override { return places_; }
  bool preparing() const override { return preparing_; }
  net::Exchanged exchanged_with(const crypto::TransportKey& peer) const override;
  Hash state_digest() override;

  // What places() answers from now on.
  void set_places(std::vector<net::PeerPlaces> places) { places_ = std::move(places); }

  // Looks for what other processes recorded. True if there was anything.
  bool refresh();
  bool has_drafts() const;
  // What preparing() answers from now on.
  void set_preparing(bool preparing) { preparing_ = preparing; }

  // Remembers what a peer has signed; false where that could not be recorded.
  bool keep(const net::SyncReceipt& receipt, std::int64_t when);

  // For work on it: waits until nothing is being written.
  repo::Repository& parts();
  // For what never changes: where it is, and which it is.
  const repo::Repository& described() const noexcept { return repository_; }
  const std::optional<Failure>& failure() const;
  void fail_with(const Failure& failure);

 private:
  void settle() const;
  store::Batch& batch() const;       // once nothing is at work
  store::Batch& open_batch() const;  // whose thread it is
  void watch_batch() const;
  void expect_blocks();
  void begin(const object::Address& address, net::WireBlock block);
  std::optional<net::Verdict> end_of_begun(bool wait);
  void end_one(store::Judged judged);
  void end_all_begun();
  void fail_all_begun();
  Result<void> flush_now();
  template <class Work>
  auto guarded(const Work& work) -> Result<decltype(work())>;

  repo::Repository& repository_;
  mutable std::optional<store::Batch> batch_;
  mutable std::optional<repo::Arrivals> arrivals_;  // of a clone that begins
  bool blocks_came_ = false;
  std::size_t begun_ = 0;  // blocks of which the batch has not said what became of them
  std::deque<net::Verdict> ended_;
  std::optional<Hash> state_;
  std::optional<Failure> failure_;
  std::vector<net::PeerPlaces> places_;
  bool preparing_ = false;
  std::unique_ptr<BlockWriter> writer_;  // last: its thread uses the others
};

}  // namespace hn::node
