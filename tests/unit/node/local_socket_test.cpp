#include <doctest/doctest.h>

#include <thread>

#include "hn/node/local.hpp"
#include "hn/os/file_system.hpp"
#include "node/local_socket.hpp"
#include "support/temp_folder.hpp"

using namespace hn;

namespace {

// Answers questions on a thread of its own until it goes.
class Answering {
 public:
  Answering(const std::string& path, node::LocalSocket::Answer answer)
      : socket_(context_, path, std::move(answer)), thread_([this] { context_.run(); }) {}
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
