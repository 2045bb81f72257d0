#include <asio/buffer.hpp>
#include <asio/ip/udp.hpp>
#include <asio/ip/v6_only.hpp>

#include "hn/base/error.hpp"
#include "node/endpoint_address.hpp"
#include "node/wire.hpp"

namespace hn::node {
namespace {

using asio::ip::udp;

// Large enough for a bandwidth-delay product of 100 Mbit/s and 300 ms; the kernel gives what its
// own limit allows.
constexpr int kSocketBufferBytes = 4 * 1024 * 1024;
// Datagrams taken in one go before timers and sending get their turn.
constexpr int kReceiveBurst = 64;
constexpr std::size_t kDatagramMax = 65536;

class UdpWire final : public Wire {
 public:
  UdpWire(asio::io_context& context, const HostPort& at) : socket_(context) {
    asio::error_code error;
    if (at.host.empty() || at.host == "::") {
      open_any(at.port, error);
    } else {
      const auto address = unpack(resolve(at).front())->address().to_v6();
      bind_to(udp::endpoint(address, at.port), error);
    }
    if (error) {
      throw Failure(Code::unreachable,
                    "cannot listen on port " + std::to_string(at.port) + ": " + error.message(),
                    "choose another one: --listen HOST:PORT");
    }
    socket_.non_blocking(true);
    asio::error_code ignored;
    socket_.set_option(udp::socket::receive_buffer_size(kSocketBufferBytes), ignored);
    socket_.set_option(udp::socket::send_buffer_size(kSocketBufferBytes), ignored);
  }

  std::uint16_t port() const { return socket_.local_endpoint().port(); }

  void start(Callbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    wait_to_read();
  }

  bool send(const net::Datagram& datagram) override {
    const auto to = unpack(datagram.to);
    if (!to) return true;
    asio::error_code error;
    socket_.send_to(asio::buffer(datagram.bytes), reachable(*to), 0, error);
    if (error != asio::error::would_block && error != asio::error::no_buffer_space) {
      return true;  // any other failure is a lost packet
    }
    socket_.async_wait(udp::socket::wait_write, [this](const asio::error_code& e) {
      if (!e) callbacks_.writable();
    });
    return false;
  }

 private:
  void open_any(std::uint16_t port, asio::error_code& error) {
    bind_to(udp::endpoint(udp::v6(), port), error);
    if (!error || error == asio::error::address_in_use) return;
    // A machine without IPv6.
    v4_only_ = true;
    if (socket_.is_open()) socket_.close();
    socket_.open(udp::v4(), error);
    if (!error) socket_.bind(udp::endpoint(udp::v4(), port), error);
  }

  void bind_to(const udp::endpoint& endpoint, asio::error_code& error) {
    socket_.open(udp::v6(), error);
    if (error) return;
    socket_.set_option(asio::ip::v6_only(false), error);
    if (!error) socket_.bind(endpoint, error);
  }

  udp::endpoint reachable(const udp::endpoint& to) const {
    if (!v4_only_) return to;
    const auto v6 = to.address().to_v6();
    if (!v6.is_v4_mapped()) return to;
    return {asio::ip::make_address_v4(asio::ip::v4_mapped, v6), to.port()};
  }

  void wait_to_read() {
    socket_.async_wait(udp::socket::wait_read, [this](const asio::error_code& error) {
      if (error) return;
      for (int i = 0; i < kReceiveBurst && receive(); ++i) {
      }
      callbacks_.drained();
      wait_to_read();
    });
  }

  bool receive() {
    udp::endpoint from;
    asio::error_code error;
    const std::size_t n = socket_.receive_from(asio::buffer(buffer_), from, 0, error);
    if (error == asio::error::would_block) return false;
    if (!error) callbacks_.received(pack(from), ByteView(buffer_.data(), n));
    return true;
  }

  udp::socket socket_;
  bool v4_only_ = false;
  Callbacks callbacks_;
  Bytes buffer_ = Bytes(kDatagramMax);
};

}  // namespace

BoundWire udp_wire(asio::io_context& context, const HostPort& at) {
  auto wire = std::make_unique<UdpWire>(context, at);
  const std::uint16_t port = wire->port();
  return {std::move(wire), port};
}

}  // namespace hn::node
