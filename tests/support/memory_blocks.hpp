#pragma once

#include <algorithm>
#include <map>

#include "hn/object/history.hpp"

// Blocks and history in memory, for the tests of everything that stands on object.
namespace hn::testing {

class MemoryBlocks final : public object::BlockReader, public object::BlockWriter {
 public:
  using object::BlockReader::read;

  Result<object::Block> read(const object::Id& id) const override {
    ++reads;
    const auto at = blocks_.find(id);
    if (at == blocks_.end()) return fail(Code::absent, "the block is not here", id.bytes);
    return at->second;
  }

  bool has(const object::Id& id) const override { return blocks_.contains(id); }

  object::Id write(object::Kind kind, ByteView bytes,
                   const std::optional<object::Id>& base = {}) override {
    HN_ASSERT(bytes.size() <= object::kBlockBytesMax);
    const object::Id id = object::id_of(kind, bytes);
    if (!blocks_.try_emplace(id, object::Block{kind, to_bytes(bytes)}).second) return id;
    new_blocks += 1;
    new_bytes += bytes.size();
    if (base && *base != id) bases[id] = *base;
    return id;
  }

  // As if it had never come, or were lost.
  bool remove(const object::Id& id) { return blocks_.erase(id) > 0; }

  // Puts bytes under an id that they do not have, as a broken disk would.
  void damage(const object::Id& id, object::Kind kind, Bytes bytes) {
    blocks_[id] = {kind, std::move(bytes)};
  }

  const std::map<object::Id, object::Block>& all() const noexcept { return blocks_; }

  std::size_t new_blocks = 0;  // that writes have added; set it back at will
  std::size_t new_bytes = 0;
  mutable std::size_t reads = 0;
  std::map<object::Id, object::Id> bases;  // the hints that came with new blocks

 private:
  std::map<object::Id, object::Block> blocks_;
};

// History straight from commit blocks; remembers generations.
class MemoryHistory final : public object::History {
 public:
  explicit MemoryHistory(const object::BlockReader& reader) : reader_(reader) {}

  Result<std::vector<object::Id>> parents(const object::Id& commit) const override {
    HN_TRY(object::Commit c, object::read_commit(reader_, commit));
    return std::move(c.parents);
  }

  Result<std::uint64_t> generation(const object::Id& commit) const override {
    std::vector<object::Id> open{commit};
    while (!open.empty()) {
      const object::Id at = open.back();
      HN_TRY(const auto above, parents(at));
      std::uint64_t generation = 1;
      bool ready = true;
      for (const object::Id& parent : above) {
        const auto known = generations_.find(parent);
        if (known == generations_.end()) {
          ready = false;
          open.push_back(parent);
        } else {
          generation = std::max(generation, known->second + 1);
        }
      }
      if (!ready) continue;
      generations_[at] = generation;
      open.pop_back();
    }
    return generations_.at(commit);
  }

 private:
  const object::BlockReader& reader_;
  mutable std::map<object::Id, std::uint64_t> generations_;
};

}  // namespace hn::testing
