#pragma once

#include <functional>
#include <memory>

#include "hn/object/block.hpp"

// Files: one chunk, or chunks cut by content under list nodes (hn-objects(5), FILES). The id of a
// file is the id of its chunk or of its topmost list node, a function of its bytes alone.
namespace hn::object {

// A file of at most this many bytes is one chunk.
inline constexpr std::size_t kFileChunkBytesMax = 256 * 1024;

// Begins to take the ids_of() blocks, in another thread where there is one for it, and gives what
// answers with them. The blocks stay where they are until that was destroyed.
using IdsLater = std::function<std::vector<Id>()>;
using IdsBeside = std::function<IdsLater(const std::vector<BlockView>& blocks)>;

// Writes one file from bytes that come in parts of any size. Holds a few blocks and the list nodes
// above them in memory, never the file.
class FileWriter {
 public:
  // `old` is the file's last version, whose chunks serve as delta bases; `old_reader` reads it.
  // With `beside` ids of chunks are computed while the next ones are cut. Reader and writer are
  // used in the caller's thread alone, in the order of the chunks.
  explicit FileWriter(BlockWriter& writer, const BlockReader* old_reader = nullptr,
                      const std::optional<Id>& old = {}, IdsBeside beside = {});
  ~FileWriter();
  void add(ByteView bytes);
  Id finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Id write_file(BlockWriter& writer, ByteView bytes);

// The length of a file; reads one block.
Result<std::uint64_t> file_size(const BlockReader& reader, const Id& file);

// The whole file, Code::refused if it is longer than `max`.
Result<Bytes> read_file(const BlockReader& reader, const Id& file, std::uint64_t max);

// Calls `sink` with the file's bytes in order, a chunk at a time, until it answers false.
Result<void> stream_file(const BlockReader& reader, const Id& file,
                         const std::function<bool(ByteView)>& sink);

// The child rows of a list node (the file's own row for a chunk): what a merge of huge files and
// fsck walk.
struct ListRow {
  Id id;
  std::uint64_t bytes = 0;  // of file content beneath
  friend bool operator==(const ListRow&, const ListRow&) = default;
};
struct ListNode {
  std::uint32_t level = 1;  // 1: rows are chunks
  std::vector<ListRow> rows;
};
Result<ListNode> decode_list(ByteView bytes) noexcept;
Bytes encode_list(const ListNode& node);

// Far more levels than any file needs: nine reach 2^63 bytes.
inline constexpr std::uint32_t kListLevelMax = 9;

// Calls `sink` with the rows of a file's chunks in order, until it answers false. Reads list nodes,
// no chunk of a file that has several.
Result<void> walk_chunks(const BlockReader& reader, const Id& file,
                         const std::function<bool(const ListRow&)>& sink);

// The chunks of a file in order, Code::refused if there are more than `max`: a hostile list of a
// few kilobytes can claim 2^46 of them.
Result<std::vector<ListRow>> chunks_of(const BlockReader& reader, const Id& file,
                                       std::size_t max = std::size_t{1} << 22);

// Whether the file is cut as FileWriter would cut it; reads all of it. What a reader does not check
// because it would cost every byte a second look, fsck does.
Result<void> check_file(const BlockReader& reader, const Id& file);

}  // namespace hn::object
