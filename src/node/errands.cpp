#include "node/errands.hpp"

#include <utility>

namespace hn::node {

Errands::~Errands() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  errand_or_end_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Errands::add(std::function<void()> errand) {
  {
    const std::lock_guard lock(mutex_);
    errands_.push_back(std::move(errand));
  }
  errand_or_end_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Errands::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    errand_or_end_.wait(lock, [this] { return ending_ || !errands_.empty(); });
    if (ending_) return;
    const std::function<void()> errand = std::move(errands_.front());
    errands_.pop_front();
    lock.unlock();
    errand();
    lock.lock();
  }
}

bool Errands::ending() {
  const std::lock_guard lock(mutex_);
  return ending_;
}

}  // namespace hn::node
