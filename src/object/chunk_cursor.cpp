// Reading the list nodes of hn-objects(5), section FILES.
#include "object/chunk_cursor.hpp"

#include "hn/object/cut.hpp"

namespace hn::object {
namespace {

std::uint64_t bytes_of(const ListNode& node) noexcept {
  std::uint64_t sum = 0;
  for (const ListRow& row : node.rows) sum += row.bytes;
  return sum;
}

Unexpected<Error> wrong(const char* rule, const Id& id) {
  return fail(Code::invalid, rule, id.bytes);
}

}  // namespace

Result<ChunkCursor> ChunkCursor::open(const BlockReader& reader, const Id& file) {
  HN_TRY(Block block, reader.read(file));
  ChunkCursor cursor(reader);
  cursor.top_ = file;
  if (block.kind == Kind::chunk) {
    if (block.bytes.size() > kFileChunkBytesMax) return wrong("a chunk is too long", file);
    cursor.file_bytes_ = block.bytes.size();
    cursor.only_ = std::move(block.bytes);
    cursor.one_left_ = true;
    return cursor;
  }
  if (block.kind != Kind::list) return wrong("the block is no file", file);
  auto node = decode_list(block.bytes);
  if (!node) return fail(node.error().code, node.error().rule, file.bytes);
  cursor.file_bytes_ = bytes_of(*node);
  if (node->rows.size() < 2) return wrong("a file's topmost list has one row", file);
  if (cursor.file_bytes_ <= kFileChunkBytesMax) return wrong("a short file is cut", file);
  const std::uint64_t end = cursor.file_bytes_;
  cursor.stack_.push_back({file, std::move(node).value(), 0, 0, 0, end, true});
  return cursor;
}

void ChunkCursor::step() {
  Frame& frame = stack_.back();
  frame.offset += frame.node.rows[frame.next].bytes;
  ++frame.next;
}

// Enters the node at the current row.
Result<void> ChunkCursor::descend() {
  const Frame& frame = stack_.back();
  const ListRow& row = frame.node.rows[frame.next];
  const bool last = frame.last && frame.next + 1 == frame.node.rows.size();
  HN_TRY(const Bytes bytes, reader_->read(row.id, Kind::list));
  auto node = decode_list(bytes);
  if (!node) return fail(node.error().code, node.error().rule, row.id.bytes);
  if (node->level + 1 != frame.node.level)
    return wrong("a list node stands at a wrong level", row.id);
  if (bytes_of(*node) != row.bytes)
    return wrong("a list node is not as long as its row says", row.id);
  if (!last) {
    const ListRow& border = node->rows.back();
    if (!cut_list(node->rows.size(), border.id))
      return wrong("a list node ends before its cut", row.id);
    if (border.bytes < kChunkBytesMin)
      return wrong("a chunk that is not the last is too short", row.id);
  }
  const std::uint64_t start = frame.offset;
  const std::uint64_t end = start + row.bytes;
  stack_.push_back({row.id, std::move(node).value(), 0, start, start, end, last});
  return {};
}

Result<std::optional<ListRow>> ChunkCursor::next() {
  if (one_left_) {
    one_left_ = false;
    return std::optional<ListRow>(ListRow{top_, file_bytes_});
  }
  while (!stack_.empty()) {
    Frame& frame = stack_.back();
    if (frame.next == frame.node.rows.size()) {
      stack_.pop_back();
      if (!stack_.empty()) step();
      continue;
    }
    if (frame.node.level > 1) {
      HN_CHECK(descend());
      continue;
    }
    const ListRow row = frame.node.rows[frame.next];
    step();
    return std::optional<ListRow>(row);
  }
  return std::optional<ListRow>();
}

Result<std::optional<ChunkCursor::Part>> ChunkCursor::at(std::uint32_t level,
                                                         std::uint64_t offset) {
  if (offset >= file_bytes_) return std::optional<Part>();
  if (only_) return level == 0 ? std::optional(Part{top_, 0, file_bytes_}) : std::nullopt;
  while (stack_.size() > 1 && (offset < stack_.back().start || offset >= stack_.back().end ||
                               stack_.back().node.level < level)) {
    stack_.pop_back();
  }
  while (stack_.back().node.level > level) {
    Frame& frame = stack_.back();
    if (offset < frame.offset) frame.next = 0, frame.offset = frame.start;
    while (offset >= frame.offset + frame.node.rows[frame.next].bytes) step();
    const ListRow& row = frame.node.rows[frame.next];
    if (frame.node.level == level + 1) return std::optional(Part{row.id, frame.offset, row.bytes});
    HN_CHECK(descend());
  }
  const Frame& frame = stack_.back();
  if (frame.node.level != level) return std::optional<Part>();
  return std::optional(Part{frame.id, frame.start, frame.end - frame.start});
}

}  // namespace hn::object
