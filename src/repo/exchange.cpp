#include "hn/repo/exchange.hpp"

#include <algorithm>
#include <map>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/log/write.hpp"
#include "hn/repo/closure.hpp"
#include "repo/genesis.hpp"

namespace hn::repo {
namespace {

constexpr crypto::Purpose kStatePurpose{"hn.state"};

// Signs an entry over all that is known, records it and applies it. The caller holds the lock.
log::SignedEntry record_entry(Repository& repository, store::Batch batch, log::Payload payload) {
  const log::Entry entry =
      log::next_entry(repository.view(), repository.device(), std::move(payload));
  log::SignedEntry made = require(log::sign(entry, repository.key()), "signing an entry");
  batch.add_entry(stored_id(made.id), log::encode_signed(made));
  batch.commit();
  repository.applied({&made, 1});
  return made;
}

// Every live publish that brings something to a branch or tag.
std::vector<log::LivePublish> live_publishes(const log::View& view) {
  std::vector<log::LivePublish> out;
  for (const log::BranchInfo& branch : view.branches()) {
    for (log::LivePublish& publish : view.live_on(branch.created_by)) {
      if (publish.target) out.push_back(std::move(publish));
    }
  }
  for (const log::TagInfo& tag : view.tags()) {
    for (const log::LivePublish& publish : tag.publishes) {
      if (publish.target) out.push_back(publish);
    }
  }
  return out;
}

// What a commit brings over those of which all is here, children before parents.
Result<std::vector<object::Id>> commits_over(const Repository& repository, const object::Id& commit,
                                             object::GrowingAncestors& whole) {
  HN_TRY(const auto common, whole.common_with(commit));
  return object::reachable(repository.history(), {&commit, 1}, common, std::size_t{1} << 26);
}

// The closure of one target: what is missing, at most `max` more; true if it was walked to its end
// and nothing was. Then `whole` has its commit too.
bool walk_target(const Repository& repository, const log::Target& target,
                 object::GrowingAncestors& whole, std::size_t max,
                 std::vector<object::Address>& absent) {
  const std::size_t before = absent.size();
  ClosureWalk walk(
      repository.store(), [](const object::Id&, std::uint32_t) {},
      [&](const object::Id& id) {
        if (absent.size() < max) absent.push_back(object::address_of(id));
      });
  const auto tip = walk.target(target);
  if (!tip) return absent.size() == before;
  const auto commits = commits_over(repository, *tip, whole);
  if (!commits) {
    if (commits.error().code == Code::absent) absent.push_back({commits.error().subject});
    return commits.error().code == Code::invalid;  // dead: nothing more of it is needed
  }
  for (const object::Id& id : *commits) {
    const auto commit = walk.commit_block(id);
    if (commit) walk.tree_of(*commit);
    if (absent.size() >= max) return false;
  }
  if (absent.size() > before) return false;
  static_cast<void>(whole.add(*tip));
  return true;
}

// A commit that is dead leads nowhere.
void add_whole(object::GrowingAncestors& whole, const log::LivePublish& publish) {
  if (publish.target->kind == object::Kind::commit)
    static_cast<void>(whole.add(publish.target->id));
}

std::string free_label(const log::View& view, std::string_view wanted) {
  std::string label = log::is_label(wanted) ? std::string(wanted) : std::string("device");
  const auto taken = [&](const std::string& name) {
    const auto members = view.members();
    return std::ranges::any_of(members, [&](const log::Member& m) { return m.label == name; });
  };
  std::size_t cut = std::min(label.size(), log::kLabelBytesMax - 8);
  // Not within a character.
  while (cut < label.size() && (static_cast<unsigned char>(label[cut]) & 0xC0U) == 0x80U) --cut;
  const std::string stem = label.substr(0, cut);
  for (int n = 2; taken(label); ++n) label = stem + "-" + std::to_string(n);
  return label;
}

}  // namespace

void add_entries(Repository& repository, std::span<const log::SignedEntry> entries) {
  // Before it is recorded: a store that holds it can't be opened.
  for (const log::SignedEntry& entry : entries) require_spoken(entry);
  store::Batch batch = repository.store().begin();
  for (const log::SignedEntry& entry : entries) {
    batch.add_entry(stored_id(entry.id), log::encode_signed(entry));
  }
  batch.commit();
  repository.refresh();
}

Hash state_digest(Repository& repository) {
  crypto::Hasher hasher(kStatePurpose);
  for (const log::BranchInfo& branch : repository.view().branches()) {
    if (!branch.live) continue;
    const Tip tip = tip_of(repository, {branch.name, branch.created_by}, Drafts::left_out);
    Encoder out;
    out.raw(branch.created_by.bytes).u8(tip.incomplete ? 1 : 0).u8(tip.commit ? 1 : 0);
    if (tip.commit) out.raw(tip.commit->bytes);
    hasher.update(out.bytes());
  }
  for (const log::TagInfo& tag : repository.view().tags()) {
    Encoder out;
    out.sized(std::string_view(tag.name));
    for (const log::LivePublish& publish : tag.publishes) {
      if (publish.target) out.raw(publish.id.bytes).raw(publish.target->id.bytes);
    }
    hasher.update(out.bytes());
  }
  return hasher.finish();
}

std::vector<log::ManifestRoot> live_manifests(const log::View& view) {
  std::vector<log::LivePublish> live = live_publishes(view);
  std::ranges::sort(live, {}, &log::LivePublish::key);
  std::vector<log::ManifestRoot> out;
  std::unordered_set<object::Id> seen;
  for (const log::LivePublish& publish : live) {
    if (publish.manifest && seen.insert(publish.manifest->root).second)
      out.push_back(*publish.manifest);
  }
  return out;
}

bool is_whole(const Repository& repository, const log::EntryId& publish) {
  return repository.store().get(key::whole(publish)).has_value();
}

std::optional<object::Id> missing_block(Repository& repository, const log::LivePublish& publish) {
  if (!publish.target || is_whole(repository, publish.id)) return std::nullopt;
  object::GrowingAncestors whole(repository.history());
  for (const log::LivePublish& other : live_publishes(repository.view())) {
    if (is_whole(repository, other.id)) add_whole(whole, other);
  }
  std::vector<object::Address> absent;
  if (!walk_target(repository, *publish.target, whole, 1, absent))
    return absent.empty() ? publish.target->id : object::id_at(absent.front());
  store::Batch batch = repository.store().begin();
  batch.put(key::whole(publish.id), {});
  batch.commit();
  return std::nullopt;
}

std::vector<object::Address> absent_blocks(Repository& repository, std::size_t max,
                                           const std::unordered_set<log::EntryId>& without,
                                           Arrivals* arrivals) {
  std::vector<object::Address> absent;
  if (arrivals != nullptr && without.empty()) {
    for (const object::Id& id : arrivals->take_awaited(max))
      if (!repository.store().has(id)) absent.push_back(object::address_of(id));
    if (!absent.empty()) return absent;
  }
  std::vector<log::LivePublish> unknown;
  object::GrowingAncestors whole(repository.history());
  for (log::LivePublish& publish : live_publishes(repository.view())) {
    if (is_whole(repository, publish.id))
      add_whole(whole, publish);
    else if (!without.contains(publish.id))
      unknown.push_back(std::move(publish));
  }
  // A draft may stand on what is no longer live, of which not everything had come: nobody else asks
  // for that.
  for (const Draft& draft : repository.drafts()) {
    if (!draft.target || absent.size() >= max) continue;
    walk_target(repository, *draft.target, whole, max, absent);
  }
  if (unknown.empty()) return absent;
  store::Batch batch = repository.store().begin();
  for (const log::LivePublish& publish : unknown) {
    if (absent.size() >= max) break;
    const bool came = arrivals != nullptr && arrivals->hold_whole(publish.target->id);
    if (!came && !walk_target(repository, *publish.target, whole, max, absent)) continue;
    batch.put(key::whole(publish.id), {});
    if (came) add_whole(whole, publish);
  }
  batch.commit();
  return absent;
}

log::Link invite(Repository& repository, log::Right right,
                 const std::vector<std::string>& addresses) {
  const auto lock = repository.store().lock();
  repository.refresh();
  if (!log::may_administer(repository.view(), repository.device())) {
    throw Failure(Code::no_right, "this device has no right to invite",
                  "ask a member with the right admin; hn members lists them");
  }
  log::Link link;
  link.repository = repository.id();
  link.transport = transport_key(repository.world()).public_key();
  link.device = repository.key().public_key();
  link.right = right;
  for (const std::string& address : addresses) {
    if (!log::is_address(address))
      throw Failure(Code::invalid, "'" + address + "' is not HOST:PORT");
    link.addresses.push_back(address);
  }
  if (link.addresses.size() > log::kLinkAddressesMax)
    throw Failure(Code::invalid, "too many addresses for one link");
  repository.world().random.fill(link.secret);
  store::Batch batch = repository.store().begin();
  batch.put(key::invitation(log::invitation_id(link.secret)),
            encode(InvitationRecord{link.secret, right, std::nullopt, std::nullopt}));
  batch.commit();
  return link;
}

std::optional<InvitationRecord> find_invitation(const Repository& repository,
                                                const log::InvitationId& id) {
  const auto bytes = repository.store().get(key::invitation(id));
  if (!bytes) return std::nullopt;
  return require(decode_invitation_record(*bytes), "reading an invitation");
}

log::SignedEntry redeem(Repository& repository, const log::InvitationId& id,
                        const log::Device& device, std::string_view label) {
  const auto lock = repository.store().lock();
  repository.refresh();
  std::optional<InvitationRecord> invitation = find_invitation(repository, id);
  if (!invitation || invitation->used_by) {
    throw Failure(Code::used_invitation, "the invitation is unknown or was used before");
  }
  if (!log::may_administer(repository.view(), repository.device())) {
    throw Failure(Code::no_right, "this device may no longer invite");
  }
  log::Grant grant;
  grant.device = device;
  grant.label = free_label(repository.view(), label);
  grant.right = invitation->right;
  grant.branch = invitation->branch;
  grant.invitation = id;
  invitation->used_by = device;
  store::Batch batch = repository.store().begin();
  batch.put(key::invitation(id), encode(*invitation));
  return record_entry(repository, std::move(batch), std::move(grant));
}

log::SignedEntry revoke(Repository& repository, const log::Device& device) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const log::View& view = repository.view();
  const auto target = view.member(device);
  const auto self = view.member(repository.device());
  if (!target) throw Failure(Code::not_found, "no member has that key");
  const bool leaves = device == repository.device();
  if (!leaves && !log::may_administer(view, repository.device())) {
    throw Failure(Code::no_right, "this device has no right to revoke");
  }
  if (!leaves && self && self->rank > target->rank) {
    throw Failure(Code::refused,
                  target->label + " is senior to this device: only a senior can cut a junior",
                  "ask a more senior member; hn members lists them by rank");
  }
  const std::vector<log::Member> members = view.members();
  const bool others_may = std::ranges::any_of(members, [&](const log::Member& m) {
    return m.device != device && log::may_administer(view, m.device);
  });
  if (leaves && log::may_administer(view, device) && !others_may) {
    throw Failure(Code::refused, "this is the last device that may let others in or out",
                  "give another one that right first: hn invite --admin");
  }
  log::Revoke payload{device, std::nullopt};
  const std::vector<log::EntryId> tips = view.tips(device);
  if (!tips.empty()) {
    const log::SignedEntry* last = view.find(tips.back());
    payload.cut = log::Cut{last->entry.seq, last->id};
  }
  return record_entry(repository, repository.store().begin(), payload);
}

log::Member find_member(const Repository& repository, std::string_view name) {
  std::vector<log::Member> found;
  for (log::Member& member : repository.view().members()) {
    const bool by_key = name.size() >= 4 && hn::to_hex(member.device.bytes).starts_with(name);
    if (member.label == name || by_key) found.push_back(std::move(member));
  }
  if (found.empty())
    throw Failure(Code::not_found, "no member is called '" + std::string(name) + "'");
  if (found.size() > 1) {
    throw Failure(Code::ambiguous, "several members are called '" + std::string(name) + "'",
                  "name one by the beginning of its key: hn members");
  }
  return found.front();
}

std::vector<PeerRecord> peers(const Repository& repository) {
  std::vector<PeerRecord> out;
  for (const auto& [name, bytes] : repository.store().list(key::kPeers)) {
    out.push_back(require(decode_peer_record(bytes), "reading a peer"));
  }
  std::ranges::stable_sort(out, std::greater<>{}, &PeerRecord::last_met);
  return out;
}

void remember_peer(Repository& repository, const PeerRecord& met) {
  const std::string name = key::peer(met.transport);
  PeerRecord record = met;
  if (const auto bytes = repository.store().get(name)) {
    if (const auto old = decode_peer_record(*bytes)) {
      if (!record.device) record.device = old->device;
      if (record.label.empty()) record.label = old->label;
      for (const std::string& address : old->addresses) {
        const bool known = std::ranges::find(record.addresses, address) != record.addresses.end();
        if (!known && record.addresses.size() < kPeerAddressesMax)
          record.addresses.push_back(address);
      }
    }
  }
  store::Batch batch = repository.store().begin();
  batch.put(name, encode(record));
  batch.commit();
}

bool is_known_peer(const Repository& repository, const crypto::TransportKey& key) {
  return repository.store().get(key::peer(key)).has_value();
}

TrafficRecord traffic_with(const Repository& repository, const crypto::TransportKey& key) {
  const auto bytes = repository.store().get(key::traffic(key));
  if (!bytes) return {};
  const auto record = decode_traffic_record(*bytes);
  return record ? *record : TrafficRecord{};
}

void add_traffic(Repository& repository, const crypto::TransportKey& key,
                 const TrafficRecord& more) {
  if (more.taken == 0 && more.given == 0) return;
  TrafficRecord total = traffic_with(repository, key);
  total.taken += more.taken;
  total.given += more.given;
  store::Batch batch = repository.store().begin();
  batch.put(key::traffic(key), encode(total));
  batch.commit();
}

void forget_peer(Repository& repository, const crypto::TransportKey& key) {
  store::Batch batch = repository.store().begin();
  batch.erase(key::peer(key));
  batch.erase(key::traffic(key));
  batch.commit();
}

}  // namespace hn::repo
