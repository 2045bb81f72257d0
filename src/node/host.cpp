#include "hn/node/host.hpp"

#include "hn/node/receipts.hpp"
#include "node/block_writer.hpp"

namespace hn::node {
namespace {

net::WireBlock to_wire(store::Stored stored) {
  return {static_cast<std::uint8_t>(stored.kind), static_cast<std::uint8_t>(stored.form),
          stored.base, stored.plain_bytes, std::move(stored.bytes)};
}

// nullopt for a kind or form that this version does not know.
std::optional<store::Stored> from_wire(net::WireBlock block) {
  const auto kind = object::kind_from(block.kind);
  const auto form = store::form_from(block.form);
  if (!kind || !form || (*form == store::Form::zstd_prefix) != block.base.has_value())
    return std::nullopt;
  return store::Stored{*kind, *form, block.base, block.plain_bytes, std::move(block.stored)};
}

Result<net::WireBlock> to_wire(Result<store::Stored> stored) {
  if (!stored) return fail(stored.error());
  return to_wire(std::move(stored).value());
}

}  // namespace

RepositoryHost::RepositoryHost(repo::Repository& repository)
    : repository_(repository),
      writer_(std::make_unique<BlockWriter>(BlockWriter::Work{
          [this](BlockWriter::Job job) {
            if (job.errand) return job.errand();
            if (job.address) return begin(*job.address, std::move(job.block));
            end_all_begun();
            ended_.push_back({flush_now() ? net::Written::stored : net::Written::failed, {}});
          },
          [this](bool wait) { return end_of_begun(wait); }})) {}
RepositoryHost::~RepositoryHost() = default;

// Everything but reading blocks of the store is one thread's at a time.
void RepositoryHost::settle() const {
  writer_->settle();
}

net::Exchanged RepositoryHost::exchanged_with(const crypto::TransportKey& peer) const {
  settle();
  const repo::TrafficRecord record = repo::traffic_with(repository_, peer);
  return {record.taken, record.given};
}

repo::Repository& RepositoryHost::parts() {
  settle();
  return repository_;
}

void RepositoryHost::fail_with(const Failure& failure) {
  settle();
  failure_ = failure;
}

const std::optional<Failure>& RepositoryHost::failure() const {
  settle();
  return failure_;
}

// Storage that breaks is an answer to the session, and a Failure for who runs it.
template <class Work>
auto RepositoryHost::guarded(const Work& work) -> Result<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const Failure& failure) {
    failure_ = failure;
    return fail(failure.code(), "this store could not be read or written");
  }
}

store::Batch& RepositoryHost::batch() const {
  settle();
  return open_batch();
}

store::Batch& RepositoryHost::open_batch() const {
  if (!batch_) {
    batch_.emplace(repository_.store().begin(store::Effort::bulk));
    watch_batch();
  }
  return *batch_;
}

void RepositoryHost::watch_batch() const {
  if (!arrivals_) return batch_->on_stored({});
  batch_->on_stored([this](std::span<const object::Id> kept, const object::Named& named) {
    arrivals_->add(kept, named);
  });
}

// Where all of a publish is to come. Of news much of what they name was here before, and the walk
// is short.
void RepositoryHost::expect_blocks() {
  if (std::exchange(blocks_came_, true)) return;
  settle();
  if (!repository_.store().list(repo::key::kWhole).empty()) return;
  arrivals_.emplace(repository_.store());
  if (batch_) watch_batch();
}

crypto::Signature RepositoryHost::sign(std::string_view purpose, ByteView bytes) {
  return repository_.key().sign(purpose, bytes);
}

Result<void> RepositoryHost::add_entries(std::span<const log::SignedEntry> entries) {
  settle();
  state_.reset();
  return guarded([&] { repo::add_entries(repository_, entries); });
}

std::variant<log::SignedEntry, net::JoinRefusal> RepositoryHost::redeem(
    const net::JoinRequest& request) {
  settle();
  const auto made = guarded([&]() -> std::variant<log::SignedEntry, net::JoinRefusal> {
    repository_.refresh();
    const auto invitation = repo::find_invitation(repository_, request.invitation);
    if (!invitation || !request.proves(invitation->secret)) return net::JoinRefusal::unknown;
    if (invitation->used_by) return net::JoinRefusal::used;
    state_.reset();
    return repo::redeem(repository_, request.invitation, request.device, request.label);
  });
  return made ? *made : net::JoinRefusal::unknown;
}

// What is answered here is counted on when the blocks are committed: from now on the batch is open,
// which holds on to them.
bool RepositoryHost::has(const object::Address& address) const {
  const object::Id id = object::id_at(address);
  if (writer_->at_rest()) return open_batch().has(id);
  // Nobody waits for the writer: of what it has not committed yet the sessions know.
  if (!repository_.store().has(id)) return false;
  writer_->submit({std::nullopt, {}, [this, id] { static_cast<void>(open_batch().has(id)); }});
  return true;
}

Result<net::WireBlock> RepositoryHost::read_stored(const object::Address& address) const {
  return to_wire(repository_.store().read_stored(address));
}

Result<net::WireBlock> RepositoryHost::as_plain_form(const object::Address& address) const {
  return to_wire(repository_.store().as_plain_form(address));
}

net::Written RepositoryHost::write_block(const object::Address& address,
                                         const net::WireBlock& block) {
  settle();
  expect_blocks();
  begin(address, block);
  const auto verdict = end_of_begun(true);
  return verdict ? verdict->written : net::Written::failed;
}

void RepositoryHost::submit_block(const object::Address& address, net::WireBlock block) {
  expect_blocks();
  writer_->submit({address, std::move(block), {}});
}

void RepositoryHost::submit_flush() {
  writer_->submit({});
}

std::optional<net::Verdict> RepositoryHost::next_verdict(bool wait) {
  return writer_->take(wait);
}

bool RepositoryHost::busy() const {
  return writer_->busy();
}

void RepositoryHost::on_judged(std::function<void()> call) {
  writer_->on_verdicts(std::move(call));
}

void RepositoryHost::begin(const object::Address& address, net::WireBlock block) {
  auto stored = from_wire(std::move(block));
  if (!stored) {
    end_all_begun();
    return ended_.push_back({net::Written::wrong, {}});
  }
  ++begun_;
  // A failure is told of all that were begun: it is not known which of them were kept.
  if (!guarded([&] { open_batch().submit_stored(*std::move(stored), address); })) fail_all_begun();
}

std::optional<net::Verdict> RepositoryHost::end_of_begun(bool wait) {
  if (ended_.empty() && begun_ > 0) {
    const auto judged = guarded([&] { return batch_->take_judged(wait); });
    if (!judged)
      fail_all_begun();
    else if (*judged)
      end_one(**judged);
  }
  if (ended_.empty()) return std::nullopt;
  net::Verdict verdict = std::move(ended_.front());
  ended_.pop_front();
  return verdict;
}

void RepositoryHost::end_one(store::Judged judged) {
  --begun_;
  switch (judged.taken) {
    case store::Taken::stored:
      return ended_.push_back({net::Written::stored, {}});
    case store::Taken::base_missing:
      return ended_.push_back({net::Written::base_missing, to_wire(std::move(judged.stored))});
    case store::Taken::wrong:
      break;
  }
  ended_.push_back({net::Written::wrong, {}});
}

void RepositoryHost::fail_all_begun() {
  if (batch_) batch_->drop_submitted();
  for (; begun_ > 0; --begun_) ended_.push_back({net::Written::failed, {}});
}

void RepositoryHost::end_all_begun() {
  while (begun_ > 0) {
    auto judged = guarded([&] { return batch_->take_judged(true); });
    if (!judged || !*judged) return fail_all_begun();
    end_one(**std::move(judged));
  }
}

Result<void> RepositoryHost::flush() {
  settle();
  return flush_now();
}

Result<void> RepositoryHost::flush_now() {
  if (!batch_) return {};
  state_.reset();
  auto done = guarded([&] { batch_->commit(); });
  batch_.reset();
  return done;
}

const object::BlockReader& RepositoryHost::blocks() const {
  if (writer_->at_rest() && batch_) return *batch_;
  return repository_.store();
}

bool RepositoryHost::holds_whole(const log::ManifestRoot& manifest) const {
  settle();
  return repository_.store().get(repo::key::held(manifest)).has_value();
}

void RepositoryHost::note_whole(const log::ManifestRoot& manifest) {
  writer_->submit({std::nullopt, {}, [this, key = repo::key::held(manifest)] {
                     static_cast<void>(guarded([&] { open_batch().put(key, {}); }));
                   }});
}

std::vector<object::Address> RepositoryHost::absent_blocks(
    std::size_t max, const std::unordered_set<log::EntryId>& without) {
  settle();
  repo::Arrivals* const arrivals = arrivals_ ? &*arrivals_ : nullptr;
  const auto absent =
      guarded([&] { return repo::absent_blocks(repository_, max, without, arrivals); });
  if (!absent) return {};
  if (absent->empty() && arrivals_) {
    arrivals_.reset();
    if (batch_) watch_batch();
  }
  return *absent;
}

Hash RepositoryHost::state_digest() {
  settle();
  if (!state_) {
    const auto digest = guarded([&] { return repo::state_digest(repository_); });
    if (!digest) return Hash{};
    state_ = *digest;
  }
  return *state_;
}

bool RepositoryHost::keep(const net::SyncReceipt& receipt, std::int64_t when) {
  settle();
  return guarded([&] { remember_receipt(repository_, receipt, when); }).has_value();
}

bool RepositoryHost::has_drafts() const {
  settle();
  return !repository_.drafts().empty();
}

bool RepositoryHost::refresh() {
  settle();
  // Of what the view shows: the store alone was brought up to date by every commit in between.
  const std::size_t before = repository_.view().size();
  repository_.refresh();
  const bool changed = repository_.view().size() != before;
  if (changed) state_.reset();
  return changed;
}

}  // namespace hn::node
