#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/os/file_system.hpp"

namespace hn::store {

// Where tables put what is too much for memory.
struct Scratch {
  // Opens an empty file that is gone with its last user; from any thread. None: all stays in
  // memory.
  std::function<std::unique_ptr<os::File>()> open;
  std::size_t table_bytes = std::size_t{32} << 20;  // of one table that stay in memory
};

// Rows of one length that begin with a hash, and are found by it. What IdTable stands on.
//
// A log-structured merge tree (O'Neil, Cheng, Gawlick, O'Neil, The log-structured merge-tree, 1996)
// whose runs have Bloom filters: new rows are in memory; when they are as many as may be there they
// go to a file, sorted, and eight files of one level become one of the next. In memory remain 1.75
// bytes for a row. Rejected: a hash table in a mapped file, each look at which brings a page of
// memory that nothing gives back; and numbers of rows in memory behind their hashes, which are
// eight times as much.
class HashRows {
 public:
  HashRows(std::size_t key_bytes, std::size_t row_bytes, Scratch scratch);
  ~HashRows();
  HashRows(HashRows&&) noexcept;
  HashRows& operator=(HashRows&&) noexcept;

  // Fills in a row's bytes. Throws Failure (io), as all below (no_space too).
  bool find(const Byte* key, Byte* row) const;
  // Puts a row in place of what was there under its key.
  void put(const Byte* row);
  // Puts a row that is known not to be there.
  void add(const Byte* row);
  std::uint64_t size() const noexcept { return size_; }

  // By key. What is visited is not changed meanwhile.
  void visit(const std::function<void(const Byte* row)>& visit);

 private:
  class Young;
  class Run;
  class RunWriter;
  class Merge;

  void freeze();
  void merge_level(std::size_t level);

  std::size_t key_bytes_;
  std::size_t row_bytes_;
  Scratch scratch_;
  std::size_t young_max_;  // rows
  std::uint64_t size_ = 0;
  std::unique_ptr<Young> young_;
  std::vector<std::vector<std::unique_ptr<Run>>> levels_;  // of each the oldest run first
};

// From ids, which are hashes, to values, in bounded memory however many there are. One thread at a
// time.
template <class Key, class Value>
class IdTable {
  static_assert(std::has_unique_object_representations_v<Key> && sizeof(Key) >= 20);
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  explicit IdTable(Scratch scratch = {}) : rows_(sizeof(Key), sizeof(Row), std::move(scratch)) {}

  std::optional<Value> find(const Key& key) const {
    Row row;
    if (!rows_.find(bytes_of(key), reinterpret_cast<Byte*>(&row))) return std::nullopt;
    return row.value;
  }
  bool contains(const Key& key) const { return find(key).has_value(); }

  // False, and nothing changed, where the key is there already.
  bool insert(const Key& key, const Value& value) {
    if (contains(key)) return false;
    const Row row{key, value};
    rows_.add(reinterpret_cast<const Byte*>(&row));
    return true;
  }
  // In place of what was there.
  void assign(const Key& key, const Value& value) {
    const Row row{key, value};
    rows_.put(reinterpret_cast<const Byte*>(&row));
  }
  std::uint64_t size() const noexcept { return rows_.size(); }

  // visit(key, value) of all, by the bytes of their keys.
  template <class Visit>
  void visit(Visit visit) {
    rows_.visit([&](const Byte* bytes) {
      Row row;
      std::memcpy(&row, bytes, sizeof row);
      visit(row.key, row.value);
    });
  }

 private:
  struct Row {
    Key key{};
    Value value{};
  };
  static const Byte* bytes_of(const Key& key) { return reinterpret_cast<const Byte*>(&key); }

  HashRows rows_;
};

}  // namespace hn::store
