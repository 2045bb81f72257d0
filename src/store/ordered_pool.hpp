#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

// The one place below repo with a mutex: it guards two queues, and no caller sees it.
namespace hn::store {

// A pure function on other threads: plain data in, plain data out, in the order in which it came.
// Who waits for an answer works meanwhile.
template <class In, class Out>
class OrderedPool {
 public:
  using Work = Out (*)(const In&);

  OrderedPool(unsigned threads, Work work) : work_(work) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  // Waits for what is at work.
  ~OrderedPool() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    work_or_end_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;

  void submit(In in) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace_back(submitted_++, std::move(in));
    }
    work_or_end_.notify_one();
  }

  // The next answer in order. Without `wait` nullopt where it is not ready; nullopt if there is
  // none.
  std::optional<Out> take(bool wait) {
    if (outstanding() == 0) return std::nullopt;
    std::unique_lock lock(mutex_);
    while (!finished_.contains(taken_)) {
      if (!wait) return std::nullopt;
      if (waiting_.empty())
        done_.wait(lock);
      else
        work_on_next(lock);
    }
    auto node = finished_.extract(taken_++);
    return std::move(node.mapped());
  }
  // Given in and not taken.
  std::size_t outstanding() const noexcept { return static_cast<std::size_t>(submitted_ - taken_); }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      work_or_end_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      work_on_next(lock);
      done_.notify_one();
    }
  }

  void work_on_next(std::unique_lock<std::mutex>& lock) {
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Out out = work_(job.second);
    lock.lock();
    finished_.emplace(job.first, std::move(out));
  }

  Work work_;
  std::mutex mutex_;
  std::condition_variable work_or_end_;
  std::condition_variable done_;
  std::deque<std::pair<std::uint64_t, In>> waiting_;
  std::map<std::uint64_t, Out> finished_;
  std::uint64_t submitted_ = 0;  // these two: the caller's
  std::uint64_t taken_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hn::store
