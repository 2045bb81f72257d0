#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "hn/log/manifest.hpp"
#include "net/sync_wire.hpp"

namespace hn::net {

// Which rows of one manifest have blocks that are here: looked for once, then known by what comes.
// Twelve bytes and a bit for each row.
class PartRows {
 public:
  using Has = std::function<bool(const object::Address&)>;
  // nullopt while a node of the manifest is not here.
  static std::optional<PartRows> read(const object::BlockReader& reader,
                                      const log::ManifestRoot& manifest, const Has& has);

  // A block that is here by now, of this manifest or another.
  void add(const object::Address& address);
  // Ascending, apart from each other; at most kRequestRangesMax.
  const std::vector<RowRange>& ranges();

 private:
  // By the first 8 bytes of an address. Who finds addresses that begin alike makes this end promise
  // a row that it lacks, and is answered that it is absent.
  struct Place {
    std::uint32_t high = 0, low = 0;
    std::uint32_t row = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  static Place place_of(const object::Address& address, std::uint32_t row) noexcept;

  std::vector<Place> places_;  // sorted
  std::vector<bool> here_;
  std::vector<RowRange> ranges_;
  bool changed_ = true;
};

}  // namespace hn::net
