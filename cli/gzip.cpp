#include "gzip.hpp"

#include <zlib.h>

#include <array>

#include "hn/base/error.hpp"

namespace hn::cli {

struct GzipStream::State {
  z_stream stream{};
  gz_header header{};
};

GzipStream::GzipStream(Sink sink, Header header)
    : sink_(std::move(sink)), state_(std::make_unique<State>()) {
  constexpr int kWindow = 15;
  constexpr int kGzip = 16;
  state_->header.os = 3;  // Unix, whatever this is: the same bytes everywhere
  const bool gzip = header == Header::gzip;
  if (deflateInit2(&state_->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                   gzip ? kWindow + kGzip : -kWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
      (gzip && deflateSetHeader(&state_->stream, &state_->header) != Z_OK))
    throw Failure(Code::io, "the compressor could not be started");
}

GzipStream::~GzipStream() {
  deflateEnd(&state_->stream);
}

void GzipStream::run(std::string_view bytes, int flush) {
  std::array<unsigned char, 65536> out{};
  z_stream& stream = state_->stream;
  // zlib does not write to what it reads.
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  do {
    stream.next_out = out.data();
    stream.avail_out = out.size();
    deflate(&stream, flush);
    sink_({reinterpret_cast<const char*>(out.data()), out.size() - stream.avail_out});
  } while (stream.avail_out == 0);
}

void GzipStream::add(std::string_view bytes) {
  constexpr std::size_t kPieceBytesMax = 1U << 30U;
  while (!bytes.empty()) {
    run(bytes.substr(0, kPieceBytesMax), Z_NO_FLUSH);
    bytes.remove_prefix(std::min(bytes.size(), kPieceBytesMax));
  }
}

void GzipStream::finish() {
  run({}, Z_FINISH);
}

}  // namespace hn::cli
