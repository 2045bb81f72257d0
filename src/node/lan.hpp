#pragma once

#include <array>
#include <functional>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>

#include "hn/net/address.hpp"

namespace hn::node {

// Datagrams to whoever listens in the networks that this machine is part of (multicast, IPv4 and
// IPv6, one hop). Several programs of one machine may listen at once. A machine without such a
// network hears nothing, and that is no error.
class Lan {
 public:
  using Heard = std::function<void(ByteView datagram, const net::PeerAddress& from)>;

  Lan(asio::io_context& context, Heard heard);

  // Joins the networks that the machine has come into since.
  void join();
  void say(ByteView datagram);

 private:
  // What belongs to one version of IP.
  struct Half {
    Half(asio::io_context& context, const asio::ip::udp::endpoint& group);
    asio::ip::udp::socket socket;
    asio::ip::udp::endpoint group;
    asio::ip::udp::endpoint from;
    std::array<Byte, 256> buffer{};
  };

  void receive(Half& half);

  Heard heard_;
  Half v4_;
  Half v6_;
};

}  // namespace hn::node
