#include "node/block_writer.hpp"

namespace hn::node {

BlockWriter::~BlockWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  jobs_or_end_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void BlockWriter::submit(Job job) {
  bool asleep = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_bytes_ += kJobBytes + job.block.stored.size();
    waiting_.push_back(std::move(job));
    asleep = std::exchange(asleep_, false);
  }
  if (asleep) jobs_or_end_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

// Waits for what it has begun only where nothing else is to be done.
void BlockWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asleep_ = waiting_.empty();
    jobs_or_end_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= kJobBytes + job.block.stored.size();
    at_work_ = true;
    lock.unlock();
    work_.begin(std::move(job));
    lock.lock();
    tell_verdicts(lock);
    at_work_ = false;
    judged_.notify_one();
    const bool room = said_busy_ && waiting_bytes_ < kWaitingBytes / 2;
    if (!room && !waiting_.empty()) continue;
    said_busy_ = false;
    if (on_verdicts_) on_verdicts_();
  }
}

void BlockWriter::tell_verdicts(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    const bool wait = waiting_.empty() && !ending_;
    lock.unlock();
    auto verdict = work_.end(wait);
    lock.lock();
    if (!verdict) return;
    verdicts_.push_back(*std::move(verdict));
    judged_.notify_one();
  }
}

std::optional<net::Verdict> BlockWriter::take(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait)
    judged_.wait(lock, [this] { return !verdicts_.empty() || (waiting_.empty() && !at_work_); });
  if (verdicts_.empty()) return std::nullopt;
  net::Verdict verdict = std::move(verdicts_.front());
  verdicts_.pop_front();
  return verdict;
}

void BlockWriter::settle() {
  std::unique_lock lock(mutex_);
  judged_.wait(lock, [this] { return waiting_.empty() && !at_work_; });
}

bool BlockWriter::at_rest() {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && !at_work_;
}

bool BlockWriter::busy() {
  const std::lock_guard lock(mutex_);
  const bool busy = waiting_bytes_ > kWaitingBytes;
  said_busy_ = said_busy_ || busy;
  return busy;
}

void BlockWriter::on_verdicts(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  on_verdicts_ = std::move(call);
}

}  // namespace hn::node
