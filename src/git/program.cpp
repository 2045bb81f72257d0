// git-rev-parse(1), git-for-each-ref(1), git-symbolic-ref(1).
#include "git/program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "git/parse.hpp"
#include "hn/base/error.hpp"

namespace hn::git::program {

ChildOptions command(const std::string& program, const std::string& folder,
                     const std::vector<std::string>& words) {
  ChildOptions options;
  options.arguments = {program,
                       "--no-pager",
                       "-c",
                       "protocol.allow=never",
                       "-c",
                       "core.fsmonitor=false",
                       "-c",
                       "core.hooksPath=/dev/null",
                       "--git-dir=" + std::filesystem::absolute(folder).string()};
  options.arguments.insert(options.arguments.end(), words.begin(), words.end());
  options.environment = git_environment(Reading::quiet);
  options.own_session = true;
  return options;
}

void check_owner(const Layout& layout, const std::string& shown, std::string_view hint) {
  struct stat found {};
  if (stat(layout.folder.c_str(), &found) != 0 || found.st_uid == geteuid()) return;
  const char* sudo = getenv("SUDO_UID");
  std::uint64_t by = 0;
  if (geteuid() == 0 && sudo != nullptr) {
    const std::string_view text(sudo);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), by);
    if (error == std::errc() && end == text.data() + text.size() && by == found.st_uid) return;
  }
  throw Failure(Code::refused, "git repository " + shown + " belongs to another user",
                std::string(hint));
}

std::uint8_t id_bytes(const std::string& program, const std::string& folder,
                      const std::string& shown) {
  const Ran ran =
      run_child(command(program, folder, {"rev-parse", "--show-object-format"}), kAnswerBytesMax);
  if (ran.status != 0)
    throw Failure(Code::unsupported,
                  "git repository " + shown + " cannot be read: " + reason_in(ran.errors),
                  "a newer git may know it: git --version");
  return ran.output == "sha256\n" ? 32 : 20;
}

std::map<std::string, Oid> refs(const std::string& program, const std::string& folder,
                                const std::string& shown, std::uint8_t id_bytes) {
  const Ran ran =
      run_child(command(program, folder, {"for-each-ref", "--format=%(objectname) %(refname)"}),
                kRefsBytesMax);
  if (ran.status != 0)
    throw Failure(Code::io,
                  "the references of " + shown + " cannot be read: " + reason_in(ran.errors));
  std::map<std::string, Oid> out;
  for (std::string_view rest = ran.output; !rest.empty();) {
    const std::string_view line = take_line(rest);
    const std::size_t space = line.find(' ');
    const auto oid = parse_id(line.substr(0, space), id_bytes);
    if (space == std::string_view::npos || !oid)
      throw Failure(Code::io, "git, reading " + shown + ", names a reference without an id");
    out.emplace(line.substr(space + 1), *oid);
  }
  return out;
}

std::string head(const std::string& program, const std::string& folder) {
  const Ran ran =
      run_child(command(program, folder, {"symbolic-ref", "-q", "HEAD"}), kAnswerBytesMax);
  std::string_view rest = ran.output;
  return ran.status == 0 ? std::string(take_line(rest)) : std::string();
}

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

}  // namespace hn::git::program
