#pragma once

#include "hn/base/result.hpp"
#include "hn/object/id.hpp"

// Blocks (hn-objects(5)): the unit of storage and transfer.
namespace hn::object {

enum class Kind : std::uint8_t {
  chunk = 1,     // bytes of a file, or of a part of one
  list = 2,      // a node over the chunks of a large file
  tree = 3,      // a node of a folder
  conflict = 4,  // the terms of an unresolved merge
  commit = 5,
  tag = 6,
  raw = 7,       // git's own bytes of what canonical form cannot reproduce
  manifest = 8,  // a node over the rows (address, length) that a publish brings
};

std::optional<Kind> kind_from(std::uint8_t byte) noexcept;
std::string_view name_of(Kind kind) noexcept;

// No block is longer. A datagram path of 2 Mbit/s carries one in about a second, the unit of
// resumption; a record stays small enough to hold in memory many times over.
inline constexpr std::size_t kBlockBytesMax = 256 * 1024;

// `bytes` in canonical form; its length is the caller's to check.
Id id_of(Kind kind, ByteView bytes) noexcept;

struct BlockView {
  Kind kind = Kind::chunk;
  ByteView bytes;
};
// id_of() each, for less than one after the other (crypto::hash_many).
std::vector<Id> ids_of(std::span<const BlockView> blocks);

class TreeNodes;

struct Block {
  Kind kind = Kind::chunk;
  Bytes bytes;
};

// Where blocks come from. read() answers Code::absent (with the id as subject) for what is not
// here and Code::damaged for what does not match its checksum. Safe to call from several threads.
class BlockReader {
 public:
  virtual ~BlockReader() = default;
  virtual Result<Block> read(const Id& id) const = 0;
  virtual bool has(const Id& id) const = 0;

  // read(), and Code::invalid where the block is of another kind.
  Result<Bytes> read(const Id& id, Kind kind) const;

  // Where nodes of folders are looked for before they are read, and left when they were; null:
  // nowhere. One thread at a time reads folders through a reader that has such.
  virtual TreeNodes* tree_nodes() const { return nullptr; }
};

// Where blocks go. Writing what is there already costs a look-up and changes nothing.
class BlockWriter {
 public:
  virtual ~BlockWriter() = default;
  // At most kBlockBytesMax bytes. `base` names an older version that the new bytes resemble, a
  // hint for the stored form. Throws Failure where storage fails.
  virtual Id write(Kind kind, ByteView bytes, const std::optional<Id>& base = {}) = 0;
  // The same for a block whose id is known, as it comes from another writer or from ids_of().
  virtual void write_known(const Id& /*id*/, Kind kind, ByteView bytes,
                           const std::optional<Id>& base = {}) {
    write(kind, bytes, base);
  }
};

// Answers ids and keeps nothing: what would this file or folder be called?
class IdWriter final : public BlockWriter {
 public:
  Id write(Kind kind, ByteView bytes, const std::optional<Id>& = {}) override {
    return id_of(kind, bytes);
  }
  void write_known(const Id&, Kind, ByteView, const std::optional<Id>& = {}) override {}
};

}  // namespace hn::object
