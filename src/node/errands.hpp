#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hn::node {

// Work that would keep the protocol waiting, one piece after the other on a thread of its own. What
// it opens it opens as one more process would.
class Errands {
 public:
  Errands() = default;
  ~Errands();  // ends after the one at hand
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  // Does not throw.
  void add(std::function<void()> errand);
  // Asked on that thread: nobody waits for the rest any more.
  bool ending();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable errand_or_end_;
  std::deque<std::function<void()>> errands_;
  bool ending_ = false;
  std::thread thread_;  // begun by the first
};

}  // namespace hn::node
