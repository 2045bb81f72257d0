#pragma once

#include <vector>

#include "store/pack_set.hpp"

namespace hn::store {

// A record of the packs, and what is to become of it.
struct CatalogRow {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  object::Address address;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t base = kNone;  // a row
  std::uint16_t pack = 0;      // place among the packs of the catalog
  object::Kind kind = object::Kind::chunk;
  std::uint8_t depth = 0;
  std::uint8_t new_depth = 0;
  bool kept = false;
  bool written = false;
};

// Every block of some packs, each once (the copy of least depth), sorted by address. Takes some 64
// bytes a block: a store of ten million blocks 640 MB.
class Catalog {
 public:
  // Reads the heads of all records. Failure (damaged) where they do not follow one another.
  explicit Catalog(std::vector<std::shared_ptr<const Pack>> packs);

  std::vector<CatalogRow>& rows() noexcept { return rows_; }
  const std::vector<CatalogRow>& rows() const noexcept { return rows_; }
  CatalogRow* find(const object::Address& address) noexcept;
  const CatalogRow* find(const object::Address& address) const noexcept;
  const Pack& pack_of(const CatalogRow& row) const { return *packs_[row.pack]; }
  // Records that are in the packs once more.
  std::uint64_t copies() const noexcept { return copies_; }
  // The nearest block up the chain that is kept, or kNone.
  std::uint32_t kept_base(const CatalogRow& row) const noexcept;

 private:
  std::vector<std::shared_ptr<const Pack>> packs_;
  std::vector<CatalogRow> rows_;
  std::vector<std::uint32_t> fanout_;  // by the first two bytes: the first row that is not less
  std::uint64_t copies_ = 0;
};

}  // namespace hn::store
