#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace hn::git {

// Hands values to a thread of its own, which works on them in order. What waits is bounded by the
// bytes that the caller names; one value may be larger, then it waits alone.
template <class T>
class Handoff {
 public:
  Handoff(std::size_t bytes_max, std::function<void(T)> work)
      : bytes_max_(bytes_max), work_(std::move(work)), thread_([this] { run(); }) {}

  // Waits for the value at work and drops what waits.
  ~Handoff() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      waiting_.clear();
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }
  Handoff(const Handoff&) = delete;
  Handoff& operator=(const Handoff&) = delete;

  // Throws what the work threw.
  void push(T value, std::size_t bytes) {
    batch_.emplace_back(std::move(value), bytes);
    batch_bytes_ += bytes;
    if (batch_.size() >= kBatch || batch_bytes_ >= bytes_max_ / 8) flush();
  }

  // Returns when all is done. Once. Throws what the work threw.
  void finish() {
    flush();
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }
    thread_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  // Small values share one lock and one wake.
  static constexpr std::size_t kBatch = 64;
  using Waiting = std::deque<std::pair<T, std::size_t>>;

  void flush() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [this] { return error_ || bytes_ == 0 || bytes_ + batch_bytes_ <= bytes_max_; });
    if (error_) std::rethrow_exception(error_);
    for (auto& value : batch_) waiting_.push_back(std::move(value));
    bytes_ += batch_bytes_;
    batch_.clear();
    batch_bytes_ = 0;
    changed_.notify_all();
  }

  void run() {
    for (;;) {
      Waiting now;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopped_ || ended_ || !waiting_.empty(); });
        if (stopped_ || waiting_.empty()) return;
        now.swap(waiting_);
      }
      try {
        for (auto& [value, bytes] : now) {
          work_(std::move(value));
          const std::lock_guard lock(mutex_);
          bytes_ -= bytes;
          if (stopped_) return;
          changed_.notify_all();
        }
      } catch (...) {
        const std::lock_guard lock(mutex_);
        error_ = std::current_exception();
        changed_.notify_all();
        return;
      }
    }
  }

  std::size_t bytes_max_;
  std::function<void(T)> work_;
  Waiting batch_;  // the caller's
  std::size_t batch_bytes_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  Waiting waiting_;
  std::size_t bytes_ = 0;  // waiting or at work
  bool ended_ = false;
  bool stopped_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace hn::git
