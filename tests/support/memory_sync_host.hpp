#pragma once

#include <map>
#include <set>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/log/link.hpp"
#include "hn/log/write.hpp"
#include "hn/net/sync_host.hpp"
#include "support/memory_blocks.hpp"

namespace hn::testing {

inline crypto::SigningKey key_of(std::string_view name) {
  return crypto::SigningKey::from_seed(crypto::hash(crypto::Purpose("test.key"), as_bytes(name)));
}

inline object::Address address_of_chunk(std::string_view text) {
  return object::address_of(object::id_of(object::Kind::chunk, as_bytes(text)));
}

// A repository in memory, as the sync protocol sees one. What was written is not readable, and lost
// at crash(), before flush(). A block lies raw or as a delta over another one.
class MemorySyncHost : public net::SyncHost {
 public:
  static constexpr std::uint8_t kRaw = 0;
  static constexpr std::uint8_t kDelta = 2;

  // A store without a log, about to clone.
  MemorySyncHost(std::string name, const log::EntryId& repository)
      : name_(std::move(name)),
        key_(key_of(name_)),
        repository_(repository),
        view_(repository),
        durable_view_(repository) {}

  static log::SignedEntry genesis(const std::string& founder,
                                  log::Visibility visibility = log::Visibility::members) {
    log::Genesis g;
    g.merge_algorithm = 1;
    g.files = {16 * 1024, 64 * 1024, 256 * 1024};
    g.folders = {4 * 1024, 16 * 1024, 64 * 1024};
    g.visibility = visibility;
    g.default_branch = "main";
    g.founders.push_back({key_of(founder).public_key(), founder});
    return *log::sign(log::genesis_entry(g), key_of(founder));
  }

  // What was exchanged with peers in other sessions.
  std::map<crypto::TransportKey, net::Exchanged> exchanged;
  net::Exchanged exchanged_with(const crypto::TransportKey& peer) const override {
    const auto at = exchanged.find(peer);
    return at == exchanged.end() ? net::Exchanged{} : at->second;
  }

  // --- What a user does

  void learn(const log::SignedEntry& e) {
    log::apply(view_, {&e, 1});
    log::apply(durable_view_, {&e, 1});
  }
  log::EntryId write_entry(log::Payload payload) {
    return add_signed(*log::sign(log::next_entry(view_, device(), std::move(payload)), key_));
  }
  log::EntryId add_signed(const log::SignedEntry& e) {
    learn(e);
    return e.id;
  }
  void grant(const std::string& to, log::Right right = log::Right::write) {
    log::Grant g;
    g.device = key_of(to).public_key();
    g.label = to;
    g.right = right;
    write_entry(g);
  }
  void revoke(const std::string& whom) {
    write_entry(log::Revoke{key_of(whom).public_key(), std::nullopt});
  }
  // Publishes chunks; the first one's id passes for the commit.
  log::EntryId publish(const std::vector<std::string>& chunks,
                       const std::optional<std::string>& tag = {}) {
    log::ManifestWriter writer(durable_);
    for (const std::string& text : chunks) {
      durable_.write(object::Kind::chunk, as_bytes(text));
      const object::Address a = address_of_chunk(text);
      needed_.insert(a);
      writer.add({a, static_cast<std::uint32_t>(text.size())});
    }
    log::Publish p;
    if (tag)
      p.place = log::TagName{*tag};
    else
      p.place = log::Branch{repository_};
    p.target = log::Target{object::Kind::commit, object::id_at(address_of_chunk(chunks.front()))};
    p.manifest = writer.finish();
    const log::EntryId id = write_entry(p);
    return id;
  }
  // Publishes in place of all that is live; nothing of it comes along.
  void rewrite() {
    log::Publish p;
    p.place = log::Branch{repository_};
    p.target = log::Target{object::Kind::commit, object::id_at(address_of_chunk("x"))};
    p.rewrites = *log::rewriting_live(view_, repository_);
    write_entry(p);
  }
  // From now on the chunk lies here as a delta over the other.
  void store_as_delta(std::string_view chunk, std::string_view base) {
    deltas_[address_of_chunk(chunk)] = address_of_chunk(base);
  }
  // Everything that another one holds, as it lies there.
  void copy_of(const MemorySyncHost& other) {
    durable_ = other.durable_;
    deltas_ = other.deltas_;
    needed_ = other.needed_;
    whole_ = other.whole_;
    view_ = durable_view_ = other.view_;
  }
  // Is everything here, durably, that the other one has published?
  bool holds_all_of(const MemorySyncHost& other) const {
    return std::ranges::all_of(other.needed_, [&](const auto& a) { return has(a); });
  }
  std::array<Byte, 16> invite(std::string_view name) {
    const Hash h = crypto::hash(crypto::Purpose("test.secret"), as_bytes(name));
    std::array<Byte, 16> secret{};
    std::copy_n(h.begin(), secret.size(), secret.begin());
    invitations_[log::invitation_id(secret)] = secret;
    return secret;
  }
  // The power goes: what was not flushed is gone.
  void crash() {
    pending_.clear();
    view_ = durable_view_;
  }

  bool holds(std::string_view chunk) const { return has(address_of_chunk(chunk)); }
  void lose(std::string_view chunk) { durable_.remove(object::id_at(address_of_chunk(chunk))); }
  void lose(const object::Id& id) { durable_.remove(id); }
  MemoryBlocks& durable() { return durable_; }
  std::size_t pending_count() const { return pending_.size(); }

  // --- SyncHost

  const log::EntryId& repository() const override { return repository_; }
  const log::Device& device() const override { return key_.public_key(); }
  crypto::Signature sign(std::string_view purpose, ByteView bytes) override {
    return key_.sign(purpose, bytes);
  }
  std::string label() const override { return name_; }
  const log::View& view() const override { return view_; }

  Result<void> add_entries(std::span<const log::SignedEntry> entries) override {
    if (broken) return fail(Code::io, "the disk is broken");
    log::apply(view_, entries);
    entry_batches.push_back(entries.size());
    return {};
  }

  std::variant<log::SignedEntry, net::JoinRefusal> redeem(const net::JoinRequest& r) override {
    ++redeems;
    const auto at = invitations_.find(r.invitation);
    if (at == invitations_.end() || !r.proves(at->second)) return net::JoinRefusal::unknown;
    if (!used_.insert(r.invitation).second) return net::JoinRefusal::used;
    log::Grant g;
    g.device = r.device;
    g.label = r.label.empty() ? "newcomer" : r.label;
    g.right = log::Right::write;
    g.invitation = r.invitation;
    const log::EntryId id = write_entry(g);
    return *view_.find(id);
  }

  bool has(const object::Address& a) const override {
    ++looked_for;
    return durable_.has(object::id_at(a));
  }

  Result<net::WireBlock> read_stored(const object::Address& a) const override {
    ++reads;
    const auto delta = deltas_.find(a);
    if (delta == deltas_.end()) return as_plain(a);
    HN_TRY(const object::Block block, durable_.read(object::id_at(a)));
    HN_TRY(const object::Block base, durable_.read(object::id_at(delta->second)));
    std::size_t same = 0;
    while (same < block.bytes.size() && same < base.bytes.size() &&
           block.bytes[same] == base.bytes[same])
      ++same;
    net::WireBlock w{static_cast<std::uint8_t>(block.kind),
                     kDelta,
                     delta->second,
                     static_cast<std::uint32_t>(block.bytes.size()),
                     {}};
    Encoder out;
    out.varint(same).raw(ByteView(block.bytes).subspan(same));
    w.stored = std::move(out).take();
    return w;
  }
  Result<net::WireBlock> as_plain_form(const object::Address& a) const override {
    ++plain_forms;
    return as_plain(a);
  }

  net::Written write_block(const object::Address& a, const net::WireBlock& w) override {
    if (broken) return net::Written::failed;
    ++writes;
    Bytes plain = w.stored;
    if (w.form == kDelta) {
      if (!w.base) return net::Written::wrong;
      const auto base = find(*w.base);
      if (!base) {
        ++bases_missing;
        return net::Written::base_missing;
      }
      Decoder in(w.stored);
      const std::uint64_t same = in.varint(base->bytes.size());
      if (in.failed()) return net::Written::wrong;
      plain.assign(base->bytes.begin(), base->bytes.begin() + static_cast<std::ptrdiff_t>(same));
      const ByteView rest = in.take(in.left());
      plain.insert(plain.end(), rest.begin(), rest.end());
      ++deltas_written;
    }
    const auto kind = object::kind_from(w.kind);
    if (!kind || plain.size() > object::kBlockBytesMax ||
        object::address_of(object::id_of(*kind, plain)) != a)
      return net::Written::wrong;
    if (has(a) || pending_.contains(a)) ++written_twice;
    pending_[a] = {*kind, std::move(plain)};
    if (w.form == kDelta) deltas_[a] = *w.base;
    return net::Written::stored;
  }

  Result<void> flush() override {
    ++flushes;
    for (const auto& [a, block] : pending_) durable_.write(block.kind, block.bytes);
    pending_.clear();
    durable_view_ = view_;
    return {};
  }

  const object::BlockReader& blocks() const override { return durable_; }
  std::vector<net::PeerPlaces> places() const override { return places_now; }
  std::vector<net::PeerPlaces> places_now;

  bool holds_whole(const log::ManifestRoot& m) const override { return whole_.contains(m.root); }
  void note_whole(const log::ManifestRoot& m) override { whole_.insert(m.root); }

  std::vector<object::Address> absent_blocks(std::size_t max,
                                             const std::unordered_set<log::EntryId>&) override {
    std::vector<object::Address> out;
    for (const object::Address& a : needed_)
      if (!has(a) && out.size() < max) out.push_back(a);
    return out;
  }
  // A block that some commit needs and no manifest names.
  void need(std::string_view chunk) { needed_.insert(address_of_chunk(chunk)); }
  void put(std::string_view chunk) { durable_.write(object::Kind::chunk, as_bytes(chunk)); }

  // Live targets in log order, each with whether its blocks are here.
  Hash state_digest() override {
    Encoder out;
    for (const log::BranchInfo& b : view_.branches())
      for (const log::LivePublish& p : view_.live_on(b.created_by)) put_publish(out, p);
    for (const log::TagInfo& t : view_.tags())
      for (const log::LivePublish& p : t.publishes) put_publish(out, p);
    return crypto::hash(crypto::Purpose("test.state"), out.bytes());
  }

  bool broken = false;
  mutable std::size_t looked_for = 0;  // blocks, by has()
  std::size_t writes = 0, written_twice = 0, deltas_written = 0, bases_missing = 0, flushes = 0;
  std::size_t redeems = 0;
  mutable std::size_t reads = 0, plain_forms = 0;
  std::vector<std::size_t> entry_batches;

 private:
  Result<net::WireBlock> as_plain(const object::Address& a) const {
    HN_TRY(object::Block block, durable_.read(object::id_at(a)));
    const auto length = static_cast<std::uint32_t>(block.bytes.size());
    return net::WireBlock{static_cast<std::uint8_t>(block.kind), kRaw, std::nullopt, length,
                          std::move(block.bytes)};
  }
  std::optional<object::Block> find(const object::Address& a) const {
    const auto at = pending_.find(a);
    if (at != pending_.end()) return at->second;
    auto block = durable_.read(object::id_at(a));
    if (!block) return std::nullopt;
    return std::move(block).value();
  }
  void put_publish(Encoder& out, const log::LivePublish& p) {
    out.raw(p.id.bytes);
    bool whole = true;
    if (p.manifest) {
      const auto rows = log::read_rows(durable_, *p.manifest, 0, p.manifest->rows);
      whole = rows.has_value();
      if (rows)
        for (const log::ManifestRow& row : *rows) whole = whole && has(row.address);
    }
    out.u8(whole ? 1 : 0);
  }

  std::string name_;
  crypto::SigningKey key_;
  log::EntryId repository_;
  log::View view_;
  log::View durable_view_;
  MemoryBlocks durable_;
  std::map<object::Address, object::Block> pending_;
  std::map<object::Address, object::Address> deltas_;
  std::set<object::Id> whole_;
  std::set<object::Address> needed_;
  std::map<log::InvitationId, std::array<Byte, 16>> invitations_;
  std::set<log::InvitationId> used_;
};

}  // namespace hn::testing
