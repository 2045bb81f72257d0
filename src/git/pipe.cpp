#include "git/pipe.hpp"

namespace hn::git {
namespace {

// A batch costs one lock; of small objects some hundreds share it.
constexpr std::size_t kBatchBytes = 256 * 1024;
constexpr std::size_t kBatchEvents = 512;
// Read ahead. One object may be longer; then it travels alone.
constexpr std::size_t kReadyBytesMax = 32 * 1024 * 1024;

}  // namespace

Pipe::Pipe(const std::function<void(Sink&)>& walk) {
  thread_ = std::thread([this, walk] {
    std::exception_ptr error;
    try {
      walk(*this);
      flush();
    } catch (const Stopped&) {
      return;
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    error_ = error;
    changed_.notify_all();
  });
}

Pipe::~Pipe() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Pipe::known(Type type, const Oid& oid, const object::Id& id) {
  Item item;
  item.type = type;
  item.oid = oid;
  push({std::move(item), id}, 0);
}

void Pipe::item(Item item) {
  const std::size_t bytes = item.bytes().size();
  push({std::move(item), {}}, bytes);
}

void Pipe::push(Event event, std::size_t bytes) {
  batch_.push_back(std::move(event));
  batch_bytes_ += bytes;
  if (batch_bytes_ >= kBatchBytes || batch_.size() >= kBatchEvents) flush();
}

void Pipe::flush() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return stopped_ || ready_.empty() || ready_bytes_ + batch_bytes_ <= kReadyBytesMax;
  });
  if (stopped_) throw Stopped{};
  std::move(batch_.begin(), batch_.end(), std::back_inserter(ready_));
  ready_bytes_ += batch_bytes_;
  batch_.clear();
  batch_bytes_ = 0;
  changed_.notify_all();
}

std::vector<Pipe::Event> Pipe::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_ || !ready_.empty(); });
  std::vector<Event> events;
  events.swap(ready_);
  ready_bytes_ = 0;
  changed_.notify_all();
  if (events.empty() && error_) std::rethrow_exception(error_);
  return events;
}

void Pipe::drain(Sink& to) {
  for (auto events = next(); !events.empty(); events = next()) {
    for (Event& event : events) {
      if (event.known)
        to.known(event.item.type, event.item.oid, *event.known);
      else
        to.item(std::move(event.item));
    }
  }
}

}  // namespace hn::git
