#pragma once

#include <span>

#include "net/sync_shared.hpp"
#include "net/sync_wire.hpp"

// Small publishes bring their blocks with them: hn-sync(7), BLOCKS ALONG.
namespace hn::net {

// Stored bytes that go along with one message of entries: a dozen packets, less than what a path
// takes at once.
inline constexpr std::size_t kAlongBytesMax = 16 * 1024;
inline constexpr std::size_t kAlongEntriesMax = 16;
// Rows of a manifest whose blocks may go along: one node names them all.
inline constexpr std::uint64_t kAlongRowsMax = 64;

// So many blocks may come with this entry: the rows of its manifest and their node.
std::size_t along_with(const log::Entry& entry) noexcept;

// The blocks of these entries' manifests, bases first; none where they are too much or not all
// here. `in_step`: the peer is known to have held all that was published before.
std::vector<AlongBlock> blocks_along(SharedRepository& shared,
                                     std::span<const log::SignedEntry> entries, bool in_step);

}  // namespace hn::net
