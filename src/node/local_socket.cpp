#include "node/local_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <asio/local/stream_protocol.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "hn/base/error.hpp"
#include "hn/node/local.hpp"
#include "hn/os/file_system.hpp"

namespace hn::node {
namespace {

using asio::local::stream_protocol;

// The folder of a socket, open. An address of a socket holds 107 bytes (unix(7)), less than a path
// may have: through the open folder it is always short.
class OpenFolder {
 public:
  explicit OpenFolder(const std::string& path)
      : file_(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  ~OpenFolder() {
    if (file_ >= 0) close(file_);
  }
  OpenFolder(const OpenFolder&) = delete;
  OpenFolder& operator=(const OpenFolder&) = delete;

  explicit operator bool() const noexcept { return file_ >= 0; }
  std::string entry(const std::string& path) const {
    return "/proc/self/fd/" + std::to_string(file_) + path.substr(path.rfind('/'));
  }

 private:
  int file_;
};

[[noreturn]] void fail_socket(const std::string& path, const std::string& why) {
  throw Failure(Code::io, "the socket " + path + ": " + why);
}

// Whoever holds the other end of a socket of this user's folder, it must be this user (or root).
bool is_own(int socket) {
  ucred peer{};
  socklen_t bytes = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return false;
  return peer.uid == geteuid() || peer.uid == 0;
}

// One asker.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  explicit Conversation(stream_protocol::socket socket) : socket_(std::move(socket)) {}

  void begin(const LocalSocket::Answer& answer) {
    asio::async_read_until(
        socket_, asio::dynamic_buffer(question_, kQuestionBytesMax), '\n',
        [self = shared_from_this(), &answer](const asio::error_code& error, std::size_t bytes) {
          if (error) return;
          self->question_.resize(bytes - 1);
          answer(self->question_, [self](std::string text) { self->finish(std::move(text)); });
        });
  }

 private:
  void finish(std::string text) {
    answer_ = std::move(text);
    asio::async_write(socket_, asio::buffer(answer_),
                      [self = shared_from_this()](const asio::error_code&, std::size_t) {
                        asio::error_code ignored;
                        self->socket_.close(ignored);
                      });
  }

  stream_protocol::socket socket_;
  std::string question_;
  std::string answer_;
};

}  // namespace

struct LocalSocket::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, Answer a)
      : acceptor(context), pause(context), answer(std::move(a)) {}

  void accept() {
    acceptor.async_accept(
        [self = shared_from_this()](const asio::error_code& error, stream_protocol::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (error) return self->accept_later();
          if (is_own(socket.native_handle()))
            std::make_shared<Conversation>(std::move(socket))->begin(self->answer);
          self->accept();
        });
  }

  // Out of descriptors, most likely: others have to go first.
  void accept_later() {
    pause.expires_after(std::chrono::seconds(1));
    pause.async_wait([self = shared_from_this()](const asio::error_code& error) {
      if (!error) self->accept();
    });
  }

  stream_protocol::acceptor acceptor;
  asio::steady_timer pause;
  Answer answer;
  std::string path;
};

LocalSocket::LocalSocket(asio::io_context& context, const std::string& path, Answer answer)
    : state_(std::make_shared<State>(context, std::move(answer))) {
  const OpenFolder folder(os::parent_of(path));
  if (!folder) fail_socket(path, std::strerror(errno));
  unlink(path.c_str());
  asio::error_code error;
  const stream_protocol protocol;
  state_->acceptor.open(protocol, error);
  if (!error) state_->acceptor.bind({folder.entry(path)}, error);
  if (!error) state_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail_socket(path, error.message());
  state_->path = path;
  state_->accept();
}

LocalSocket::~LocalSocket() {
  unlink(state_->path.c_str());
  asio::error_code ignored;
  state_->acceptor.close(ignored);
  state_->pause.cancel();
}

std::optional<std::string> ask_local(const std::string& path, std::string_view question) {
  const OpenFolder folder(os::parent_of(path));
  if (!folder) return std::nullopt;
  asio::io_context context;
  stream_protocol::socket socket(context);
  asio::error_code error;
  socket.connect({folder.entry(path)}, error);
  if (error) return std::nullopt;
  if (!is_own(socket.native_handle())) fail_socket(path, "somebody else answers there");
  const std::string line = std::string(question) + "\n";
  asio::write(socket, asio::buffer(line), error);
  std::string answer;
  while (!error) {
    std::array<char, 16 * 1024> part;
    const std::size_t bytes = socket.read_some(asio::buffer(part), error);
    answer.append(part.data(), bytes);
  }
  if (error != asio::error::eof || answer.empty()) return std::nullopt;
  return answer;
}

}  // namespace hn::node
