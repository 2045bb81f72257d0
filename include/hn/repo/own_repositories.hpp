#pragma once

#include <string>
#include <vector>

#include "hn/repo/identity.hpp"

// Which repositories this user has on this machine, for what serves all of them: notes under XDG's
// state folder, one for each store, in a file named by its instance. A note may be lost, and may
// lead to a folder that is gone: the store itself says who it is.
namespace hn::repo {

struct OwnRepository {
  Instance instance{};
  std::string root;  // absolute
  friend auto operator<=>(const OwnRepository&, const OwnRepository&) = default;
};

// The folder of the notes; changes in it are changes of the list. Made where it is not there.
std::string notes_folder(const World& world);

// Where it was not noted so before. Neither durable nor sure to succeed: it is noted again at the
// next chance.
void note_repository(const World& world, const OwnRepository& own);
void forget_repository(const World& world, const Instance& instance);

// All that are noted, by instance. Files that are no such notes are left out.
std::vector<OwnRepository> own_repositories(const World& world);

}  // namespace hn::repo
