// hn-sync(7), PLACES.
#include "net/told_places.hpp"

#include <algorithm>

namespace hn::net {

bool ToldPlaces::knows(const PeerPlaces& row) const {
  const auto at = known_.find(row.key);
  return at != known_.end() && std::ranges::all_of(row.addresses, [&](const PeerAddress& a) {
           return std::ranges::find(at->second, a) != at->second.end();
         });
}

// What was said first is the least likely to be there still.
void ToldPlaces::note(const PeerPlaces& row) {
  std::vector<PeerAddress> addresses = row.addresses;
  for (const PeerAddress& before : known_[row.key])
    if (std::ranges::find(addresses, before) == addresses.end()) addresses.push_back(before);
  if (addresses.size() > kPlacesOfPeerMax) addresses.resize(kPlacesOfPeerMax);
  known_[row.key] = std::move(addresses);
}

// That others say where this end is does not say that it listens there: that it says itself.
void ToldPlaces::heard(std::span<const PeerPlaces> rows) {
  for (const PeerPlaces& row : rows)
    if (row.key != own_ && (known_.size() < kToldPlacesMax || known_.contains(row.key))) note(row);
}

std::vector<PeerPlaces> ToldPlaces::take_news(std::span<const PeerPlaces> all) {
  if (known_.size() + all.size() > kToldPlacesMax)
    std::erase_if(known_, [&](const auto& one) {
      return !std::ranges::binary_search(all, one.first, {}, &PeerPlaces::key);
    });
  std::vector<PeerPlaces> news;
  for (const PeerPlaces& row : all) {
    if (row.key == peer_ || knows(row)) continue;
    note(row);
    news.push_back(row);
  }
  return news;
}

}  // namespace hn::net
