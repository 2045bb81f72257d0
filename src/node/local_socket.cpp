#include "node/local_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
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

std::optional<ucred> other_end(int socket) {
  ucred peer{};
  socklen_t bytes = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return std::nullopt;
  return peer;
}

// Whoever holds the other end of a socket of this user's folder, it must be this user (or root).
bool is_own(int socket) {
  const auto peer = other_end(socket);
  return peer && (peer->uid == geteuid() || peer->uid == 0);
}

// Somebody listens there; whether anybody accepts is not waited for.
bool reach(stream_protocol::socket& socket, const std::string& path) {
  const OpenFolder folder(os::parent_of(path));
  if (!folder) return false;
  asio::error_code error;
  socket.open(stream_protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (!error) socket.connect({folder.entry(path)}, error);
  if (error == asio::error::try_again)
    throw Failure(Code::timeout, "the socket " + path + ": too many wait there for an answer");
  if (error) return false;
  if (!is_own(socket.native_handle())) fail_socket(path, "somebody else answers there");
  return true;
}

// False where there was silence for so long.
bool wait_for(int socket, short event, Duration silence) {
  pollfd row{socket, event, 0};
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(silence);
  for (;;) {
    const int ready = poll(&row, 1, static_cast<int>(wait.count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

// One asker.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(stream_protocol::socket socket, Duration life_every)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), life_every_(life_every) {}

  void begin(const LocalSocket::Answer& answer) {
    asio::async_read_until(
        socket_, asio::dynamic_buffer(question_, kQuestionBytesMax), '\n',
        [self = shared_from_this(), &answer](const asio::error_code& error, std::size_t bytes) {
          if (error) return;
          self->question_.resize(bytes - 1);
          self->show_life();
          answer(self->question_, [self](std::string text) { self->finish(std::move(text)); });
        });
  }

 private:
  // Until there is an answer, or nobody is left to give one. Where a space does not fit the asker
  // has enough to read.
  void show_life() {
    timer_.expires_after(life_every_);
    timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
      const auto self = weak.lock();
      // A timer that has run out already is not stopped by cancel().
      if (error || !self || self->answered_) return;
      asio::error_code ignored;
      self->socket_.non_blocking(true, ignored);
      self->socket_.write_some(asio::buffer(" ", 1), ignored);
      self->show_life();
    });
  }

  void finish(std::string text) {
    timer_.cancel();
    answered_ = true;
    answer_ = std::move(text);
    asio::async_write(socket_, asio::buffer(answer_),
                      [self = shared_from_this()](const asio::error_code&, std::size_t) {
                        asio::error_code ignored;
                        self->socket_.close(ignored);
                      });
  }

  stream_protocol::socket socket_;
  asio::steady_timer timer_;
  Duration life_every_;
  std::string question_;
  std::string answer_;
  bool answered_ = false;
};

}  // namespace

struct LocalSocket::State : std::enable_shared_from_this<State> {
  State(asio::io_context& context, Answer a, Duration life)
      : acceptor(context), pause(context), answer(std::move(a)), life_every(life) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const asio::error_code& error,
                                                      stream_protocol::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return self->accept_later();
      if (is_own(socket.native_handle()))
        std::make_shared<Conversation>(std::move(socket), self->life_every)->begin(self->answer);
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
  Duration life_every;
  std::string path;
};

LocalSocket::LocalSocket(asio::io_context& context, const std::string& path, Answer answer,
                         Duration life_every)
    : state_(std::make_shared<State>(context, std::move(answer), life_every)) {
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

std::optional<std::string> ask_local(const std::string& path, std::string_view question,
                                     Duration silence) {
  asio::io_context context;
  stream_protocol::socket socket(context);
  if (!reach(socket, path)) return std::nullopt;
  const auto silent = [&] {
    return Failure(Code::timeout, "the socket " + path + ": no answer in time");
  };
  const std::string line = std::string(question) + "\n";
  std::string answer;
  asio::error_code error;
  for (std::size_t sent = 0; !error && sent < line.size();) {
    if (!wait_for(socket.native_handle(), POLLOUT, silence)) throw silent();
    sent += socket.write_some(asio::buffer(line) + sent, error);
    if (error == asio::error::would_block) error.clear();
  }
  while (!error) {
    if (!wait_for(socket.native_handle(), POLLIN, silence)) throw silent();
    std::array<char, 16 * 1024> part;
    const std::size_t bytes = socket.read_some(asio::buffer(part), error);
    std::string_view text(part.data(), bytes);
    if (answer.empty()) text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    answer.append(text);
    if (answer.size() > kAnswerBytesMax) return std::nullopt;
    if (error == asio::error::would_block) error.clear();
  }
  if (error != asio::error::eof || answer.empty()) return std::nullopt;
  return answer;
}

std::optional<int> listener_of(const std::string& path) {
  asio::io_context context;
  stream_protocol::socket socket(context);
  if (!reach(socket, path)) return std::nullopt;
  const auto peer = other_end(socket.native_handle());
  if (!peer || peer->pid <= 0) return std::nullopt;
  return peer->pid;
}

}  // namespace hn::node
