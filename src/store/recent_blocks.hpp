#pragma once

#include <array>
#include <deque>
#include <memory>
#include <unordered_map>

#include "store/pipeline.hpp"

namespace hn::store {

// Blocks of a batch in plaintext: all that is not packed yet, and of the rest what is likely to be
// a base. Who writes a history writes each file's versions one after the other, so a version is
// wanted until the next one came, and hardly ever again; the versions that nothing followed are as
// many bytes as the files of a checkout, and each may be wanted much later. So a block that served
// as a base gives way first. In each of the two queues the oldest goes first.
class RecentBlocks {
 public:
  struct Recent {
    std::shared_ptr<const PlainBlock> block;
    std::uint8_t depth = 0;
    bool was_base = false;
  };

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
      queues_[0].bytes -= recent.block->bytes.size();
      recent.was_base = true;
      enqueue(address, recent);
    }
    return &recent;
  }

  void add(std::shared_ptr<const PlainBlock> block, std::uint8_t depth) {
    const object::Address address = block->address;
    enqueue(address,
            blocks_.emplace(address, Recent{std::move(block), depth, false}).first->second);
  }

  // Drops what is over the limits, as far as it is packed. What is not stands at the end of its
  // queue, for blocks are packed in the order in which they came.
  template <class IsPacked>
  void forget(const IsPacked& is_packed) {
    for (const bool was_base : {false, true}) {
      Queue& queue = queues_[was_base];
      while (queue.bytes > kBytesMax[was_base]) {
        const object::Address address = queue.order.front();
        const auto at = blocks_.find(address);
        const bool here = at != blocks_.end() && at->second.was_base == was_base;
        if (here && !is_packed(address)) break;
        if (here) {
          queue.bytes -= at->second.block->bytes.size();
          blocks_.erase(at);
        }
        queue.order.pop_front();
      }
    }
  }

 private:
  // By was_base.
  static constexpr std::array<std::size_t, 2> kBytesMax{96U << 20U, 24U << 20U};
  struct Queue {
    std::deque<object::Address> order;  // also of blocks that are in the other queue by now
    std::size_t bytes = 0;
  };
  void enqueue(const object::Address& address, const Recent& recent) {
    Queue& queue = queues_[recent.was_base];
    queue.order.push_back(address);
    queue.bytes += recent.block->bytes.size();
  }

  std::unordered_map<object::Address, Recent> blocks_;
  std::array<Queue, 2> queues_;
};

}  // namespace hn::store
