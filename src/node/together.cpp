#include "node/together.hpp"

#include "hn/net/sync_host.hpp"
#include "hn/repo/hand_over.hpp"
#include "hn/repo/publish.hpp"

namespace hn::node {
namespace {

// A peer that one of them knows is called for all, by the one that is served.
void share_peers(const repo::Repository& from, repo::Repository& to) {
  for (const repo::PeerRecord& peer : repo::peers(from)) {
    if (!repo::is_known_peer(to, peer.transport)) repo::remember_peer(to, peer);
  }
}

// Who was cut off is told nothing new, on this machine either.
void give(repo::Repository& from, repo::Repository& to) {
  if (net::may_read(from.view(), to.device())) repo::hand_over(from, to);
}

}  // namespace

void Together::bring(std::vector<Clone> clones, Done done) {
  errands_.add([this, clones = std::move(clones), done = std::move(done)] { done(work(clones)); });
}

// By way of the first: what the others have goes there, and then from there to them.
std::string Together::work(const std::vector<Clone>& clones) {
  try {
    std::vector<repo::Repository> open;
    open.reserve(clones.size());
    for (const Clone& clone : clones) {
      open.push_back(repo::Repository::open(world_, clone.root));
      if (clone.publishes && !open.back().drafts().empty()) repo::publish_drafts(open.back());
    }
    for (std::size_t i = 1; i < open.size() && !errands_.ending(); ++i) {
      give(open[i], open.front());
      share_peers(open[i], open.front());
    }
    for (std::size_t i = 1; i < open.size() && !errands_.ending(); ++i) give(open.front(), open[i]);
    return {};
  } catch (const Failure& failure) {
    return failure.context();
  }
}

}  // namespace hn::node
