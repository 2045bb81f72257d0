// What was exchanged with whom, for the repository to remember.
#include "hn/repo/exchange.hpp"
#include "node/server.hpp"

namespace hn::node {

void Server::settle(Session& session) {
  session.settled = driver_.now();
  count(session);
}

// Adds what came and went since the last time.
void Server::count(Session& session) {
  if (!session.proven) return;
  const repo::TrafficRecord now{session.totals.bytes_in, session.totals.bytes_out};
  const repo::TrafficRecord more{now.taken - session.counted.taken,
                                 now.given - session.counted.given};
  session.counted = now;
  try {
    repo::add_traffic(session.served->host.parts(), session.key, more);
  } catch (const Failure& failure) {
    session.served->host.fail_with(failure);
  }
}

}  // namespace hn::node
