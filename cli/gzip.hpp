#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace hn::cli {

// Compresses a stream as gzip(1) does, without a time or a name in its header; or without a header.
class GzipStream {
 public:
  using Sink = std::function<void(std::string_view)>;
  enum class Header { gzip, none };
  explicit GzipStream(Sink sink, Header header = Header::gzip);
  ~GzipStream();
  void add(std::string_view bytes);
  void finish();

 private:
  struct State;
  void run(std::string_view bytes, int flush);
  Sink sink_;
  std::unique_ptr<State> state_;
};

}  // namespace hn::cli
