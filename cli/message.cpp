#include "message.hpp"

#include <iostream>
#include <iterator>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// A message must fit a commit, which fits a block.
constexpr std::uint64_t kMessageBytesMax = 128 * 1024;

}  // namespace

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
  if (*file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  const std::string path = context.absolute(*file);
  const auto stat = context.world.fs.stat(path);
  if (!stat || stat->folder) {
    throw Failure(Code::not_found, "there is no file " + *file,
                  "-F FILE reads the message from it, -F - from standard input");
  }
  if (stat->size > kMessageBytesMax)
    throw Failure(Code::invalid, *file + " is too long for a message",
                  "at most " + std::to_string(kMessageBytesMax) + " bytes; is it the right file?");
  return to_string(os::read_file(context.world.fs, path));
}

}  // namespace hn::cli
