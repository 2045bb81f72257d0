#include "store/catalog.hpp"

#include <algorithm>
#include <tuple>

#include "hn/base/error.hpp"

namespace hn::store {
namespace {

std::size_t bucket_of(const object::Address& address) {
  return std::size_t{address.bytes[0]} << 8U | address.bytes[1];
}

// A row before its base has become a number.
struct Scanned {
  CatalogRow row;
  std::optional<object::Address> base;
};

Failure damaged(const Pack& pack) {
  return {Code::damaged, "pack " + std::to_string(pack.number()) + " is damaged",
          "nothing was removed; hn fsck says what is damaged"};
}

void scan(const Pack& pack, std::uint16_t place, std::vector<Scanned>& out) {
  const auto walked = pack.each_head([&](const RecordHead& head, std::uint64_t offset) {
    CatalogRow row;
    row.address = head.address;
    row.offset = offset;
    row.length = static_cast<std::uint32_t>(head.size());
    row.pack = place;
    row.kind = head.kind;
    row.depth = head.depth;
    out.push_back({row, head.base});
  });
  if (!walked) throw damaged(pack);
}

}  // namespace

Catalog::Catalog(std::vector<std::shared_ptr<const Pack>> packs) : packs_(std::move(packs)) {
  std::vector<Scanned> all;
  for (std::size_t i = 0; i < packs_.size(); ++i)
    scan(*packs_[i], static_cast<std::uint16_t>(i), all);
  std::sort(all.begin(), all.end(), [](const Scanned& a, const Scanned& b) {
    return std::tie(a.row.address, a.row.depth, a.row.pack, a.row.offset) <
           std::tie(b.row.address, b.row.depth, b.row.pack, b.row.offset);
  });
  const auto same = [](const Scanned& a, const Scanned& b) {
    return a.row.address == b.row.address;
  };
  const auto end = std::unique(all.begin(), all.end(), same);
  copies_ = static_cast<std::uint64_t>(all.end() - end);
  all.erase(end, all.end());
  rows_.reserve(all.size());
  fanout_.assign((std::size_t{1} << 16U) + 1, static_cast<std::uint32_t>(all.size()));
  for (const Scanned& scanned : all) rows_.push_back(scanned.row);
  for (std::size_t i = rows_.size(); i-- > 0;)
    fanout_[bucket_of(rows_[i].address)] = static_cast<std::uint32_t>(i);
  for (std::size_t b = fanout_.size() - 1; b-- > 0;)
    fanout_[b] = std::min(fanout_[b], fanout_[b + 1]);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].base) continue;
    const CatalogRow* base = find(*all[i].base);
    if (base == nullptr || base->depth >= all[i].row.depth) throw damaged(*packs_[rows_[i].pack]);
    rows_[i].base = static_cast<std::uint32_t>(base - rows_.data());
  }
}

const CatalogRow* Catalog::find(const object::Address& address) const noexcept {
  const std::size_t bucket = bucket_of(address);
  const auto first = rows_.begin() + fanout_[bucket];
  const auto last = rows_.begin() + fanout_[bucket + 1];
  const auto at = std::lower_bound(
      first, last, address,
      [](const CatalogRow& row, const object::Address& wanted) { return row.address < wanted; });
  return at == last || at->address != address ? nullptr : &*at;
}

CatalogRow* Catalog::find(const object::Address& address) noexcept {
  return const_cast<CatalogRow*>(std::as_const(*this).find(address));
}

std::uint32_t Catalog::kept_base(const CatalogRow& row) const noexcept {
  std::uint32_t at = row.base;
  while (at != CatalogRow::kNone && !rows_[at].kept) at = rows_[at].base;
  return at;
}

}  // namespace hn::store
