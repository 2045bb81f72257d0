#include <asio/ip/udp.hpp>
#include <asio/ip/v6_only.hpp>

#include <optional>

#include "hn/base/error.hpp"
#include "node/datagram_batch.hpp"
#include "node/endpoint_address.hpp"
#include "node/wire.hpp"

namespace hn::node {
namespace {

using asio::ip::udp;

// Large enough for a bandwidth-delay product of 100 Mbit/s and 300 ms; the kernel gives what its
// own limit allows.
constexpr int kSocketBufferBytes = 4 * 1024 * 1024;
// Batches of datagrams taken in one go before timers and sending get their turn.
constexpr int kReceiveBatches = 4;

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
    batch_.emplace(socket_.native_handle(), v4_only_);
  }

  std::uint16_t port() const { return socket_.local_endpoint().port(); }

  void start(Callbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    wait_to_read();
  }

  std::size_t send(std::span<const net::Datagram> datagrams) override {
    const std::size_t done = batch_->send(datagrams);
    if (done < datagrams.size()) {
      socket_.async_wait(udp::socket::wait_write, [this](const asio::error_code& e) {
        if (!e) callbacks_.writable();
      });
    }
    return done;
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

  void wait_to_read() {
    socket_.async_wait(udp::socket::wait_read, [this](const asio::error_code& error) {
      if (error) return;
      for (int i = 0; i < kReceiveBatches && batch_->receive(callbacks_.received); ++i) {
      }
      callbacks_.drained();
      wait_to_read();
    });
  }

  udp::socket socket_;
  bool v4_only_ = false;
  Callbacks callbacks_;
  std::optional<DatagramBatch> batch_;
};

}  // namespace

BoundWire udp_wire(asio::io_context& context, const HostPort& at) {
  auto wire = std::make_unique<UdpWire>(context, at);
  const std::uint16_t port = wire->port();
  return {std::move(wire), port};
}

}  // namespace hn::node
