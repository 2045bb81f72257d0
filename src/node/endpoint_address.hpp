#pragma once

#include <asio/ip/udp.hpp>

#include "hn/net/address.hpp"

namespace hn::node {

// 16 bytes of IPv6 (IPv4 mapped) and 2 of port, big endian.
net::PeerAddress pack(const asio::ip::udp::endpoint& endpoint);
// nullopt for a pipe's address.
std::optional<asio::ip::udp::endpoint> unpack(const net::PeerAddress& address);

}  // namespace hn::node
