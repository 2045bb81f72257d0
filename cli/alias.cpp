#include "alias.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "failure.hpp"

namespace hn::cli {
namespace {

bool is_own(const std::string& path) {
  struct stat st {};
  return stat(path.c_str(), &st) == 0 && (st.st_uid == geteuid() || st.st_uid == 0);
}

constexpr std::string_view kSection = "alias.";

}  // namespace

repo::Settings own_settings(const Context& context) {
  const auto layout = repo::find_layout(context.world.fs, context.folder);
  std::optional<std::string> folder;
  if (layout && is_own(layout->hn()) && is_own(layout->hn() + "/config")) folder = layout->hn();
  return repo::read_settings(context.world, folder);
}

std::optional<std::string> alias_of(const repo::Settings& settings, const std::string& name) {
  const auto key = repo::config_key(std::string(kSection) + name);
  if (!key || std::ranges::count(*key, '.') != 1) return std::nullopt;
  return settings.get(*key);
}

std::vector<std::pair<std::string, std::string>> aliases_of(const repo::Settings& settings) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const repo::ConfigSource& source : settings.hn) {
    for (const repo::ConfigEntry& entry : source.file.all()) {
      if (!entry.key.starts_with(kSection) || std::ranges::count(entry.key, '.') != 1) continue;
      const std::string name = entry.key.substr(kSection.size());
      if (const auto text = settings.get(entry.key)) out.emplace_back(name, *text);
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> alias_words(const std::string& name, const std::string& text) {
  std::vector<std::string> out;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (word) out.push_back(std::move(*word));
      word.reset();
      continue;
    }
    if (!word) word.emplace();
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      *word += text[++i];
    } else {
      *word += c;
    }
  }
  if (quote != 0)
    throw Failure(Code::usage, "the alias '" + name + "' has a quote that is not closed",
                  "hn config alias." + name + " shows it");
  if (word) out.push_back(std::move(*word));
  return out;
}

int run_shell_alias(const Context& context, const std::string& name, const std::string& command,
                    const std::vector<std::string>& words) {
  const auto layout = repo::find_layout(context.world.fs, context.folder);
  const std::string folder = layout ? layout->root : context.folder;
  std::string prefix;
  if (layout && context.folder.starts_with(layout->root + "/"))
    prefix = context.folder.substr(layout->root.size() + 1) + "/";
  const std::string line = command + " \"$@\"";
  std::vector<std::string> all{"sh", "-c", line, "hn-" + name};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> given;
  given.reserve(all.size() + 1);
  for (std::string& word : all) given.push_back(word.data());
  given.push_back(nullptr);
  std::cout.flush();
  const pid_t child = fork();
  if (child == 0) {
    setenv("HN_PREFIX", prefix.c_str(), 1);
    if (chdir(folder.c_str()) != 0) _exit(kExitFatal);
    execvp("sh", given.data());
    _exit(127);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (child < 0) throw Failure(Code::io, "the shell could not be started for '" + name + "'");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace hn::cli
