#pragma once

#include <optional>

#include "hn/base/bytes.hpp"
#include "hn/base/result.hpp"

// Messages on a stream: varint length, then that many bytes (hn-protocol(7), MESSAGES).
namespace hn::net {

// Appends one message in its form on the stream to `out`.
void append_message(Bytes& out, ByteView message);

// Cuts a stream's bytes into messages. Memory is bounded by one message of at most `bytes_max` and
// what one push() brought.
class MessageReader {
 public:
  explicit MessageReader(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void push(ByteView bytes);
  // The next whole message; nullopt until it has come. Error protocol for a length over bytes_max
  // or a length not in its shortest form; the stream is of no use after that.
  Result<std::optional<Bytes>> next();
  // Bytes of an unfinished message are waiting: an end of stream now cuts it off.
  bool partial() const noexcept { return begin_ < buffer_.size(); }

 private:
  std::size_t bytes_max_;
  Bytes buffer_;
  std::size_t begin_ = 0;
};

}  // namespace hn::net
