#include "node/datagram_batch.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace hn::node {
namespace {

constexpr std::size_t kAddressBytes = 18;  // 16 of IPv6, 2 of port

// Asking for no segmentation at all is refused by a kernel that does not know it.
bool kernel_cuts_runs(int socket) {
  const int none = 0;
  return setsockopt(socket, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none) == 0;
}

bool is_full(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

void say_segment_size(msghdr& message, std::span<Byte> control, std::size_t bytes) {
  const auto size = static_cast<std::uint16_t>(bytes);
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(sizeof size);
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = IPPROTO_UDP;
  head->cmsg_type = UDP_SEGMENT;
  head->cmsg_len = CMSG_LEN(sizeof size);
  std::memcpy(CMSG_DATA(head), &size, sizeof size);
}

// Of the datagrams that the kernel joined; 0 where it joined none.
std::size_t joined_size(const msghdr& message) {
  msghdr copy = message;
  for (cmsghdr* at = CMSG_FIRSTHDR(&copy); at != nullptr; at = CMSG_NXTHDR(&copy, at)) {
    if (at->cmsg_level != IPPROTO_UDP || at->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(at), sizeof size);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  return 0;
}

}  // namespace

DatagramBatch::DatagramBatch(int socket, bool v4, Runs runs) : socket_(socket), v4_(v4) {
  if (runs == Runs::never) return;
  runs_ = kernel_cuts_runs(socket);
  const int yes = 1;
  setsockopt(socket, IPPROTO_UDP, UDP_GRO, &yes, sizeof yes);
}

// How many of the first datagrams may go as one: all of one size but the last, which may be
// shorter.
std::size_t DatagramBatch::run_length(std::span<const net::Datagram> datagrams) const noexcept {
  const net::Datagram& first = datagrams.front();
  if (!runs_ || singly_ > 0) return 1;
  const std::size_t most = std::min(
      {datagrams.size(), kRunDatagrams, kRunBytes / std::max<std::size_t>(first.bytes.size(), 1)});
  std::size_t n = 1;
  while (n < most && datagrams[n].to == first.to &&
         datagrams[n].bytes.size() <= first.bytes.size()) {
    ++n;
    if (datagrams[n - 1].bytes.size() < first.bytes.size()) break;
  }
  return n;
}

// 0 for an address that no socket reaches.
socklen_t DatagramBatch::write_name(const net::PeerAddress& to, Name& name) const noexcept {
  const ByteView bytes = to.bytes();
  if (bytes.size() != kAddressBytes) return 0;
  name = {};
  if (v4_) {
    name.v4.sin_family = AF_INET;
    std::memcpy(&name.v4.sin_addr, bytes.data() + 12, 4);
    std::memcpy(&name.v4.sin_port, bytes.data() + 16, 2);
    return sizeof name.v4;
  }
  name.v6.sin6_family = AF_INET6;
  std::memcpy(&name.v6.sin6_addr, bytes.data(), 16);
  std::memcpy(&name.v6.sin6_port, bytes.data() + 16, 2);
  return sizeof name.v6;
}

net::PeerAddress DatagramBatch::read_name(const Name& name) const noexcept {
  std::array<Byte, kAddressBytes> bytes{};
  if (name.any.sa_family == AF_INET) {
    bytes[10] = bytes[11] = 0xff;  // an IPv4 address as IPv6 writes it
    std::memcpy(bytes.data() + 12, &name.v4.sin_addr, 4);
    std::memcpy(bytes.data() + 16, &name.v4.sin_port, 2);
  } else {
    std::memcpy(bytes.data(), &name.v6.sin6_addr, 16);
    std::memcpy(bytes.data() + 16, &name.v6.sin6_port, 2);
  }
  return *net::PeerAddress::from(bytes);
}

std::size_t DatagramBatch::send(std::span<const net::Datagram> datagrams) {
  std::size_t done = 0;
  bool full = false;
  while (done < datagrams.size() && !full) done += send_some(datagrams.subspan(done), full);
  return done;
}

// Lays out the first datagrams as messages, as many as one call takes; how many messages.
std::size_t DatagramBatch::fill(std::span<const net::Datagram> datagrams) noexcept {
  const std::size_t most = std::min(datagrams.size(), kMessages);
  std::size_t messages = 0;
  for (std::size_t at = 0; at < most; ++messages) {
    const std::size_t run = run_length(datagrams.subspan(at, most - at));
    const socklen_t name = write_name(datagrams[at].to, names_[messages]);
    if (name == 0) break;
    for (std::size_t i = at; i < at + run; ++i) {
      // The kernel only reads them.
      pieces_[i] = {const_cast<Byte*>(datagrams[i].bytes.data()), datagrams[i].bytes.size()};
    }
    msghdr& head = messages_[messages].msg_hdr;
    head = {};
    head.msg_name = &names_[messages];
    head.msg_namelen = name;
    head.msg_iov = &pieces_[at];
    head.msg_iovlen = run;
    if (run > 1) say_segment_size(head, controls_[messages].bytes, datagrams[at].bytes.size());
    lengths_[messages] = run;
    at += run;
    if (singly_ > 0) break;
  }
  return messages;
}

std::size_t DatagramBatch::send_some(std::span<const net::Datagram> datagrams,
                                     bool& full) noexcept {
  const std::size_t messages = fill(datagrams);
  if (messages == 0) return 1;
  const int sent = sendmmsg(socket_, messages_.data(), static_cast<unsigned>(messages), 0);
  if (sent > 0) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(sent); ++i) done += lengths_[i];
    singly_ -= std::min(singly_, done);
    return done;
  }
  const int error = errno;
  full = is_full(error);
  if (full) return 0;
  if (lengths_[0] == 1) {
    singly_ -= std::min<std::size_t>(singly_, 1);
    return 1;  // a lost packet
  }
  // A network card that makes no checksums takes no runs (EIO); or one of these is larger than what
  // the path carries, and must not take the others with it.
  if (error == EIO) runs_ = false;
  singly_ = lengths_[0];
  return 0;
}

void DatagramBatch::deliver(std::size_t message, const Received& received) {
  const mmsghdr& m = messages_[message];
  const net::PeerAddress from = read_name(names_[message]);
  ByteView bytes(room_.data() + message * kDatagramMax, m.msg_len);
  const std::size_t size = joined_size(m.msg_hdr);
  while (size > 0 && bytes.size() > size) {
    received(from, bytes.first(size));
    bytes = bytes.subspan(size);
  }
  received(from, bytes);
}

bool DatagramBatch::receive(const Received& received) {
  for (std::size_t i = 0; i < kReceived; ++i) {
    pieces_[i] = {room_.data() + i * kDatagramMax, kDatagramMax};
    msghdr& head = messages_[i].msg_hdr;
    head = {};
    head.msg_name = &names_[i];
    head.msg_namelen = sizeof names_[i];
    head.msg_iov = &pieces_[i];
    head.msg_iovlen = 1;
    head.msg_control = controls_[i].bytes.data();
    head.msg_controllen = kControlBytes;
  }
  const int count = recvmmsg(socket_, messages_.data(), kReceived, MSG_DONTWAIT, nullptr);
  // Any other error is of a packet that was sent before: nobody is there.
  if (count < 0) return !is_full(errno);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) deliver(i, received);
  return static_cast<std::size_t>(count) == kReceived;
}

}  // namespace hn::node
