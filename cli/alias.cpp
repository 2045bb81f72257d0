#include "alias.hpp"

#include <algorithm>
#include <cstdlib>

#include "failure.hpp"
#include "run_program.hpp"

namespace hn::cli {
namespace {

constexpr std::string_view kSection = "alias.";

}  // namespace

repo::Settings own_settings(const Context& context) {
  const auto layout = repo::find_layout(context.world, context.folder);
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
  const auto layout = repo::find_layout(context.world, context.folder);
  const std::string folder = layout ? layout->root : context.folder;
  std::string prefix;
  if (layout && context.folder.starts_with(layout->root + "/"))
    prefix = context.folder.substr(layout->root.size() + 1) + "/";
  Program program{
      {"sh", "-c", command + " \"$@\"", "hn-" + name}, folder, "HN_PREFIX", prefix, false};
  program.words.insert(program.words.end(), words.begin(), words.end());
  return run_program(std::move(program));
}

}  // namespace hn::cli
