#include "hn/node/address.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <charconv>
#include <cstring>

#include "hn/base/error.hpp"
#include "node/endpoint_address.hpp"

namespace hn::node {
namespace {

// A name is the resolver's to judge; but what no name has must not be printed or asked for.
bool may_be_host(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '[' || c == ']';
  });
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  HostPort out;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    if (out.host.find(':') == std::string::npos || !may_be_host(out.host)) return std::nullopt;
    text.remove_prefix(close + 1);
    if (text.empty()) return out;
    if (text.front() != ':') return std::nullopt;
    port = text.substr(1);
  } else {
    const std::size_t colon = text.rfind(':');
    out.host = text.substr(0, colon);
    if (!may_be_host(out.host)) return std::nullopt;
    if (colon == std::string_view::npos)
      return out.host.empty() ? std::nullopt : std::optional(out);
    if (out.host.find(':') != std::string::npos) return std::nullopt;  // IPv6 wants brackets
    port = text.substr(colon + 1);
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  return out;
}

net::PeerAddress pack(const asio::ip::udp::endpoint& endpoint) {
  const asio::ip::address& address = endpoint.address();
  const auto v6 = address.is_v6()
                      ? address.to_v6().to_bytes()
                      : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
  std::array<Byte, 18> bytes{};
  std::memcpy(bytes.data(), v6.data(), v6.size());
  bytes[16] = static_cast<Byte>(endpoint.port() >> 8);
  bytes[17] = static_cast<Byte>(endpoint.port());
  return *net::PeerAddress::from(bytes);
}

std::optional<asio::ip::udp::endpoint> unpack(const net::PeerAddress& address) {
  const ByteView bytes = address.bytes();
  if (bytes.size() != 18) return std::nullopt;
  asio::ip::address_v6::bytes_type v6{};
  std::memcpy(v6.data(), bytes.data(), v6.size());
  const auto port = static_cast<std::uint16_t>(bytes[16] << 8 | bytes[17]);
  return asio::ip::udp::endpoint(asio::ip::address_v6(v6), port);
}

std::string to_text(const net::PeerAddress& address) {
  const auto endpoint = unpack(address);
  if (!endpoint) return "pipe";
  const asio::ip::address_v6 v6 = endpoint->address().to_v6();
  const std::string port = ":" + std::to_string(endpoint->port());
  if (v6.is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string() + port;
  return "[" + v6.to_string() + "]" + port;
}

bool is_loopback(const net::PeerAddress& address) {
  const auto endpoint = unpack(address);
  if (!endpoint) return false;
  const asio::ip::address_v6 v6 = endpoint->address().to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).is_loopback();
  return v6.is_loopback();
}

bool may_be_called(const net::PeerAddress& address, bool over_loopback) {
  const auto endpoint = unpack(address);
  if (!endpoint || endpoint->port() == 0) return false;
  if (is_loopback(address)) return over_loopback;
  const asio::ip::address_v6 v6 = endpoint->address().to_v6();
  if (!v6.is_v4_mapped()) return !v6.is_multicast() && !v6.is_unspecified() && !v6.is_link_local();
  constexpr std::uint32_t kLinkLocal = 0xa9fe0000;  // 169.254.0.0/16
  const auto v4 = asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  return !v4.is_multicast() && !v4.is_unspecified() && v4 != asio::ip::address_v4::broadcast() &&
         (v4.to_uint() & 0xffff0000U) != kLinkLocal;
}

bool is_global(const net::PeerAddress& address) {
  if (!may_be_called(address, false)) return false;
  const asio::ip::address_v6 v6 = unpack(address)->address().to_v6();
  if (!v6.is_v4_mapped()) return (v6.to_bytes()[0] & 0xfeU) != 0xfcU;
  const std::uint32_t v4 = asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_uint();
  const auto within = [&](std::uint32_t net, unsigned bits) {
    return (v4 >> (32 - bits)) == (net >> (32 - bits));
  };
  return !within(0x0a000000, 8) && !within(0xac100000, 12) && !within(0xc0a80000, 16) &&
         !within(0x64400000, 10);
}

bool all_at(const std::vector<std::optional<net::PeerAddress>>& places, std::uint16_t port) {
  return !places.empty() && std::ranges::all_of(places, [&](const auto& place) {
    return place && port_of(*place) == port;
  });
}

std::uint16_t port_of(const net::PeerAddress& address) {
  const auto endpoint = unpack(address);
  return endpoint ? endpoint->port() : std::uint16_t{0};
}

net::PeerAddress with_port(const net::PeerAddress& address, std::uint16_t port) {
  auto endpoint = unpack(address);
  if (!endpoint) return address;
  endpoint->port(port);
  return pack(*endpoint);
}

std::optional<net::PeerAddress> numeric_address(std::string_view text) {
  const auto parsed = parse_host_port(text);
  if (!parsed) return std::nullopt;
  asio::error_code error;
  const asio::ip::address address = asio::ip::make_address(parsed->host, error);
  if (error) return std::nullopt;
  return pack(asio::ip::udp::endpoint(address, parsed->port));
}

net::PeerAddress pipe_address() {
  const Byte zero = 0;
  return *net::PeerAddress::from({&zero, 1});
}

std::vector<net::PeerAddress> resolve(const HostPort& target) {
  asio::io_context context;
  asio::ip::udp::resolver resolver(context);
  asio::error_code error;
  const auto found = resolver.resolve(target.host, std::to_string(target.port), error);
  std::vector<net::PeerAddress> out;
  if (!error) {
    for (const auto& entry : found) out.push_back(pack(entry.endpoint()));
  }
  if (out.empty()) {
    throw Failure(Code::unreachable, "the name " + target.host + " leads to no address",
                  "check its spelling, or give an address: HOST:PORT");
  }
  return out;
}

std::vector<std::string> own_addresses(std::uint16_t port) {
  ifaddrs* list = nullptr;
  std::vector<std::string> others;
  std::vector<std::string> loopback;
  if (getifaddrs(&list) != 0) return {};
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
    asio::ip::address address;
    if (at->ifa_addr->sa_family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, at->ifa_addr, sizeof in);
      address = asio::ip::address_v4(ntohl(in.sin_addr.s_addr));
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 in{};
      std::memcpy(&in, at->ifa_addr, sizeof in);
      asio::ip::address_v6::bytes_type bytes{};
      std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
      if (asio::ip::address_v6(bytes).is_link_local()) continue;  // means nothing elsewhere
      address = asio::ip::address_v6(bytes);
    } else {
      continue;
    }
    const std::string host =
        address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    (address.is_loopback() ? loopback : others).push_back(host + ":" + std::to_string(port));
  }
  freeifaddrs(list);
  return others.empty() ? loopback : others;
}

}  // namespace hn::node
