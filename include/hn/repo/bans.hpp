#pragma once

#include <string>
#include <vector>

#include "hn/crypto/box.hpp"
#include "hn/repo/world.hpp"

// Peers that this user will not talk with, in any repository: a file for each below XDG's state
// folder. Their entries, and what stands on them, are judged by the log alone.
namespace hn::repo {

struct Ban {
  crypto::TransportKey key;
  std::int64_t since = 0;  // seconds since 1970
  std::string reason;      // a line for people
};

// The folder of the bans; changes in it are changes of the list. Made where it is not there.
std::string bans_folder(const World& world);

// Replaces a ban of the same key. Durable on return.
void ban(const World& world, const Ban& ban);
// False where there was none.
bool unban(const World& world, const crypto::TransportKey& key);
// By key. A file that is no ban counts as one where its name is a key: a ban is not lifted by
// damage.
std::vector<Ban> bans(const World& world);

}  // namespace hn::repo
