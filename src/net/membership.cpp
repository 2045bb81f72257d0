// Partial views after HyParView (Leitão, Pereira, Rodrigues, DSN 2007), with the lists of places
// that peers tell each other as the passive view: hn-sync(7), MEMBERSHIP.
#include "hn/net/membership.hpp"

#include <algorithm>
#include <utility>

namespace hn::net {
namespace {

std::size_t count_called(const std::vector<LastingSession>& sessions) {
  return static_cast<std::size_t>(std::ranges::count_if(sessions, &LastingSession::called));
}

}  // namespace

std::vector<crypto::TransportKey> choose_calls(std::size_t known,
                                               const std::vector<LastingSession>& sessions,
                                               std::size_t calling,
                                               std::vector<crypto::TransportKey> candidates,
                                               Random& random) {
  if (known <= kMeshMax) return candidates;
  const std::size_t have = sessions.size() + calling;
  const std::size_t called = count_called(sessions) + calling;
  std::size_t wanted = have < kActiveWanted ? kActiveWanted - have : 0;
  if (called < kCalledWanted) wanted = std::max(wanted, kCalledWanted - called);
  for (std::size_t i = 0; i < std::min(wanted, candidates.size()); ++i)
    std::swap(candidates[i], candidates[i + random.below(candidates.size() - i)]);
  if (candidates.size() > wanted) candidates.resize(wanted);
  return candidates;
}

std::vector<crypto::TransportKey> choose_farewells(std::size_t known,
                                                   const std::vector<LastingSession>& sessions,
                                                   Time now, Random& random) {
  if (known <= kMeshMax || sessions.size() <= kActiveMax) return {};
  const bool keep_called = count_called(sessions) <= kCalledWanted;
  std::vector<crypto::TransportKey> out;
  for (const LastingSession& session : sessions) {
    if (session.agreed && now - session.since >= kSettling && !(keep_called && session.called))
      out.push_back(session.key);
  }
  if (out.empty()) return {};
  return {out[random.below(out.size())]};
}

}  // namespace hn::net
