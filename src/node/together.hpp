#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hn/repo/world.hpp"

namespace hn::node {

// Brings the clones of one repository that a user has on this machine into step with each other, on
// a thread of its own. It opens them itself: to all others it is one more process, and who watches
// a store sees what it brings there.
class Together {
 public:
  struct Clone {
    std::string root;
    bool publishes = false;  // its drafts first
  };
  // On that thread, with what went wrong, or nothing.
  using Done = std::function<void(const std::string& problem)>;

  explicit Together(const repo::World& world) : world_(world) {}
  ~Together();  // ends after the clone at hand
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

  // All that any of them has is in all of them then.
  void bring(std::vector<Clone> clones, Done done);

 private:
  struct Job {
    std::vector<Clone> clones;
    Done done;
  };
  void run();
  std::string work(const std::vector<Clone>& clones);
  bool ending();

  const repo::World& world_;
  std::mutex mutex_;
  std::condition_variable job_or_end_;
  std::deque<Job> jobs_;
  bool ending_ = false;
  std::thread thread_;  // begun by the first job
};

}  // namespace hn::node
