#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git/oid.hpp"
#include "hn/os/file_system.hpp"
#include "hn/store/id_table.hpp"

struct libdeflate_compressor;
struct z_stream_s;

namespace hn::git {

// What one object of a pack is made from; the views are used during the call alone.
struct Packed {
  Type type = Type::blob;
  GitId id;
  ByteView bytes;
  // An older version: a delta against it is stored where that is shorter, the base stands earlier
  // in this pack, and the chain of bases is not too long already.
  std::optional<GitId> base;
  ByteView base_bytes;
};

// Writes one pack and its index (gitformat-pack(5), versions 2). The files have names that git
// takes for leftovers, and clears away, until finish() has made them whole: a pack is there with
// all its objects or not at all. Objects come in any order, each once, one at least, with ids of
// one length, SHA-1 or SHA-256. Throws Failure (no_space, io). Memory: twice the longest, and what
// `scratch` bounds: without it some 100 bytes an object.
class PackWriter {
 public:
  // `folder` is objects/pack of a repository; `unique` makes the temporary names differ from those
  // of other processes.
  PackWriter(os::FileSystem& fs, std::string folder, const std::string& unique,
             store::Scratch scratch = {});
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  void add(const Packed& object);
  // One whose bytes come in pieces: `bytes` of them in all, before anything else is added. Its
  // memory is that of a piece.
  void begin(Type type, const GitId& id, std::uint64_t bytes);
  void more(ByteView piece);
  void end();
  bool contains(const GitId& id) const { return rows_.contains(id); }
  std::uint64_t count() const noexcept { return rows_.size(); }

  // Makes the pack durable and visible; returns its bytes with those of its index. Once.
  std::uint64_t finish();

 private:
  struct Row {
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
    std::uint32_t depth = 0;  // bases beneath
  };

  std::optional<Row> base_of(const Packed& object) const;
  void put(ByteView bytes);
  void put_deflated(ByteView bytes);
  void deflate_part(ByteView bytes, bool last);
  void keep(const GitId& id, const Row& row);
  void flush();
  Bytes sealed_trailer();
  std::uint64_t write_index(ByteView trailer);

  os::FileSystem& fs_;
  std::string folder_;
  std::string pack_path_;
  std::string index_path_;
  std::unique_ptr<os::File> pack_;
  struct FreeWhole {
    void operator()(libdeflate_compressor* compressor) const;
  };
  std::unique_ptr<z_stream_s> zlib_;  // for what comes in pieces
  std::unique_ptr<libdeflate_compressor, FreeWhole> whole_;
  store::IdTable<GitId, Row> rows_;
  std::uint8_t id_bytes_ = 0;
  std::optional<std::pair<GitId, Row>> begun_;
  Bytes deflated_;             // room for what they make
  Bytes buffer_;               // behind `written_`
  std::uint64_t written_ = 0;  // bytes of the pack that are in its file
  std::uint32_t crc_ = 0;      // of the object that is being written
  bool finished_ = false;
};

}  // namespace hn::git
