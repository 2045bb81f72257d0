// What was exchanged with whom, for the repository to remember.
#include "hn/repo/exchange.hpp"
#include "node/server.hpp"

namespace hn::node {
namespace {

// Each record is a transaction on the thread that answers peers: not one for each small commit.
constexpr Duration kCountPause = std::chrono::minutes(1);

}  // namespace

void Server::settle(Session& session) {
  session.settled = driver_.now();
  if (driver_.now() - session.counted_at >= kCountPause) count(session);
}

// Adds what came and went since the last time.
void Server::count(Session& session) {
  if (!session.proven || session.served->host.failure()) return;
  session.counted_at = driver_.now();
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
