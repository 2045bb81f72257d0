#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "hn/base/result.hpp"
#include "hn/object/id.hpp"
#include "hn/os/file_system.hpp"

// Where in a pack each block lies (hn-store(5), INDEXES): sorted addresses behind a fanout by first
// byte. Derived from the pack; a missing or damaged one is made again.
namespace hn::store {

struct IndexRow {
  object::Address address;
  std::uint8_t depth = 0;    // of the record; not in the file
  std::uint64_t offset = 0;  // of the record in its pack
  std::uint32_t length = 0;  // of the record; not in the file
  friend auto operator<=>(const IndexRow&, const IndexRow&) = default;
};

// Sorted by address, each once: of several copies the one of least depth (hn-store(5), CHAINS).
std::vector<IndexRow> sorted_unique(std::vector<IndexRow> rows);

// `rows` as sorted_unique() gives them.
Bytes encode_index(std::span<const IndexRow> rows, std::uint64_t pack_bytes);

// The same, written in pieces, for rows that are too many for memory. `visit` calls what it is
// given with each row, sorted by address, each once; it is asked twice.
using VisitRow = std::function<void(const object::Address& address, std::uint64_t offset)>;
void write_index_rows(os::File& file, std::size_t rows, std::uint64_t pack_bytes,
                      const std::function<void(const VisitRow&)>& visit);

// Its length for so many rows.
std::size_t encoded_index_bytes(std::size_t rows) noexcept;

// Reads an index in place. The bytes outlive it.
class IndexView {
 public:
  // Checks size, head and fanout; not the rows, which check_rows() reads in full.
  static Result<IndexView> open(ByteView bytes, std::uint64_t pack_bytes) noexcept;
  Result<void> check_rows() const noexcept;

  std::size_t size() const noexcept { return count_; }
  object::Address address(std::size_t i) const noexcept;
  std::uint64_t offset(std::size_t i) const noexcept;
  // The offset of the record of an address.
  std::optional<std::uint64_t> find(const object::Address& address) const noexcept;
  // The rows among which an address may be, and near which of them it is likely to be.
  struct Guess {
    std::size_t low = 0;
    std::size_t high = 0;
    std::size_t row = 0;
  };
  Guess guess(const object::Address& address) const noexcept;
  // Where in the index the address and the offset of a row stand.
  static std::uint64_t address_at(std::size_t row) noexcept;
  std::uint64_t offset_at(std::size_t row) const noexcept;
  // The first row whose address is not less.
  std::size_t lower_bound(const object::Address& address) const noexcept;

 private:
  IndexView(ByteView bytes, std::size_t count) noexcept : bytes_(bytes), count_(count) {}
  ByteView address_bytes(std::size_t i) const noexcept;
  std::uint32_t fanout(std::size_t first_byte) const noexcept;

  ByteView bytes_;
  std::size_t count_;
};

}  // namespace hn::store
