// Writing files: hn-objects(5), sections FILES and CUTTING FILES.
#include <algorithm>
#include <utility>

#include "hn/object/cut.hpp"
#include "hn/object/file.hpp"
#include "object/chunk_cursor.hpp"

namespace hn::object {
namespace {

// Bytes that wait for their cut. Four blocks: moving the uncut rest to the front then costs a
// fraction of what hashing does.
constexpr std::size_t kBufferBytes = 4 * kChunkBytesMax;

// Where the parts of a new version stood in the old one. What is changed lies between what is not,
// so a part's place is that of the last part that stayed, and as far beyond; looked up by its
// middle, as what was put in or taken out within it moves its ends.
class OldVersion {
 public:
  explicit OldVersion(ChunkCursor cursor) : cursor_(std::move(cursor)) {}

  // The part of a level in which the middle of the new part lay, or the last one.
  std::optional<Id> base(std::uint32_t level, std::uint64_t start, std::uint64_t bytes) {
    if (!cursor_ || cursor_->file_bytes() == 0) return std::nullopt;
    const auto part = at(level, std::min(start + bytes / 2 + shift_, cursor_->file_bytes() - 1));
    return part ? std::optional(part->id) : std::nullopt;
  }

  // A chunk that was written: where the old version has it too, what follows is counted from there.
  // In a file that repeats itself a chunk whose ends moved is found in a wrong place. So what was
  // searched for is believed for good only when the next one is found there, and not at home.
  void note(const Id& id, std::uint64_t start, std::uint64_t bytes) {
    const std::uint64_t middle = start + bytes / 2;
    const auto at_home = at(0, middle + home_);
    if (!at_home) return;
    const auto part = at_home->id == id ? at_home : at(0, middle + shift_);
    if (part && part->id == id)
      home_ = shift_ = part->start - start;
    else if (const auto found = nearest(middle + home_, id))
      shift_ = found->start - start;
  }

 private:
  using Part = ChunkCursor::Part;
  // Beyond it, nothing is looked for. Some thirty chunks, of which an id each is compared.
  static constexpr std::uint64_t kFarBytes = 1U << 20U;

  // What cannot be read is no base, and is not tried again; the new file does not depend on it.
  std::optional<Part> at(std::uint32_t level, std::uint64_t place) {
    if (!cursor_) return std::nullopt;
    const auto part = cursor_->at(level, place);
    if (part) return *part;
    cursor_.reset();
    return std::nullopt;
  }
  std::optional<Part> nearest(std::uint64_t middle, const Id& id) {
    std::optional<Part> found;
    std::uint64_t place = middle > kFarBytes ? middle - kFarBytes : 0;
    for (auto part = at(0, place); part && part->start <= middle + kFarBytes; part = at(0, place)) {
      place = part->start + part->bytes;
      if (part->id != id) continue;
      const bool is_behind = part->start > middle;
      if (!found || !is_behind || part->start - middle < middle - found->start) found = part;
      if (is_behind) break;
    }
    return found;
  }

  std::optional<ChunkCursor> cursor_;
  // From a place in the new version to that in the old; they wrap around.
  std::uint64_t shift_ = 0;
  std::uint64_t home_ = 0;
};

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

  // Chunks whose ids are being computed. They stay where they are until then: whoever destroys it
  // waits.
  struct HandedOver {
    Bytes bytes;
    std::vector<BlockView> chunks;
    IdsLater ids;
  };

  State(BlockWriter& w, const BlockReader* old_reader, const std::optional<Id>& old, IdsBeside b)
      : writer(w), beside(std::move(b)) {
    if (old_reader == nullptr || !old) return;
    if (auto cursor = ChunkCursor::open(*old_reader, *old))
      old_version.emplace(std::move(cursor).value());
  }

  std::optional<Id> base(std::uint32_t level, std::uint64_t start, std::uint64_t bytes) {
    return old_version ? old_version->base(level, start, bytes) : std::nullopt;
  }

  ByteView rest() const noexcept { return ByteView(buffer).subspan(front); }

  void add(ByteView bytes) {
    while (!bytes.empty()) {
      if (buffer.size() == kBufferBytes) hand_over();
      const std::size_t n = std::min(bytes.size(), kBufferBytes - buffer.size());
      buffer.insert(buffer.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
      bytes = bytes.subspan(n);
    }
  }

  // Takes chunks from the front until no more than so many bytes are left: those of a block, of
  // which the cutter may want to see more, or none at the end.
  std::vector<BlockView> cut(std::size_t left) {
    std::vector<BlockView> chunks;
    for (ByteView uncut = rest(); uncut.size() > left; uncut = rest()) {
      chunks.push_back({Kind::chunk, uncut.first(cut_chunk(uncut))});
      front += chunks.back().bytes.size();
    }
    return chunks;
  }

  // Cuts what is there and goes on with what is left, while the ids of the chunks are computed:
  // together, for what they cost, and beside, as cutting takes as long.
  void hand_over() {
    std::vector<BlockView> chunks = cut(kChunkBytesMax);
    settle();
    std::swap(buffer, at_work.bytes);
    const ByteView uncut = ByteView(at_work.bytes).subspan(std::exchange(front, 0));
    buffer.assign(uncut.begin(), uncut.end());
    at_work.chunks = std::move(chunks);
    if (!beside) return write(at_work.chunks, ids_of(at_work.chunks));
    at_work.ids = beside(at_work.chunks);
  }

  // Writes the chunks that were handed over.
  void settle() {
    if (const IdsLater ids = std::exchange(at_work.ids, {})) write(at_work.chunks, ids());
  }

  void write(const std::vector<BlockView>& chunks, const std::vector<Id>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const ByteView chunk = chunks[i].bytes;
      writer.write_known(ids[i], Kind::chunk, chunk, base(0, offset, chunk.size()));
      if (old_version) old_version->note(ids[i], offset, chunk.size());
      add_row(1, {ids[i], chunk.size()}, offset);
      offset += chunk.size();
    }
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
    return writer.write(Kind::list, encode_list(at.node), base(level, at.start, at.bytes));
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
    settle();
    if (levels.empty() && rest().size() <= kFileChunkBytesMax)
      return writer.write(Kind::chunk, rest(), base(0, 0, rest().size()));
    const std::vector<BlockView> chunks = cut(0);
    write(chunks, ids_of(chunks));
    for (std::uint32_t level = 1;; ++level) {
      if (!levels[level - 1].wrote) return write_node(level);
      end_node(level);
    }
  }

  BlockWriter& writer;
  IdsBeside beside;
  std::optional<OldVersion> old_version;
  Bytes buffer;
  std::size_t front = 0;  // bytes of the buffer that are cut already
  HandedOver at_work;
  std::uint64_t offset = 0;  // of the next chunk in the file
  std::vector<Level> levels;
  bool finished = false;
};

FileWriter::FileWriter(BlockWriter& writer, const BlockReader* old_reader,
                       const std::optional<Id>& old, IdsBeside beside)
    : state_(std::make_unique<State>(writer, old_reader, old, std::move(beside))) {}
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
