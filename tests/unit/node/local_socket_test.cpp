#include <doctest/doctest.h>

#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <memory>
#include <thread>

#include "hn/base/error.hpp"
#include "hn/node/local.hpp"
#include "hn/os/file_system.hpp"
#include "node/local_socket.hpp"
#include "support/temp_folder.hpp"

using namespace hn;

namespace {

// Answers questions on a thread of its own until it goes.
class Answering {
 public:
  Answering(const std::string& path, node::LocalSocket::Answer answer,
            Duration life_every = node::kLifeEvery)
      : socket_(context_, path, std::move(answer), life_every),
        thread_([this] { context_.run(); }) {}
  ~Answering() {
    context_.stop();
    thread_.join();
  }

 private:
  asio::io_context context_;
  node::LocalSocket socket_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a question and its answer, of any length") {
  const test::TempFolder folder;
  // A path that no address of a socket could hold.
  const std::string deep = folder.path() + "/" + std::string(200, 'd');
  os::posix().make_folder(deep);
  const std::string path = deep + "/socket";
  CHECK(!node::ask_local(path, "anybody?"));
  {
    const Answering answering(path, [](std::string_view question, auto reply) {
      reply(std::string(question) + std::string(300000, '!'));
    });
    CHECK(node::ask_local(path, "long") == "long" + std::string(300000, '!'));
    CHECK(node::ask_local(path, "") == std::string(300000, '!'));
    // Too long a line gets no answer, and the next one does.
    CHECK(!node::ask_local(path, std::string(node::kQuestionBytesMax + 1, 'x')));
    CHECK(node::ask_local(path, "again")->starts_with("again!"));
  }
  CHECK(!node::ask_local(path, "anybody?"));
}

TEST_CASE("a socket that somebody left behind is replaced") {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/socket";
  os::posix().open(path, os::Access::create_new);
  const Answering answering(path, [](std::string_view, auto reply) { reply("yes"); });
  CHECK(node::ask_local(path, "there?") == "yes");
}

TEST_CASE("an answer that nobody gives is no answer") {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/socket";
  const Answering answering(path, [](std::string_view, auto) {});
  CHECK(!node::ask_local(path, "there?"));
}

TEST_CASE("who listens and never answers is not waited for, and is known") {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/socket";
  asio::io_context context;
  // Nobody accepts here.
  asio::local::stream_protocol::acceptor acceptor(context, {path});
  try {
    node::ask_local(path, "there?", std::chrono::milliseconds(50));
    FAIL("an answer");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::timeout);
  }
  CHECK(node::listener_of(path) == getpid());
  CHECK(!node::listener_of(path + "s"));
}

TEST_CASE("while an answer takes its time there are signs of life") {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/socket";
  const Answering answering(
      path,
      [later = std::make_shared<node::LocalSocket::Reply>()](std::string_view, auto reply) {
        *later = std::move(reply);
      },
      std::chrono::milliseconds(1));
  asio::io_context context;
  asio::local::stream_protocol::socket socket(context);
  socket.connect({path});
  asio::write(socket, asio::buffer("how far?\n", 9));
  std::string life(10, '?');
  asio::read(socket, asio::buffer(life));
  CHECK(life == std::string(10, ' '));
}

// The answer comes from a timer that runs out in the same moment as the one for signs of life.
TEST_CASE("no sign of life comes behind an answer") {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/socket";
  asio::io_context context;
  asio::steady_timer work(context);
  const node::LocalSocket socket(
      context, path,
      [&](std::string_view, const node::LocalSocket::Reply& reply) {
        work.expires_after(std::chrono::microseconds(500));
        work.async_wait([reply](const asio::error_code&) { reply("done it"); });
        // Nothing else runs until both have run out.
        const auto both = work.expiry() + std::chrono::milliseconds(1);
        while (std::chrono::steady_clock::now() < both) continue;
      },
      std::chrono::milliseconds(1));
  std::thread thread([&] { context.run(); });
  CHECK(node::ask_local(path, "how far?", std::chrono::seconds(10)) == "done it");
  context.stop();
  thread.join();
}

TEST_CASE("signs of life are no part of an answer, and it is waited for while there are any") {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/socket";
  constexpr Duration kSilence = std::chrono::seconds(2);
  asio::io_context context;
  asio::steady_timer work(context);
  const node::LocalSocket socket(
      context, path,
      [&](std::string_view, const node::LocalSocket::Reply& reply) {
        work.expires_after(kSilence + kSilence / 8);
        work.async_wait([reply](const asio::error_code&) { reply("done it"); });
      },
      kSilence / 8);
  std::thread thread([&] { context.run(); });
  CHECK(node::ask_local(path, "how far?", kSilence) == "done it");
  context.stop();
  thread.join();
}
