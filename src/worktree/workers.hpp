#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace hn::worktree {

inline unsigned thread_count(unsigned asked) {
  return asked != 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
}

// Calls work(job, thread) for each job in [0, jobs), on as many threads as pay, and waits for all.
// Jobs write to places of their own. The first exception stops the rest and is thrown here.
template <class Work>
void for_each_job(unsigned threads, std::size_t jobs, std::size_t jobs_per_thread_min,
                  const Work& work) {
  std::size_t useful = jobs / std::max<std::size_t>(1, jobs_per_thread_min);
  unsigned count = static_cast<unsigned>(std::clamp<std::size_t>(useful, 1, threads));
  std::atomic<std::size_t> next = 0;
  std::vector<std::exception_ptr> failures(count);
  auto run = [&](unsigned thread) {
    try {
      for (std::size_t job = next++; job < jobs; job = next++) work(job, thread);
    } catch (...) {
      failures[thread] = std::current_exception();
      next = jobs;
    }
  };
  {
    std::vector<std::jthread> pool;
    try {
      for (unsigned i = 1; i < count; ++i) pool.emplace_back(run, i);
    } catch (const std::system_error&) {
      // The system has no more threads: those that there are do it all.
    }
    run(0);
  }
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace hn::worktree
