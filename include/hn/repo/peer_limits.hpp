#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "hn/crypto/box.hpp"
#include "hn/repo/world.hpp"

// How fast this user exchanges with a peer, each way, in all repositories together: a file for each
// below XDG's state folder.
namespace hn::repo {

// The folder of the limits; changes in it are changes of the list. Made where it is not there.
std::string peer_limits_folder(const World& world);

// Replaces a limit of the same key. Durable on return.
void limit_peer(const World& world, const crypto::TransportKey& key,
                std::uint64_t bytes_per_second);
// False where there was none.
bool unlimit_peer(const World& world, const crypto::TransportKey& key);
// Bytes per second. A file that is no limit is none.
std::map<crypto::TransportKey, std::uint64_t> peer_limits(const World& world);

}  // namespace hn::repo
