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

Together::~Together() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  job_or_end_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Together::bring(std::vector<Clone> clones, Done done) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(clones), std::move(done)});
  }
  job_or_end_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Together::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    job_or_end_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.done(work(job.clones));
    lock.lock();
  }
}

bool Together::ending() {
  const std::lock_guard lock(mutex_);
  return ending_;
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
    for (std::size_t i = 1; i < open.size() && !ending(); ++i) {
      give(open[i], open.front());
      share_peers(open[i], open.front());
    }
    for (std::size_t i = 1; i < open.size() && !ending(); ++i) give(open.front(), open[i]);
    return {};
  } catch (const Failure& failure) {
    return failure.context();
  }
}

}  // namespace hn::node
