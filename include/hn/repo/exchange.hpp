#pragma once

#include <unordered_set>

#include "hn/log/link.hpp"
#include "hn/repo/arrivals.hpp"
#include "hn/repo/branches.hpp"

// What a repository takes from peers and tells them: the functions beneath node's sync host.
namespace hn::repo {

// Keeps entries whose signatures were checked; known ones are left out. Durable on return.
void add_entries(Repository& repository, std::span<const log::SignedEntry> entries);

// A hash over the published heads of every branch, resolved, and the live targets of every tag:
// equal where two stores show the same. Drafts take no part.
Hash state_digest(Repository& repository);

// Blocks that live publishes and drafts need and that are not here, at most `max`. Publishes that
// were once found whole are not walked again; those in `without` are not walked now; of which
// `arrivals` hold the whole need not be, and what they await is answered first, without a walk.
std::vector<object::Address> absent_blocks(Repository& repository, std::size_t max,
                                           const std::unordered_set<log::EntryId>& without = {},
                                           Arrivals* arrivals = nullptr);

// Of every live publish, each once, in log order.
std::vector<log::ManifestRoot> live_manifests(const log::View& view);

// Whether every block of a publish was found here.
bool is_whole(const Repository& repository, const log::EntryId& publish);
// A block that a live publish needs and that is not here; nothing where it is whole, which is then
// remembered. Walks what the publish brings if that is not known yet.
std::optional<object::Id> missing_block(Repository& repository, const log::LivePublish& publish);

// A new invitation of this device; `addresses` are where it can be reached. Failure no_right
// without admin, invalid for a bad address.
log::Link invite(Repository& repository, log::Right right,
                 const std::vector<std::string>& addresses);

// The invitation of this name, if this device made it.
std::optional<InvitationRecord> find_invitation(const Repository& repository,
                                                const log::InvitationId& id);

// Signs and records the grant that an invitation promises, and marks it used. The proof was
// checked. A label that is taken gets a number. Failure: used_invitation, no_right.
log::SignedEntry redeem(Repository& repository, const log::InvitationId& id,
                        const log::Device& device, std::string_view label);

// Ends what a device may do: everything that this store has seen of it stays, unless `cut` names an
// earlier end. Failure: no_right, refused (a more senior device, or the last founder).
log::SignedEntry revoke(Repository& repository, const log::Device& device);

// A member by label, or by the beginning of its key. Failure not_found, ambiguous.
log::Member find_member(const Repository& repository, std::string_view name);

// Peers that were met.
std::vector<PeerRecord> peers(const Repository& repository);
void remember_peer(Repository& repository, const PeerRecord& met);
bool is_known_peer(const Repository& repository, const crypto::TransportKey& key);
// What was exchanged with a peer so far, and adding to it; a record that does not read counts as
// none.
TrafficRecord traffic_with(const Repository& repository, const crypto::TransportKey& key);
void add_traffic(Repository& repository, const crypto::TransportKey& key,
                 const TrafficRecord& more);
// With what was exchanged with it.
void forget_peer(Repository& repository, const crypto::TransportKey& key);

}  // namespace hn::repo
