#include <sys/wait.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "hn/base/error.hpp"
#include "node/wire.hpp"

namespace hn::node {
namespace {

// Framed bytes that wait for a slow pipe; beyond it send() asks to wait.
constexpr std::size_t kWaitingMax = 256 * 1024;

class PipeWire final : public Wire {
 public:
  PipeWire(asio::io_context& context, int read_fd, int write_fd)
      : in_(context, read_fd), out_(context, write_fd) {}

  void start(Callbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    read_length();
  }

  bool idle() const override { return writing_.empty() && waiting_.empty(); }

  std::size_t send(std::span<const net::Datagram> datagrams) override {
    std::size_t taken = 0;
    for (; taken < datagrams.size() && waiting_.size() <= kWaitingMax; ++taken) {
      const Bytes& bytes = datagrams[taken].bytes;
      waiting_.push_back(static_cast<Byte>(bytes.size()));
      waiting_.push_back(static_cast<Byte>(bytes.size() >> 8));
      waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    }
    if (writing_.empty() && !waiting_.empty()) write();
    return taken;
  }

 private:
  void read_length() {
    asio::async_read(in_, asio::buffer(head_), [this](const asio::error_code& error, std::size_t) {
      if (error) return callbacks_.closed();
      body_.resize(static_cast<std::size_t>(head_[0] | head_[1] << 8));
      read_body();
    });
  }

  void read_body() {
    asio::async_read(in_, asio::buffer(body_), [this](const asio::error_code& error, std::size_t) {
      if (error) return callbacks_.closed();
      callbacks_.received(pipe_address(), body_);
      callbacks_.drained();
      read_length();
    });
  }

  void write() {
    writing_.swap(waiting_);
    asio::async_write(out_, asio::buffer(writing_),
                      [this](const asio::error_code& error, std::size_t) {
                        writing_.clear();
                        if (error) return callbacks_.closed();
                        if (!waiting_.empty()) write();
                        callbacks_.writable();
                      });
  }

  asio::posix::stream_descriptor in_;
  asio::posix::stream_descriptor out_;
  Callbacks callbacks_;
  std::array<Byte, 2> head_{};
  Bytes body_;
  Bytes waiting_;
  Bytes writing_;
};

class CommandWire final : public Wire {
 public:
  CommandWire(std::unique_ptr<Wire> pipe, pid_t child) : pipe_(std::move(pipe)), child_(child) {}
  ~CommandWire() override {
    pipe_.reset();  // the command sees the end of its input
    int status = 0;
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  void start(Callbacks callbacks) override { pipe_->start(std::move(callbacks)); }
  bool idle() const override { return pipe_->idle(); }
  std::size_t send(std::span<const net::Datagram> datagrams) override {
    return pipe_->send(datagrams);
  }

 private:
  std::unique_ptr<Wire> pipe_;
  pid_t child_;
};

}  // namespace

std::unique_ptr<Wire> pipe_wire(asio::io_context& context, int read_fd, int write_fd) {
  return std::make_unique<PipeWire>(context, read_fd, write_fd);
}

std::unique_ptr<Wire> command_wire(asio::io_context& context, const std::string& command) {
  int to_child[2];
  int from_child[2];
  if (pipe(to_child) != 0 || pipe(from_child) != 0) throw Failure(Code::io, "cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) throw Failure(Code::io, "cannot start " + command);
  if (child == 0) {
    dup2(to_child[0], STDIN_FILENO);
    dup2(from_child[1], STDOUT_FILENO);
    for (const int fd : {to_child[0], to_child[1], from_child[0], from_child[1]}) close(fd);
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  return std::make_unique<CommandWire>(pipe_wire(context, from_child[0], to_child[1]), child);
}

}  // namespace hn::node
