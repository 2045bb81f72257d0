#include "hn/git/clone.hpp"

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "git/child.hpp"
#include "git/parse.hpp"
#include "hn/base/error.hpp"
#include "hn/base/text.hpp"

namespace hn::git {
namespace {

constexpr std::string_view kAllowed = "https:http:ssh:git:file";
// What is kept of what git says: the reason stands at the end.
constexpr std::size_t kSaidBytesMax = 16 * 1024;
// Some half a million references.
constexpr std::size_t kListBytesMax = std::size_t{64} << 20;

struct Parts {
  std::string_view scheme;  // empty: HOST:PATH
  std::string_view before;  // up to the user
  std::string_view user;    // with a password
  std::string_view rest;    // HOST...
};

Parts parts_of(std::string_view url) noexcept {
  Parts parts;
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    parts.scheme = url.substr(0, scheme);
    parts.before = url.substr(0, scheme + 3);
  }
  parts.rest = url.substr(parts.before.size());
  const std::string_view authority =
      parts.rest.substr(0, parts.rest.find(parts.scheme.empty() ? ':' : '/'));
  // A password may hold an '@' itself.
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    parts.user = parts.rest.substr(0, at);
    parts.rest.remove_prefix(at + 1);
  }
  return parts;
}

bool is_allowed(std::string_view scheme) noexcept {
  std::string_view rest = kAllowed;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(':'));
    if (one == scheme) return true;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return false;
}

[[noreturn]] void fail_url(const std::string& url, std::string_view why) {
  throw Failure(Code::usage, "'" + escape_controls(url) + "' " + std::string(why),
                "https://, http://, ssh://, git:// and file:// are read, and HOST:PATH");
}

// Before git sees it: what looks like an option, or names a helper that runs a command.
void check_url(const std::string& url) {
  const std::string shown = without_secrets(url);
  const Parts parts = parts_of(url);
  const bool odd = std::ranges::any_of(
      url, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
  if (odd) fail_url(shown, "has control characters in it");
  if (url.starts_with('-') || parts.user.starts_with('-') || parts.rest.starts_with('-'))
    fail_url(shown, "begins with a dash where a host or a transport stands");
  if (!parts.scheme.empty() && !is_allowed(parts.scheme))
    fail_url(shown, "is of a transport that is not read");
  if (parts.scheme.empty() && (!is_url(url) || url.find("::") != std::string::npos))
    fail_url(shown, "is no URL of a git repository");
}

// At least what the pattern matches, as one of git's refspecs can say it.
std::string refspec_of(const std::string& pattern) {
  const bool plain = pattern.find_first_of("?[\\") == std::string::npos;
  const auto stars = std::ranges::count(pattern, '*');
  std::string part = pattern;
  if (!plain || stars != 1) part = pattern.substr(0, pattern.find_first_of("*?[\\")) + "*";
  return "+" + part + ":" + part;
}

ChildOptions command(const CloneOptions& options, const std::string& program,
                     const std::vector<std::string>& words) {
  ChildOptions child;
  child.arguments = {program,     "-c", "core.hooksPath=/dev/null", "-c",
                     "gc.auto=0", "-c", "maintenance.auto=false"};
  child.arguments.insert(child.arguments.end(), words.begin(), words.end());
  child.environment = git_environment(Reading::trusted);
  std::erase_if(child.environment, [](const std::string& variable) {
    return variable.starts_with("GIT_ALLOW_PROTOCOL=") || variable.starts_with("LC_ALL=");
  });
  child.environment.push_back("GIT_ALLOW_PROTOCOL=" + std::string(kAllowed));
  child.environment.push_back("LC_ALL=C");
  if (!options.may_ask) child.environment.push_back("GIT_TERMINAL_PROMPT=0");
  child.own_session = !options.may_ask;
  child.errors_as_output = true;
  return child;
}

bool is_reason(std::string_view line) {
  return !line.empty() && !line.starts_with("Cloning into ") && !line.starts_with("warning: ") &&
         !line.starts_with("remote: Enumerating") && !line.ends_with(", done.") &&
         line.find('%') == std::string_view::npos;
}

// The first line that is no progress: what ssh or curl says comes before git's own words.
std::string reason_of(std::string_view said) {
  while (!said.empty()) {
    std::string_view line = said.substr(0, said.find('\n'));
    said.remove_prefix(std::min(said.size(), line.size() + 1));
    for (const std::string_view prefix : {"fatal: ", "error: ", "remote: "})
      if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
    while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
    if (!is_reason(line)) continue;
    std::string reason(line);
    if (reason.ends_with(':')) reason.append(" ").append(said.substr(0, said.find('\n')));
    return reason;
  }
  return "git gives no reason";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); !from.empty() && at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// Hands each line on, also those that git draws over, and keeps the last for the reason.
class Lines {
 public:
  explicit Lines(const CloneOptions& options) : options_(options) {}

  void add(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        keep();
      } else if (c == '\r') {
        show();
        drawn_over_ = true;  // unless the line ends here, as ssh ends its lines
      } else {
        if (std::exchange(drawn_over_, false)) line_.clear();
        if (line_.size() < kSaidBytesMax) line_.push_back(c);
      }
    }
  }
  const std::string& said() const noexcept { return said_; }

 private:
  void show() {
    if (options_.progress) options_.progress(line_);
  }
  void keep() {
    if (!std::exchange(drawn_over_, false)) show();
    said_.append(line_).push_back('\n');
    if (said_.size() > kSaidBytesMax) said_.erase(0, said_.size() - kSaidBytesMax);
    line_.clear();
  }

  const CloneOptions& options_;
  std::string line_;
  bool drawn_over_ = false;
  std::string said_;
};

[[noreturn]] void fail_clone(const CloneOptions& options, const std::string& said) {
  const std::string url = without_secrets(options.url);
  // Git repeats the URL as it was given, password and all.
  const std::string reason = replaced(reason_of(said), options.url, url);
  std::string hint = "is the address right? `git ls-remote " + url + "` tries it";
  for (const char* word : {"Authentication", "could not read Username", "could not read Password",
                           "Permission denied", "Host key verification", "terminal prompts"})
    if (said.find(word) != std::string::npos)
      hint = "log in with git first, so that it does not ask: git ls-remote " + url;
  throw Failure(Code::unreachable, "git cannot clone '" + url + "': " + reason, hint);
}

void run(const CloneOptions& options, const std::string& program,
         const std::vector<std::string>& words, std::string_view input = {}) {
  Child child(command(options, program, words));
  if (!input.empty()) child.write(input);
  child.end_input();
  Lines lines(options);
  std::array<Byte, 4096> piece{};
  const std::function<bool()> stop = options.stop ? options.stop : [] { return false; };
  while (const std::size_t n = child.read(piece, stop))
    lines.add(as_text(ByteView(piece).first(n)));
  if (child.wait() != 0) fail_clone(options, lines.said());
}

// A clone has all branches and tags. With patterns it is HEAD's branch alone, which brings the
// format and the name of the default branch, and then what they match: clone itself takes no
// references by pattern without all branches too.
void fetch(const CloneOptions& options, const std::string& program, const std::string& folder) {
  std::vector<std::string> clone{"clone", "--bare", "--template=", "--progress"};
  if (!options.refs.empty()) {
    clone.emplace_back("--single-branch");
    clone.emplace_back("--no-tags");
  }
  for (const char* word : {"--", options.url.c_str(), folder.c_str()}) clone.emplace_back(word);
  run(options, program, clone);
  if (options.refs.empty()) return;
  std::vector<std::string> more{"--git-dir=" + folder, "fetch", "--no-tags",
                                "--progress",          "--",    options.url};
  for (const std::string& pattern : options.refs) more.push_back(refspec_of(pattern));
  run(options, program, more);
}

// Git sends what the seed's commits lack: with their ancestors left out by its file "shallow",
// which git tells the other side, it counts on no more than what is here.
void fetch_news(const CloneOptions& options, const std::string& program, const std::string& folder,
                const Seed& seed) {
  seed.make(folder);
  std::ofstream shallow(folder + "/shallow", std::ios::binary);
  for (const GitId& end : seed.ends) shallow << to_hex(end) << "\n";
  shallow.close();
  if (!shallow) throw Failure(Code::io, "cannot write " + folder + "/shallow");
  std::string wanted;
  for (const std::string& name : seed.wanted)
    wanted.append("+").append(name).append(":").append(name).append("\n");
  run(options, program,
      {"--git-dir=" + folder, "fetch", "--no-tags", "--no-write-fetch-head", "--progress",
       "--stdin", "--", options.url},
      wanted);
}

// One line: an id and a name, or "ref: NAME" and HEAD. What a tag leads to is of no use here.
void take_line(Remote& remote, std::string_view line) {
  constexpr std::string_view kSymbolic = "ref: ";
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return;
  const std::string_view name = line.substr(tab + 1);
  const std::string_view what = line.substr(0, tab);
  if (what.starts_with(kSymbolic) && name == "HEAD") remote.head = what.substr(kSymbolic.size());
  const auto id = parse_id(what);
  if (id && name.starts_with("refs/") && !name.ends_with("^{}"))
    remote.refs.push_back({std::string(name), *id});
}

std::string git_for_urls() {
  auto program = find_git();
  if (!program)
    throw Failure(Code::unsupported, "git fetches what lies at a URL, and it is not installed here",
                  "install git, or clone with it elsewhere and import the folder");
  return *std::move(program);
}

void remove_folder(const std::string& path) {
  std::error_code ignored;
  if (!path.empty()) std::filesystem::remove_all(path, ignored);
}

}  // namespace

bool is_url(std::string_view text) noexcept {
  if (text.find("://") != std::string_view::npos) return true;
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && text.find('/') > colon;
}

std::string without_secrets(std::string_view url) {
  const Parts parts = parts_of(url);
  // Of HOST:PATH and ssh the user is part of the address; a password is not.
  std::string_view user = parts.user.substr(0, parts.user.find(':'));
  if (parts.scheme == "https" || parts.scheme == "http") user = {};
  return std::string(parts.before).append(user).append(user.empty() ? "" : "@").append(parts.rest);
}

std::string folder_name_of(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with("/.git")) url.remove_suffix(5);
  const std::size_t at = url.find_last_of("/:");
  std::string name(at == std::string_view::npos ? url : url.substr(at + 1));
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  return name == "." || name == ".." ? std::string() : name;
}

Remote list_remote(const CloneOptions& options) {
  check_url(options.url);
  const std::string program = git_for_urls();
  ChildOptions wanted = command(options, program, {"ls-remote", "--symref", "--", options.url});
  wanted.errors_as_output = false;
  Child child(wanted);
  child.end_input();
  std::string said;
  std::array<Byte, 4096> piece{};
  const std::function<bool()> stop = options.stop ? options.stop : [] { return false; };
  while (const std::size_t n = child.read(piece, stop)) {
    said.append(as_text(ByteView(piece).first(n)));
    if (said.size() > kListBytesMax) fail_clone(options, "fatal: it has too many references");
  }
  if (child.wait() != 0) fail_clone(options, child.errors());
  Remote remote;
  std::string_view rest = said;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    take_line(remote, line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return remote;
}

TemporaryClone::TemporaryClone(const CloneOptions& options, const Seed* seed) {
  check_url(options.url);
  const std::string program = git_for_urls();
  std::string path = options.folder + "-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    throw Failure(Code::io, "cannot make a folder " + path + " for git's clone");
  path_ = path;
  try {
    if (seed != nullptr)
      fetch_news(options, program, path_, *seed);
    else
      fetch(options, program, path_);
  } catch (...) {
    remove_folder(path_);
    throw;
  }
}

TemporaryClone::~TemporaryClone() {
  remove_folder(path_);
}

}  // namespace hn::git
