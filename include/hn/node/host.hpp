#pragma once

#include "hn/net/sync_host.hpp"
#include "hn/repo/exchange.hpp"

namespace hn::node {

// A repository on this machine as the sync sessions see it: source and sink over its store. Blocks
// that come wait in one transaction until flush(). Errors of the disk end the session and are kept
// for the owner in failure().
class RepositoryHost final : public net::SyncHost {
 public:
  explicit RepositoryHost(repo::Repository& repository);

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

  const object::BlockReader& blocks() const override;
  bool holds_whole(const log::ManifestRoot& manifest) const override;
  void note_whole(const log::ManifestRoot& manifest) override;
  std::vector<object::Address> absent_blocks(
      std::size_t max, const std::unordered_set<log::EntryId>& without) override;
  std::vector<net::PeerPlaces> places() const override { return places_; }
  Hash state_digest() override;

  // What places() answers from now on.
  void set_places(std::vector<net::PeerPlaces> places) { places_ = std::move(places); }

  // Looks for what other processes recorded; publishes drafts where it may. True if there was
  // anything.
  bool refresh(bool publish);

  repo::Repository& parts() const noexcept { return repository_; }
  const std::optional<Failure>& failure() const noexcept { return failure_; }
  void fail_with(const Failure& failure) { failure_ = failure; }
  // Branches with drafts that this device may not publish.
  const std::vector<std::string>& unpublishable() const noexcept { return unpublishable_; }

 private:
  store::Batch& batch() const;
  template <class Work>
  auto guarded(const Work& work) -> Result<decltype(work())>;

  repo::Repository& repository_;
  mutable std::optional<store::Batch> batch_;
  std::optional<Hash> state_;
  std::optional<Failure> failure_;
  std::vector<net::PeerPlaces> places_;
  std::vector<std::string> unpublishable_;
};

}  // namespace hn::node
