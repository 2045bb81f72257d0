#pragma once

#include "hn/object/file.hpp"

namespace hn::object {

// Walks the chunks of one file in order, holding one list node per level. Checks what needs more
// than one node to be seen: levels, lengths, and that every node but a level's last ended by a cut.
class ChunkCursor {
 public:
  // Reads the topmost block.
  static Result<ChunkCursor> open(const BlockReader& reader, const Id& file);

  std::uint64_t file_bytes() const noexcept { return file_bytes_; }
  // The bytes of a file that is one chunk; read already.
  const std::optional<Bytes>& only_chunk() const noexcept { return only_; }
  std::optional<Bytes> take_only_chunk() noexcept { return std::move(only_); }

  Result<std::optional<ListRow>> next();

  // The block of this level (0: the chunk) that covers byte `offset`, nullopt where there is none.
  // Does not touch the chunks; moves the cursor.
  struct Part {
    Id id;
    std::uint64_t start = 0;  // in the file
    std::uint64_t bytes = 0;
  };
  Result<std::optional<Part>> at(std::uint32_t level, std::uint64_t offset);

 private:
  struct Frame {
    Id id;
    ListNode node;
    std::size_t next = 0;      // row
    std::uint64_t start = 0;   // offset of the node in the file
    std::uint64_t offset = 0;  // offset of row `next`
    std::uint64_t end = 0;
    bool last = true;  // of its level
  };
  explicit ChunkCursor(const BlockReader& reader) : reader_(&reader) {}
  Result<void> descend();
  void step();

  const BlockReader* reader_;
  std::uint64_t file_bytes_ = 0;
  Id top_;
  bool one_left_ = false;
  std::optional<Bytes> only_;
  std::vector<Frame> stack_;
};

}  // namespace hn::object
