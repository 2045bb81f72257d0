#pragma once

#include <array>
#include <deque>
#include <memory>
#include <unordered_map>

#include "store/pipeline.hpp"

namespace hn::store {

// Blocks of a batch in plaintext (Block has `bytes`): all that is not packed yet, and of the rest
// what is likely to be a base. Who writes a history, or receives one, has each file's versions one
// after the other, so a version is wanted until the next one came, and hardly ever again; the
// versions that nothing followed are as many bytes as the files of a checkout, and each may be
// wanted much later. So a block that served as a base gives way first. In each of the two queues
// the oldest goes first.
template <class Block>
class RecentBlocks {
  static constexpr std::size_t kFreshBytes = 96U << 20U;
  static constexpr std::size_t kBaseBytes = 24U << 20U;

 public:
  struct Recent {
    std::shared_ptr<const Block> block;
    std::uint8_t depth = 0;
    bool was_base = false;
  };

  // Of those that did not serve as a base, and of those that did, at most so many bytes are kept.
  explicit RecentBlocks(std::size_t fresh_bytes = kFreshBytes, std::size_t base_bytes = kBaseBytes)
      : bytes_max_{fresh_bytes, base_bytes} {}

  bool contains(const object::Address& address) const { return blocks_.contains(address); }
  // Valid until the next change; null if it is not among them.
  const Recent* find(const object::Address& address) const {
    const auto at = blocks_.find(address);
    return at != blocks_.end() ? &at->second : nullptr;
  }
  const Recent* take_as_base(const object::Address& address) {
    const auto at = blocks_.find(address);
    if (at == blocks_.end()) return nullptr;
    Recent& recent = at->second;
    if (!recent.was_base) {
      queues_[0].leave(*recent.block);
      recent.was_base = true;
      queues_[1].enter(address, *recent.block);
    }
    return &recent;
  }

  void add(const object::Address& address, std::shared_ptr<const Block> block, std::uint8_t depth) {
    const auto [at, is_new] = blocks_.try_emplace(address);
    if (!is_new) return;
    queues_[0].enter(address, *block);
    at->second = {std::move(block), depth, false};
  }

  // Drops what is over the limits, as far as it is packed. What is not stands at the end of its
  // queue, for blocks are packed in the order in which they came.
  template <class IsPacked>
  void forget(const IsPacked& is_packed) {
    for (const bool was_base : {false, true}) {
      Queue& queue = queues_[was_base];
      while (queue.bytes > bytes_max_[was_base]) {
        const object::Address address = queue.order.front();
        const bool here = is_in(address, was_base);
        if (here && !is_packed(address)) break;
        if (here) {
          queue.leave(*blocks_.at(address).block);
          blocks_.erase(address);
        }
        queue.order.pop_front();
      }
      if (queue.order.size() > 2 * queue.blocks + kOutdatedMin)
        std::erase_if(queue.order, [&](const object::Address& a) { return !is_in(a, was_base); });
    }
  }

 private:
  static constexpr std::size_t kOutdatedMin = 4096;
  // What a block costs beside its bytes.
  static constexpr std::size_t kBlockCost = 256;
  struct Queue {
    std::deque<object::Address> order;  // also of blocks that are in the other queue by now
    std::size_t bytes = 0;              // with kBlockCost for each
    std::size_t blocks = 0;

    void enter(const object::Address& address, const Block& block) {
      order.push_back(address);
      bytes += block.bytes.size() + kBlockCost;
      ++blocks;
    }
    void leave(const Block& block) {
      bytes -= block.bytes.size() + kBlockCost;
      --blocks;
    }
  };
  bool is_in(const object::Address& address, bool was_base) const {
    const auto at = blocks_.find(address);
    return at != blocks_.end() && at->second.was_base == was_base;
  }

  std::array<std::size_t, 2> bytes_max_;  // by was_base
  std::unordered_map<object::Address, Recent> blocks_;
  std::array<Queue, 2> queues_;
};

}  // namespace hn::store
