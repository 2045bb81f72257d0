#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "hn/object/block.hpp"
#include "hn/object/tree_nodes.hpp"

namespace hn::merge {

// Blocks in memory over a reader: virtual bases live here, so that what only helped to compute a
// fold never reaches the store.
class ScratchBlocks final : public object::BlockReader, public object::BlockWriter {
 public:
  using object::BlockReader::read;

  explicit ScratchBlocks(const object::BlockReader& below) : below_(below) {}

  Result<object::Block> read(const object::Id& id) const override;
  bool has(const object::Id& id) const override;
  object::Id write(object::Kind kind, ByteView bytes,
                   const std::optional<object::Id>& base = {}) override;
  void write_known(const object::Id& id, object::Kind kind, ByteView bytes,
                   const std::optional<object::Id>& base = {}) override;
  // Those of the reader below, else its own.
  object::TreeNodes* tree_nodes() const override;

  bool empty() const noexcept { return blocks_.empty(); }
  std::size_t bytes() const noexcept { return bytes_; }  // of all blocks that were written here

  // Copies what `root` needs of the blocks written here, each once, and answers which they were.
  using Ids = std::unordered_set<object::Id>;  // never iterated
  Ids copy_to(object::BlockWriter& writer, const object::Id& root) const;
  bool wrote(const object::Id& id) const { return blocks_.contains(id); }

 private:
  const object::BlockReader& below_;
  struct Written {
    object::Block block;
    std::optional<object::Id> base;
  };
  // Never iterated; shared with those that it is copied to.
  std::unordered_map<object::Id, std::shared_ptr<const Written>> blocks_;
  std::size_t bytes_ = 0;
  static constexpr std::size_t kNodesBytes = 8U << 20U;
  mutable object::TreeNodes nodes_{kNodesBytes};
};

}  // namespace hn::merge
