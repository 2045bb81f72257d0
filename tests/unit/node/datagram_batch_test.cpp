#include "node/datagram_batch.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace hn::node {
namespace {

// A socket of IPv4 on this machine, and what came to it.
class Port {
 public:
  explicit Port(DatagramBatch::Runs runs)
      : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), batch(socket_, true, runs) {
    const int room = 1 << 20;
    REQUIRE(setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof name;
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&name), length) == 0);
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &length) == 0);
    std::array<Byte, 18> bytes{};
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &name.sin_addr, 4);
    std::memcpy(bytes.data() + 16, &name.sin_port, 2);
    address = *net::PeerAddress::from(bytes);
  }
  ~Port() { close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  // Until so many came, or nothing for a second.
  void receive(std::size_t count) {
    pollfd readable{socket_, POLLIN, 0};
    while (came.size() < count && poll(&readable, 1, 1000) > 0) {
      batch.receive([&](const net::PeerAddress& from, ByteView bytes) {
        came.push_back(to_bytes(bytes));
        senders.push_back(from);
      });
    }
  }

 private:
  int socket_;

 public:
  DatagramBatch batch;
  net::PeerAddress address;
  std::vector<Bytes> came;
  std::vector<net::PeerAddress> senders;
};

net::Datagram datagram(const Port& to, std::size_t size, unsigned mark) {
  net::Datagram out{to.address, Bytes(size)};
  for (std::size_t i = 0; i < size; ++i) out.bytes[i] = static_cast<Byte>(mark * 31 + i * 7);
  return out;
}

std::vector<Bytes> bytes_for(const Port& to, const std::vector<net::Datagram>& datagrams) {
  std::vector<Bytes> out;
  for (const net::Datagram& d : datagrams)
    if (d.to == to.address) out.push_back(d.bytes);
  return out;
}

TEST_CASE("datagrams of any sizes come apart as they were, in order, to whom they were sent") {
  for (const auto runs : {DatagramBatch::Runs::where_possible, DatagramBatch::Runs::never}) {
    Port from(runs);
    Port a(runs);
    Port b(runs);
    std::vector<net::Datagram> out;
    unsigned mark = 0;
    // Runs that end in a shorter one, rise, change the receiver, and are longer than one call.
    for (const std::size_t size : {1200U, 1200U, 700U, 1200U, 1452U, 1452U, 30U, 30U, 31U, 1U})
      out.push_back(datagram(a, size, ++mark));
    for (int i = 0; i < 5; ++i) out.push_back(datagram(i % 2 == 0 ? a : b, 900, ++mark));
    for (int i = 0; i < 100; ++i) out.push_back(datagram(b, 1000, ++mark));
    CHECK(from.batch.send(out) == out.size());
    const auto for_a = bytes_for(a, out);
    const auto for_b = bytes_for(b, out);
    a.receive(for_a.size());
    b.receive(for_b.size());
    CHECK(a.came == for_a);
    CHECK(b.came == for_b);
    for (const net::PeerAddress& sender : a.senders) CHECK(sender == from.address);
  }
}

TEST_CASE("a datagram that cannot leave is lost alone") {
  Port from(DatagramBatch::Runs::where_possible);
  Port to(DatagramBatch::Runs::where_possible);
  std::vector<net::Datagram> out;
  for (unsigned i = 0; i < 4; ++i) out.push_back(datagram(to, 1000, i));
  out.push_back(datagram(to, 65'530, 4));                             // longer than UDP carries
  out.push_back({*net::PeerAddress::from(Bytes{0}), Bytes(100, 1)});  // no socket's address
  for (unsigned i = 6; i < 9; ++i) out.push_back(datagram(to, 1000, i));
  CHECK(from.batch.send(out) == out.size());
  out.erase(out.begin() + 4, out.begin() + 6);
  to.receive(out.size());
  CHECK(to.came == bytes_for(to, out));
}

}  // namespace
}  // namespace hn::node
