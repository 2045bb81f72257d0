// Writing files: hn-objects(5), sections FILES and CUTTING FILES.
#include <algorithm>

#include "hn/object/cut.hpp"
#include "hn/object/file.hpp"
#include "object/chunk_cursor.hpp"

namespace hn::object {
namespace {

// Bytes that wait for their cut. Four blocks: moving the uncut rest to the front then costs a
// fraction of what hashing does.
constexpr std::size_t kBufferBytes = 4 * kChunkBytesMax;

}  // namespace

struct FileWriter::State {
  // One level of list nodes that is being written. A node whose cut has come waits until something
  // follows it: only then is it known not to be the topmost.
  struct Level {
    ListNode node;
    std::uint64_t start = 0;  // offset of the node's first byte
    std::uint64_t bytes = 0;
    bool full = false;   // its cut has come
    bool wrote = false;  // an earlier node of this level
  };

  State(BlockWriter& w, const BlockReader* old_reader, const std::optional<Id>& old) : writer(w) {
    if (old_reader == nullptr || !old) return;
    // What cannot be read is no base; the new file does not depend on it.
    if (auto cursor = ChunkCursor::open(*old_reader, *old)) base.emplace(std::move(cursor).value());
  }

  std::optional<Id> base_at(std::uint32_t level, std::uint64_t place) {
    if (!base) return std::nullopt;
    auto id = base->at(level, place);
    if (id) return *id;
    base.reset();
    return std::nullopt;
  }

  ByteView rest() const noexcept { return ByteView(buffer).subspan(front); }

  void add(ByteView bytes) {
    while (!bytes.empty()) {
      if (buffer.size() == kBufferBytes) {
        buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(front));
        front = 0;
      }
      const std::size_t n = std::min(bytes.size(), kBufferBytes - buffer.size());
      buffer.insert(buffer.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
      bytes = bytes.subspan(n);
      // More than one block is there: the file is not one chunk, and the cutter sees enough.
      while (buffer.size() - front > kChunkBytesMax) cut();
    }
  }

  void cut() {
    const ByteView chunk = rest().first(cut_chunk(rest()));
    const Id id = writer.write(Kind::chunk, chunk, base_at(0, offset));
    add_row(1, {id, chunk.size()}, offset);
    offset += chunk.size();
    front += chunk.size();
  }

  void add_row(std::uint32_t level, const ListRow& row, std::uint64_t start) {
    if (levels.size() < level) levels.emplace_back();
    if (levels[level - 1].full) end_node(level);
    Level& at = levels[level - 1];
    if (at.node.rows.empty()) at.start = start;
    at.node.rows.push_back(row);
    at.bytes += row.bytes;
    at.full = cut_list(at.node.rows.size(), row.id);
  }

  Id write_node(std::uint32_t level) {
    Level& at = levels[level - 1];
    at.node.level = level;
    return writer.write(Kind::list, encode_list(at.node), base_at(level, at.start));
  }

  void end_node(std::uint32_t level) {
    const Id id = write_node(level);
    Level& at = levels[level - 1];
    const ListRow row{id, at.bytes};
    const std::uint64_t start = at.start;
    at = {};
    at.wrote = true;
    add_row(level + 1, row, start);
  }

  Id finish() {
    if (levels.empty()) return writer.write(Kind::chunk, rest(), base_at(0, 0));
    while (front < buffer.size()) cut();
    for (std::uint32_t level = 1;; ++level) {
      if (!levels[level - 1].wrote) return write_node(level);
      end_node(level);
    }
  }

  BlockWriter& writer;
  std::optional<ChunkCursor> base;
  Bytes buffer;
  std::size_t front = 0;     // bytes of the buffer that are cut already
  std::uint64_t offset = 0;  // of the next chunk in the file
  std::vector<Level> levels;
  bool finished = false;
};

FileWriter::FileWriter(BlockWriter& writer, const BlockReader* old_reader,
                       const std::optional<Id>& old)
    : state_(std::make_unique<State>(writer, old_reader, old)) {}
FileWriter::~FileWriter() = default;

void FileWriter::add(ByteView bytes) {
  state_->add(bytes);
}

Id FileWriter::finish() {
  HN_ASSERT(!state_->finished);
  state_->finished = true;
  return state_->finish();
}

Id write_file(BlockWriter& writer, ByteView bytes) {
  if (bytes.size() <= kFileChunkBytesMax) return writer.write(Kind::chunk, bytes);
  FileWriter file(writer);
  file.add(bytes);
  return file.finish();
}

}  // namespace hn::object
