#include "store/pipeline.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "store/forms.hpp"

// The one place below repo with a mutex: it guards two queues, and no caller sees it.
namespace hn::store {

PackedGroup pack(std::span<const PackItem> items) {
  PackedGroup group;
  for (const PackItem& item : items) {
    std::optional<ByteView> base;
    if (item.base) base = item.base_bytes.bytes;
    Encoded encoded = encode_form(item.block->bytes, base);
    Stored stored{item.block->kind, encoded.form, {}, 0, std::move(encoded.bytes)};
    stored.plain_bytes = static_cast<std::uint32_t>(item.block->bytes.size());
    const bool differs = encoded.form == Form::zstd_prefix;
    if (differs) stored.base = item.base;
    const std::uint8_t depth = differs ? item.depth : std::uint8_t{0};
    const std::size_t at = group.bytes.size();
    append_record(group.bytes, item.block->address, stored, depth);
    group.rows.push_back(
        {item.block->address, depth, at, static_cast<std::uint32_t>(group.bytes.size() - at)});
  }
  return group;
}

struct Pipeline::State {
  std::mutex mutex;
  std::condition_variable work_or_end;
  std::condition_variable done;
  std::deque<std::pair<std::uint64_t, std::vector<PackItem>>> waiting;
  std::map<std::uint64_t, PackedGroup> finished;
  std::uint64_t submitted = 0;
  std::uint64_t taken = 0;
  bool ending = false;
  std::vector<std::thread> threads;

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      work_or_end.wait(lock, [this] { return ending || !waiting.empty(); });
      if (ending) return;
      const auto job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      PackedGroup group = pack(job.second);
      lock.lock();
      finished.emplace(job.first, std::move(group));
      done.notify_one();
    }
  }
};

Pipeline::Pipeline(unsigned threads) : state_(std::make_unique<State>()) {
  for (unsigned i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->run(); });
  }
}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->work_or_end.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

void Pipeline::submit(std::vector<PackItem> items) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.emplace_back(state_->submitted++, std::move(items));
  }
  state_->work_or_end.notify_one();
}

std::optional<PackedGroup> Pipeline::take(bool wait) {
  std::unique_lock lock(state_->mutex);
  if (state_->taken == state_->submitted) return std::nullopt;
  const auto ready = [this] { return state_->finished.contains(state_->taken); };
  if (wait) state_->done.wait(lock, ready);
  if (!ready()) return std::nullopt;
  auto node = state_->finished.extract(state_->taken++);
  return std::move(node.mapped());
}

std::size_t Pipeline::outstanding() const noexcept {
  return static_cast<std::size_t>(state_->submitted - state_->taken);
}

}  // namespace hn::store
