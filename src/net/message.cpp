// hn-protocol(7), MESSAGES.
#include "hn/net/message.hpp"

#include "hn/base/codec.hpp"

namespace hn::net {

void append_message(Bytes& out, ByteView message) {
  Encoder length;
  length.varint(message.size());
  out.insert(out.end(), length.bytes().begin(), length.bytes().end());
  out.insert(out.end(), message.begin(), message.end());
}

void MessageReader::push(ByteView bytes) {
  if (begin_ > 0 && begin_ * 2 >= buffer_.size()) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<Bytes>> MessageReader::next() {
  constexpr std::size_t kMaxVarint = 10;
  const ByteView rest = ByteView(buffer_).subspan(begin_);
  std::size_t head = 0;
  while (head < rest.size() && head < kMaxVarint && (rest[head] & 0x80) != 0) ++head;
  if (head == rest.size()) return std::optional<Bytes>();
  Decoder in(rest);
  const std::uint64_t length = in.varint(bytes_max_);
  if (in.failed()) return fail(Code::protocol, "message length");
  if (in.left() < length) return std::optional<Bytes>();
  Bytes message = to_bytes(in.take(static_cast<std::size_t>(length)));
  begin_ += rest.size() - in.left();
  return std::optional<Bytes>(std::move(message));
}

}  // namespace hn::net
