#pragma once

#include <map>
#include <span>
#include <vector>

#include "hn/net/sync_event.hpp"

namespace hn::net {

// Peers of which is remembered that the other end knows where they are: those of the largest mesh,
// several times over, for a few kilobytes. What is forgotten is said once more.
inline constexpr std::size_t kToldPlacesMax = 256;

// What the other end of a session is to be told of places: what neither end has said there yet. In
// a mesh all know all, and each would be told of each by everybody else.
class ToldPlaces {
 public:
  ToldPlaces(const crypto::TransportKey& own, const crypto::TransportKey& peer)
      : own_(own), peer_(peer) {}

  // The other end has said these.
  void heard(std::span<const PeerPlaces> rows);
  // Those of `all` (by key) that are news there; they count as said.
  std::vector<PeerPlaces> take_news(std::span<const PeerPlaces> all);

 private:
  bool knows(const PeerPlaces& row) const;
  void note(const PeerPlaces& row);

  crypto::TransportKey own_, peer_;
  std::map<crypto::TransportKey, std::vector<PeerAddress>> known_;
};

}  // namespace hn::net
