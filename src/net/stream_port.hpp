#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "hn/net/endpoint.hpp"
#include "hn/net/message.hpp"

namespace hn::net {

// The streams of connections as sessions need them: an Endpoint in the programs, a pair of queues
// in unit tests. The calls mean what the Endpoint's of the same name do.
class StreamPort {
 public:
  virtual ~StreamPort() = default;
  virtual std::optional<StreamId> open_stream(ConnectionId connection) = 0;
  virtual std::size_t write(ConnectionId connection, StreamId stream, ByteView bytes) = 0;
  virtual void finish(ConnectionId connection, StreamId stream) = 0;
  virtual ReadResult read(ConnectionId connection, StreamId stream, std::span<Byte> out) = 0;
  virtual void reset(ConnectionId connection, StreamId stream, std::uint64_t code) = 0;
  virtual void stop(ConnectionId connection, StreamId stream, std::uint64_t code) = 0;
  virtual void close(ConnectionId connection, std::uint64_t code, std::string_view reason) = 0;
  virtual Duration round_trip(ConnectionId /*connection*/) const { return {}; }  // 0: not known
  virtual std::uint64_t bytes_delivered() const { return 0; }
  // Where what leaves this host waited, not long ago, in a queue that all connections share.
  virtual std::optional<NarrowUplink> narrow() const { return std::nullopt; }
};

// Codes of resets and closes (hn-sync(7), CODES).
inline constexpr std::uint64_t kCodeDone = 0;
inline constexpr std::uint64_t kCodeBusy = 1;
inline constexpr std::uint64_t kCodeViolation = 2;
inline constexpr std::uint64_t kCodeWrongBlock = 3;
inline constexpr std::uint64_t kCodeRefused = 4;

// One stream's side of writing: messages that the transport has not taken yet. Its owner makes no
// further message while one waits, so it holds little more than one.
class Outbox {
 public:
  Outbox() = default;
  Outbox(StreamPort& port, ConnectionId connection, StreamId stream)
      : port_(&port), connection_(connection), stream_(stream) {}

  void add(ByteView message) {
    append_message(waiting_, message);
    pump();
  }
  // After the last message.
  void finish() {
    finish_ = true;
    pump();
  }
  void pump() {
    if (taken_ < waiting_.size())
      taken_ += port_->write(connection_, stream_, ByteView(waiting_).subspan(taken_));
    if (taken_ < waiting_.size()) return;
    waiting_.clear();
    taken_ = 0;
    if (finish_ && !finished_) {
      finished_ = true;
      port_->finish(connection_, stream_);
    }
  }
  bool idle() const noexcept { return waiting_.empty(); }
  bool finished() const noexcept { return finished_; }

 private:
  StreamPort* port_ = nullptr;
  ConnectionId connection_;
  StreamId stream_;
  Bytes waiting_;
  std::size_t taken_ = 0;
  bool finish_ = false;
  bool finished_ = false;
};

}  // namespace hn::net
