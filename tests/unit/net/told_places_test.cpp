#include "net/told_places.hpp"

#include <doctest/doctest.h>

namespace hn::net {
namespace {

crypto::TransportKey key(int n) {
  crypto::TransportKey out;
  out.bytes[0] = static_cast<Byte>(n >> 8);
  out.bytes[1] = static_cast<Byte>(n);
  return out;
}

PeerPlaces at(int peer, std::initializer_list<int> hosts) {
  PeerPlaces out{key(peer), {}};
  for (const int host : hosts) {
    std::array<Byte, kPlaceBytes> bytes{};
    bytes.back() = static_cast<Byte>(host);
    out.addresses.push_back(*PeerAddress::from(bytes));
  }
  return out;
}

using Rows = std::vector<PeerPlaces>;

constexpr int kOwn = 1, kPeer = 2;

TEST_CASE("a place is news until one end has said it") {
  ToldPlaces told(key(kOwn), key(kPeer));
  told.heard(Rows{at(3, {3, 4})});
  CHECK(told.take_news(Rows{at(3, {4}), at(5, {5})}) == Rows{at(5, {5})});
  CHECK(told.take_news(Rows{at(3, {4}), at(5, {5})}).empty());
  CHECK(told.take_news(Rows{at(3, {6}), at(5, {5})}) == Rows{at(3, {6})});
}

TEST_CASE("nobody is told where itself is") {
  ToldPlaces told(key(kOwn), key(kPeer));
  CHECK(told.take_news(Rows{at(kPeer, {2}), at(3, {3})}) == Rows{at(3, {3})});
}

TEST_CASE("an end says itself that it listens, whoever else has said so") {
  ToldPlaces told(key(kOwn), key(kPeer));
  told.heard(Rows{at(kOwn, {1})});
  CHECK(told.take_news(Rows{at(kOwn, {1})}) == Rows{at(kOwn, {1})});
  CHECK(told.take_news(Rows{at(kOwn, {1})}).empty());
}

TEST_CASE("whoever says many places makes this end remember no more than some") {
  ToldPlaces told(key(kOwn), key(kPeer));
  const int many = 2 * static_cast<int>(kToldPlacesMax);
  for (int n = 10; n < many; ++n) told.heard(Rows{at(n, {n & 0xff})});
  CHECK_FALSE(told.take_news(Rows{at(many - 1, {(many - 1) & 0xff})}).empty());
  CHECK(told.take_news(Rows{at(many - 1, {(many - 1) & 0xff})}).empty());
}

}  // namespace
}  // namespace hn::net
