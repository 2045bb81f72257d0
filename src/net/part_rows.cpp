// hn-sync(7), MANIFESTS.
#include "net/part_rows.hpp"

#include <algorithm>
#include <cstring>

namespace hn::net {

PartRows::Place PartRows::place_of(const object::Address& address, std::uint32_t row) noexcept {
  Place p;
  std::memcpy(&p.high, address.bytes.data(), sizeof p.high);
  std::memcpy(&p.low, address.bytes.data() + sizeof p.high, sizeof p.low);
  p.row = row;
  return p;
}

std::optional<PartRows> PartRows::read(const object::BlockReader& reader,
                                       const log::ManifestRoot& manifest, const Has& has) {
  PartRows out;
  for (std::uint64_t at = 0; at < manifest.rows; at += log::kManifestRowsPerNode) {
    const auto rows = log::read_rows(reader, manifest, at, log::kManifestRowsPerNode);
    if (!rows) return std::nullopt;
    for (const log::ManifestRow& row : *rows) {
      out.places_.push_back(place_of(row.address, static_cast<std::uint32_t>(out.here_.size())));
      out.here_.push_back(has(row.address));
    }
  }
  std::ranges::sort(out.places_);
  return out;
}

void PartRows::add(const object::Address& address) {
  const Place first = place_of(address, 0);
  for (auto at = std::ranges::lower_bound(places_, first);
       at != places_.end() && at->high == first.high && at->low == first.low; ++at) {
    if (here_[at->row]) continue;
    here_[at->row] = true;
    changed_ = true;
  }
}

const std::vector<RowRange>& PartRows::ranges() {
  if (!std::exchange(changed_, false)) return ranges_;
  ranges_.clear();
  for (std::uint64_t row = 0; row < here_.size(); ++row) {
    if (!here_[row]) continue;
    if (!ranges_.empty() && ranges_.back().first + ranges_.back().count == row)
      ++ranges_.back().count;
    else if (ranges_.size() < kRequestRangesMax)
      ranges_.push_back({row, 1});
    else
      break;
  }
  return ranges_;
}

}  // namespace hn::net
