#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <span>

#include "hn/net/address.hpp"

namespace hn::node {

// Many datagrams of one UDP socket in one system call: sendmmsg and recvmmsg, and where the kernel
// can, runs of datagrams of one size for one receiver as one piece of work for it (UDP_SEGMENT,
// UDP_GRO; de Bruijn, Optimizing UDP for content delivery, 2018).
class DatagramBatch {
 public:
  enum class Runs { where_possible, never };

  // The socket is another's and does not block. `v4` where it is not one of IPv6.
  DatagramBatch(int socket, bool v4, Runs runs = Runs::where_possible);

  // Gives the kernel datagrams from the first on and answers how many are done with: sent, or lost
  // like a packet on the way. Fewer than all where the socket has no room.
  std::size_t send(std::span<const net::Datagram> datagrams);

  // Takes what has come, at most a batch. False where nothing more waits.
  using Received = std::function<void(const net::PeerAddress& from, ByteView datagram)>;
  bool receive(const Received& received);

 private:
  static constexpr std::size_t kMessages = 64;      // of one call
  static constexpr std::size_t kReceived = 16;      // buffers for what comes in one call
  static constexpr std::size_t kRunDatagrams = 64;  // UDP_MAX_SEGMENTS of all kernels that know it
  static constexpr std::size_t kRunBytes = 63'000;  // an IP packet less its headers, and some
  static constexpr std::size_t kDatagramMax = 65'536;
  static constexpr std::size_t kControlBytes = 64;

  union Name {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  struct alignas(cmsghdr) Control {
    std::array<Byte, kControlBytes> bytes;
  };

  std::size_t run_length(std::span<const net::Datagram> datagrams) const noexcept;
  socklen_t write_name(const net::PeerAddress& to, Name& name) const noexcept;
  net::PeerAddress read_name(const Name& name) const noexcept;
  std::size_t fill(std::span<const net::Datagram> datagrams) noexcept;
  std::size_t send_some(std::span<const net::Datagram> datagrams, bool& full) noexcept;
  void deliver(std::size_t message, const Received& received);

  int socket_;
  bool v4_;
  bool runs_ = false;
  std::size_t singly_ = 0;  // so many datagrams of a run that was refused go one by one

  std::array<mmsghdr, kMessages> messages_{};
  std::array<iovec, kMessages> pieces_{};
  std::array<Name, kMessages> names_{};
  std::array<Control, kMessages> controls_{};
  std::array<std::size_t, kMessages> lengths_{};  // of the runs
  Bytes room_ = Bytes(kReceived * kDatagramMax);
};

}  // namespace hn::node
