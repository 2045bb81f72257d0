#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace hn::cli {

// So many results wait at most until those before them are there.
inline constexpr std::size_t kResultsWaitingMax = 512;

// Calls make(job, thread) for the jobs from 0 on, on several threads, and take(result) for each in
// order here, until it answers false. The first exception is thrown here; all threads are joined.
template <class Result>
void in_order(std::size_t jobs, unsigned threads,
              const std::function<Result(std::size_t, unsigned)>& make,
              const std::function<bool(Result)>& take) {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Result> ready;
  std::size_t next = 0;
  std::size_t taken = 0;
  bool stop = false;
  std::exception_ptr failure;
  const auto work = [&](unsigned thread) {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || next >= jobs || next < taken + kResultsWaitingMax; });
      if (stop || next >= jobs) return;
      const std::size_t job = next++;
      lock.unlock();
      try {
        Result result = make(job, thread);
        lock.lock();
        ready.emplace(job, std::move(result));
      } catch (...) {
        lock.lock();
        if (!failure) failure = std::current_exception();
        stop = true;
      }
      if (stop || job == taken) changed.notify_all();
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
    while (taken < jobs) {
      changed.wait(lock, [&] { return stop || ready.contains(taken); });
      if (stop) break;
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

}  // namespace hn::cli
