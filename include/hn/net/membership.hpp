#pragma once

#include <cstddef>
#include <vector>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/crypto/box.hpp"

// With whom a peer holds sessions about one repository: hn-sync(7), MEMBERSHIP. Decisions only; who
// asks makes the calls and says the farewells.
namespace hn::net {

// So many known peers, and fewer, all talk with each other.
inline constexpr std::size_t kMeshMax = 32;
// In a larger crowd each calls until it has so many sessions ...
inline constexpr std::size_t kActiveWanted = 5;
// ... of them so many that it called itself: who calls us may have chosen us to be alone with us
// ...
inline constexpr std::size_t kCalledWanted = 2;
// ... and lets one go beyond this.
inline constexpr std::size_t kActiveMax = 10;
// A session that is younger is left alone: its peer may have come for a log and more addresses.
inline constexpr Duration kSettling = std::chrono::seconds(30);

// A session that is open and whose peer listens: not that of a command, which is over soon.
struct LastingSession {
  crypto::TransportKey key;
  bool called = false;  // by this end
  bool agreed = false;  // nothing is left to be said
  Time since{};
};

// Of `candidates` (who can be called now) those to call. `known`: peers of the repository, here or
// not; `calling`: calls that have no answer yet.
std::vector<crypto::TransportKey> choose_calls(std::size_t known,
                                               const std::vector<LastingSession>& sessions,
                                               std::size_t calling,
                                               std::vector<crypto::TransportKey> candidates,
                                               Random& random);

// Sessions to end: at most one, so that those who are left can find others meanwhile.
std::vector<crypto::TransportKey> choose_farewells(std::size_t known,
                                                   const std::vector<LastingSession>& sessions,
                                                   Time now, Random& random);

}  // namespace hn::net
