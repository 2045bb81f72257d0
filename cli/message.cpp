#include "message.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// A message must fit a commit, which fits a block.
constexpr std::size_t kMessageBytesMax = std::size_t{128} * 1024;

constexpr std::string_view kHint = "a file or a pipe is read, and - is standard input";

struct Close {
  int file;
  ~Close() {
    if (file != STDIN_FILENO) close(file);
  }
};

}  // namespace

std::string text_of_file(const Context& context, const std::string& name, std::size_t bytes_max) {
  const std::string path = name == "-" ? "" : context.absolute(name);
  const int file = name == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR))
    throw Failure(Code::not_found, "there is no file " + name, std::string(kHint));
  const Close closes{file};
  std::string out;
  std::vector<char> buffer(std::size_t{64} * 1024);
  for (;;) {
    const ssize_t n = file < 0 ? -1 : read(file, buffer.data(), buffer.size());
    if (n < 0 && file >= 0 && errno == EINTR) continue;
    if (n < 0)
      throw Failure(Code::io, name + ": " + std::generic_category().message(errno),
                    std::string(kHint));
    if (n == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(n));
    if (out.size() > bytes_max)
      throw Failure(Code::invalid, name + " is too long",
                    "at most " + std::to_string(bytes_max) + " bytes; is it the right file?");
  }
}

std::optional<std::string> message_of(const Context& context, const Given& given) {
  if (given.has("message") && given.has("file"))
    throw Failure(Code::usage, "-m and -F exclude each other");
  if (given.has("message")) {
    std::string out;
    for (const std::string& part : given.values("message"))
      out += (out.empty() ? "" : "\n\n") + part;
    return out;
  }
  const auto file = given.value("file");
  if (!file) return std::nullopt;
  return text_of_file(context, *file, kMessageBytesMax);
}

}  // namespace hn::cli
