#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <asio/io_context.hpp>

#include "hn/node/local.hpp"

namespace hn::node {

// Questions of other programs of this user, over a socket in the file system: a line each, answered
// by what is written until the socket is closed. Lines are at most kQuestionBytesMax long. Spaces
// are written while an answer takes its time.
class LocalSocket {
 public:
  // Gives the answer, at once or later; once. Does nothing where the asker is gone.
  // Goes before the context does.
  using Reply = std::function<void(std::string answer)>;
  using Answer = std::function<void(std::string_view question, Reply reply)>;

  // The socket replaces whatever stands at `path`, in a folder of this user's; the caller holds the
  // lock that says nobody else answers there. Throws Failure (io).
  LocalSocket(asio::io_context& context, const std::string& path, Answer answer,
              Duration life_every = kLifeEvery);
  ~LocalSocket();
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

inline constexpr std::size_t kQuestionBytesMax = 32 * 1024;

}  // namespace hn::node
