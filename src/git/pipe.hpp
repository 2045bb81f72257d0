#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "git/walk.hpp"

namespace hn::git {

// Carries what a walk finds from a thread of its own to the one that converts, in order, in
// batches: reading and inflating overlaps with hashing and storing, and neither waits for a lock
// per object.
class Pipe final : private Sink {
 public:
  // Runs `walk` with the pipe's sink in the new thread.
  explicit Pipe(const std::function<void(Sink&)>& walk);
  // Ends the walk early if it goes on still.
  ~Pipe() override;

  // Hands everything to `to`, then throws what the walk threw, if it did.
  void drain(Sink& to);

 private:
  struct Event {
    Item item;
    std::optional<object::Id> known;
  };
  struct Stopped {};

  void known(Type type, const Oid& oid, const object::Id& id) override;
  void item(Item item) override;
  void push(Event event, std::size_t bytes);
  void flush();
  std::vector<Event> next();

  // The walk's side alone.
  std::vector<Event> batch_;
  std::size_t batch_bytes_ = 0;

  std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::vector<Event> ready_;
  std::size_t ready_bytes_ = 0;
  bool ended_ = false;    // nothing comes any more
  bool stopped_ = false;  // nobody takes any more
  std::exception_ptr error_;

  std::thread thread_;
};

}  // namespace hn::git
