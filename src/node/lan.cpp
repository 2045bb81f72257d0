// Groups and port: hn-protocol(7), BEACONS.
#include "node/lan.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <cstring>
#include <optional>
#include <set>
#include <tuple>

#include <asio/ip/multicast.hpp>
#include <asio/ip/v6_only.hpp>

#include "node/endpoint_address.hpp"

namespace hn::node {
namespace {

using asio::ip::udp;

constexpr std::uint16_t kPort = 4698;
// Of the local scope (RFC 2365), and transient of the link (RFC 4291).
constexpr const char* kGroup4 = "239.255.72.78";
constexpr const char* kGroup6 = "ff12::686e";

struct Network {
  std::optional<asio::ip::address_v4> v4;
  unsigned index = 0;
  friend bool operator<(const Network& a, const Network& b) {
    return std::tie(a.v4, a.index) < std::tie(b.v4, b.index);
  }
};

// Interfaces that carry multicast: by address for IPv4, by number for IPv6.
std::set<Network> networks() {
  std::set<Network> out;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return out;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    constexpr unsigned kNeeded = IFF_UP | IFF_MULTICAST;
    if (at->ifa_addr == nullptr || (at->ifa_flags & kNeeded) != kNeeded) continue;
    if (at->ifa_addr->sa_family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, at->ifa_addr, sizeof in);
      out.insert({asio::ip::address_v4(ntohl(in.sin_addr.s_addr)), 0});
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      out.insert({std::nullopt, if_nametoindex(at->ifa_name)});
    }
  }
  freeifaddrs(list);
  return out;
}

}  // namespace

Lan::Half::Half(asio::io_context& context, const udp::endpoint& g) : socket(context), group(g) {
  asio::error_code error;
  socket.open(group.protocol(), error);
  if (error) return;
  socket.set_option(udp::socket::reuse_address(true), error);
  if (group.protocol() == udp::v6()) socket.set_option(asio::ip::v6_only(true), error);
  socket.bind(udp::endpoint(group.protocol(), group.port()), error);
  if (error) {
    socket.close(error);
    return;
  }
  socket.non_blocking(true);
  socket.set_option(asio::ip::multicast::hops(1), error);
  // Other users of this machine are peers like others.
  socket.set_option(asio::ip::multicast::enable_loopback(true), error);
}

Lan::Lan(asio::io_context& context, Heard heard)
    : heard_(std::move(heard)),
      v4_(context, {asio::ip::make_address(kGroup4), kPort}),
      v6_(context, {asio::ip::make_address(kGroup6), kPort}) {
  join();
  receive(v4_);
  receive(v6_);
}

// Where it has been joined already the system says so, and nothing changes.
void Lan::join() {
  asio::error_code ignored;
  for (const Network& network : networks()) {
    if (network.v4 && v4_.socket.is_open()) {
      v4_.socket.set_option(
          asio::ip::multicast::join_group(v4_.group.address().to_v4(), *network.v4), ignored);
    } else if (!network.v4 && v6_.socket.is_open()) {
      v6_.socket.set_option(
          asio::ip::multicast::join_group(v6_.group.address().to_v6(), network.index), ignored);
    }
  }
}

void Lan::say(ByteView datagram) {
  asio::error_code ignored;
  for (const Network& network : networks()) {
    Half& half = network.v4 ? v4_ : v6_;
    if (!half.socket.is_open()) continue;
    if (network.v4) {
      half.socket.set_option(asio::ip::multicast::outbound_interface(*network.v4), ignored);
    } else {
      half.socket.set_option(asio::ip::multicast::outbound_interface(network.index), ignored);
    }
    half.socket.send_to(asio::buffer(datagram.data(), datagram.size()), half.group, 0, ignored);
  }
}

void Lan::receive(Half& half) {
  if (!half.socket.is_open()) return;
  half.socket.async_receive_from(asio::buffer(half.buffer), half.from,
                                 [this, &half](const asio::error_code& error, std::size_t bytes) {
                                   if (error == asio::error::operation_aborted) return;
                                   if (!error)
                                     heard_(ByteView(half.buffer).first(bytes), pack(half.from));
                                   receive(half);
                                 });
}

}  // namespace hn::node
