#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "hn/store/effort.hpp"
#include "store/ordered_pool.hpp"
#include "store/pack_index.hpp"
#include "store/record.hpp"

namespace hn::store {

struct PlainBlock {
  object::Kind kind = object::Kind::chunk;
  object::Address address;
  Bytes bytes;
};

// The plaintext of a base, and what owns it.
struct BaseBytes {
  std::shared_ptr<const void> owner;
  ByteView bytes;
};

// A block on its way to its record. `depth` is what the record's depth becomes if the difference
// from the base is worth keeping, else it is 0.
struct PackItem {
  std::shared_ptr<const PlainBlock> block;
  std::optional<object::Address> base;
  BaseBytes base_bytes;
  std::uint8_t depth = 0;
  Effort effort = Effort::full;
};

// Records one behind the other; the offsets of the rows count from the first of them.
struct PackedGroup {
  Bytes bytes;
  std::vector<IndexRow> rows;
};

// A pure function, and where bulk work spends its time.
PackedGroup pack(std::span<const PackItem> items);

// pack() on other threads.
class Pipeline : public OrderedPool<std::vector<PackItem>, PackedGroup> {
 public:
  explicit Pipeline(unsigned threads)
      : OrderedPool(threads, [](const std::vector<PackItem>& items) { return pack(items); }) {}
};

}  // namespace hn::store
