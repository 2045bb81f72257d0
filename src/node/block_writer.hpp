#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "hn/net/sync_host.hpp"

namespace hn::node {

// Checks and keeps blocks on a thread of its own, in the order in which they were submitted, while
// more of them are received: a clone's time is mostly hashing and decoding. That thread may be
// given blocks before it has told of those before them: so more threads can help it.
class BlockWriter {
 public:
  struct Job {
    std::optional<object::Address> address;  // none: a flush
    net::WireBlock block;
    std::function<void()> errand;  // neither: this, of which no verdict comes
  };
  // Both called on that thread; do not throw.
  struct Work {
    std::function<void(Job)> begin;
    // What became of the oldest one that was begun and not told of, errands left out. Without
    // `wait` nullopt where that is not known yet; nullopt where there is none.
    std::function<std::optional<net::Verdict>(bool wait)> end;
  };

  explicit BlockWriter(Work work) : work_(std::move(work)) {}
  ~BlockWriter();  // what waits is dropped
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;

  void submit(Job job);
  // The next verdict in order; nullopt where none has come, or with `wait` where none will.
  std::optional<net::Verdict> take(bool wait);
  // Until nothing is at work: then the thread touches nothing.
  void settle();
  bool at_rest();
  bool busy();
  // Called on that thread where nothing waits any more, or room was made after busy() had said yes.
  void on_verdicts(std::function<void()> call);

 private:
  // Stored bytes that wait: what comes over a fast link while a flush takes its time.
  static constexpr std::size_t kWaitingBytes = 8U << 20U;
  static constexpr std::size_t kJobBytes = 256;  // what one costs beside its bytes

  void run();
  void tell_verdicts(std::unique_lock<std::mutex>& lock);

  Work work_;
  std::mutex mutex_;
  std::condition_variable jobs_or_end_;
  std::condition_variable judged_;
  std::deque<Job> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::deque<net::Verdict> verdicts_;
  bool at_work_ = false;
  bool asleep_ = false;  // the thread: only then it is woken
  bool said_busy_ = false;
  bool ending_ = false;
  std::function<void()> on_verdicts_;
  std::thread thread_;  // begun by the first job
};

}  // namespace hn::node
