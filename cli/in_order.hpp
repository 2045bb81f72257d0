#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace hn::cli {

// So many results wait at most until those before them are there.
inline constexpr std::size_t kResultsWaitingMax = 512;

// Calls make(job, thread) on several threads for what pull() answers until that is nothing, and
// take(result) for each in order here, until it answers false. pull() is never called twice at a
// time, and may wait for a job as long as it likes: what is made is taken meanwhile. The first
// exception is thrown here; all threads are joined.
template <class Job, class Result>
void in_order(const std::function<std::optional<Job>()>& pull, unsigned threads,
              const std::function<Result(Job&&, unsigned)>& make,
              const std::function<bool(Result)>& take) {
  std::mutex pulling;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Result> ready;
  std::size_t pulled = 0;
  std::size_t taken = 0;
  bool ended = false;  // there are no more jobs
  bool stop = false;
  std::exception_ptr failure;
  // Its number says where its result belongs.
  const auto next = [&]() -> std::optional<std::pair<std::size_t, Job>> {
    const std::lock_guard turn(pulling);
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return stop || ended || pulled < taken + kResultsWaitingMax; });
      if (stop || ended) return std::nullopt;
    }
    std::optional<Job> job = pull();
    const std::lock_guard lock(mutex);
    if (job) return std::pair(pulled++, *std::move(job));
    ended = true;
    changed.notify_all();
    return std::nullopt;
  };
  const auto work = [&](unsigned thread) {
    try {
      while (auto job = next()) {
        Result result = make(std::move(job->second), thread);
        const std::lock_guard lock(mutex);
        ready.emplace(job->first, std::move(result));
        if (job->first == taken) changed.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
      changed.notify_all();
    }
  };
  std::vector<std::jthread> pool;
  const auto end = [&] {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    changed.notify_all();
    pool.clear();
  };
  try {
    for (unsigned i = 0; i < threads; ++i) pool.emplace_back(work, i);
  } catch (const std::system_error&) {
    // The system has no more threads: those that there are do it all.
    if (pool.empty()) throw;
  }
  try {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock,
                   [&] { return stop || ready.contains(taken) || (ended && taken == pulled); });
      if (stop || !ready.contains(taken)) break;
      Result result = std::move(ready.extract(taken).mapped());
      ++taken;
      lock.unlock();
      changed.notify_all();
      const bool go_on = take(std::move(result));
      lock.lock();
      if (!go_on) break;
    }
  } catch (...) {
    end();
    throw;
  }
  end();
  if (failure) std::rethrow_exception(failure);
}

// The same for the jobs from 0 on.
template <class Result>
void in_order(std::size_t jobs, unsigned threads,
              const std::function<Result(std::size_t, unsigned)>& make,
              const std::function<bool(Result)>& take) {
  std::size_t next = 0;
  in_order<std::size_t, Result>(
      [&]() -> std::optional<std::size_t> {
        return next < jobs ? std::optional(next++) : std::nullopt;
      },
      threads, make, take);
}

}  // namespace hn::cli
