#pragma once

#include <memory>
#include <optional>
#include <vector>

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
};

// Records one behind the other; the offsets of the rows count from the first of them.
struct PackedGroup {
  Bytes bytes;
  std::vector<IndexRow> rows;
};

// A pure function, and where bulk work spends its time.
PackedGroup pack(std::span<const PackItem> items);

// pack() on other threads. Plain data in, plain data out, in the order in which it came.
class Pipeline {
 public:
  explicit Pipeline(unsigned threads);
  ~Pipeline();  // waits for what is being packed
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  void submit(std::vector<PackItem> items);
  // The next group in order. Without `wait` nullopt where it is not ready; nullopt if there is
  // none.
  std::optional<PackedGroup> take(bool wait);
  // Groups that were submitted and not taken.
  std::size_t outstanding() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::store
