// Reading files: hn-objects(5), section FILES.
#include "hn/object/file.hpp"
#include "object/chunk_cursor.hpp"

namespace hn::object {

Result<std::uint64_t> file_size(const BlockReader& reader, const Id& file) {
  HN_TRY(const ChunkCursor cursor, ChunkCursor::open(reader, file));
  return cursor.file_bytes();
}

Result<void> walk_chunks(const BlockReader& reader, const Id& file,
                         const std::function<bool(const ListRow&)>& sink) {
  HN_TRY(ChunkCursor cursor, ChunkCursor::open(reader, file));
  for (;;) {
    HN_TRY(const auto row, cursor.next());
    if (!row || !sink(*row)) return {};
  }
}

Result<std::vector<ListRow>> chunks_of(const BlockReader& reader, const Id& file, std::size_t max) {
  std::vector<ListRow> rows;
  bool over = false;
  HN_CHECK(walk_chunks(reader, file, [&](const ListRow& row) {
    over = rows.size() == max;
    if (!over) rows.push_back(row);
    return !over;
  }));
  if (over) return fail(Code::refused, "the file has too many chunks", file.bytes);
  return rows;
}

namespace {

// From the first chunk of a file that has several.
Result<void> stream_rest(const BlockReader& reader, ChunkCursor& cursor,
                         const std::function<bool(ByteView)>& sink) {
  for (;;) {
    HN_TRY(const auto row, cursor.next());
    if (!row) return {};
    HN_TRY(const Bytes bytes, reader.read(row->id, Kind::chunk));
    if (bytes.size() != row->bytes) {
      return fail(Code::invalid, "a chunk is not as long as its row says", row->id.bytes);
    }
    if (!sink(bytes)) return {};
  }
}

}  // namespace

Result<void> stream_file(const BlockReader& reader, const Id& file,
                         const std::function<bool(ByteView)>& sink) {
  HN_TRY(ChunkCursor cursor, ChunkCursor::open(reader, file));
  if (!cursor.only_chunk()) return stream_rest(reader, cursor, sink);
  sink(*cursor.only_chunk());
  return {};
}

Result<Bytes> read_file(const BlockReader& reader, const Id& file, std::uint64_t max) {
  HN_TRY(ChunkCursor cursor, ChunkCursor::open(reader, file));
  if (cursor.file_bytes() > max) return fail(Code::refused, "the file is too long", file.bytes);
  if (auto only = cursor.take_only_chunk()) return *std::move(only);
  Bytes out;
  // No reserve: the length is a claim until the chunks have come.
  HN_CHECK(stream_rest(reader, cursor, [&](ByteView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
    return true;
  }));
  return out;
}

Result<void> check_file(const BlockReader& reader, const Id& file) {
  IdWriter ids;
  FileWriter again(ids);
  HN_CHECK(stream_file(reader, file, [&](ByteView bytes) {
    again.add(bytes);
    return true;
  }));
  if (again.finish() != file)
    return fail(Code::invalid, "the file is not cut by its content", file.bytes);
  return {};
}

}  // namespace hn::object
