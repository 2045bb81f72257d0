#include "paths.hpp"

#include <iostream>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// Of a line that begins with a quote, what git's quotes mean.
std::string unquoted(const std::string& line) {
  if (line.size() < 2 || line.front() != '"' || line.back() != '"') return line;
  const auto digit = [&](std::size_t at) { return line[at] >= '0' && line[at] <= '7'; };
  constexpr std::string_view kLetters = "abfnrtv";
  constexpr std::string_view kMeant = "\a\b\f\n\r\t\v";
  std::string out;
  for (std::size_t i = 1; i + 1 < line.size(); ++i) {
    if (line[i] != '\\') {
      out += line[i];
      continue;
    }
    ++i;
    const std::size_t letter = kLetters.find(line[i]);
    if (letter != kLetters.npos) {
      out += kMeant[letter];
    } else if (i + 3 < line.size() && digit(i) && digit(i + 1) && digit(i + 2)) {
      out += static_cast<char>((line[i] - '0') * 64 + (line[i + 1] - '0') * 8 + line[i + 2] - '0');
      i += 2;
    } else {
      out += line[i];
    }
  }
  return out;
}

}  // namespace

void for_each_path_word(const Given& given, const std::vector<std::string>& words,
                        const std::function<void(const std::string&)>& visit) {
  if (!given.has("stdin")) {
    for (const std::string& word : words) visit(word);
    return;
  }
  if (!words.empty())
    throw Failure(Code::usage, "with --stdin no path is given on the command line");
  const char end = given.has("null") ? '\0' : '\n';
  for (std::string word; std::getline(std::cin, word, end);)
    visit(end == '\0' ? word : unquoted(word));
}

std::vector<std::string> path_words(const Given& given) {
  std::vector<std::string> words = given.values("PATH");
  const std::vector<std::string> behind = given.values("--");
  words.insert(words.end(), behind.begin(), behind.end());
  return words;
}

worktree::PathspecRules pathspec_rules(const Context& context) {
  const auto is_set = [&](const char* name) {
    const std::string value = context.world.environment(name).value_or("");
    return !value.empty() && value != "0" && value != "false" && value != "no" && value != "off";
  };
  const worktree::PathspecRules out{is_set("HN_LITERAL_PATHSPECS"), is_set("HN_NOGLOB_PATHSPECS"),
                                    is_set("HN_GLOB_PATHSPECS"), is_set("HN_ICASE_PATHSPECS")};
  if (out.glob && out.noglob)
    throw Failure(Code::usage, "HN_GLOB_PATHSPECS and HN_NOGLOB_PATHSPECS exclude each other");
  if (out.literal && (out.glob || out.noglob || out.icase))
    throw Failure(Code::usage, "HN_LITERAL_PATHSPECS excludes the others of its kind");
  return out;
}

worktree::Pathspec pathspec_of(const Context& context, const repo::Repository& repository,
                               const std::vector<std::string>& words,
                               worktree::Pathspec::Rest rest) {
  return worktree::Pathspec(words, context.folder_in(repository), repository.layout().root,
                            pathspec_rules(context), rest);
}

worktree::Pathspec required_pathspec(const Context& context, const repo::Repository& repository,
                                     const std::vector<std::string>& words,
                                     worktree::Pathspec::Rest rest) {
  if (words.empty())
    throw Failure(Code::usage, "no path was given", "a dot stands for everything here");
  return pathspec_of(context, repository, words, rest);
}

void list_done(const Context& context, const Given& given, const DoneTo& what,
               const std::function<std::string(const std::string& path)>& line) {
  const bool asked = given.has("verbose") || given.has("dry-run");
  if (what.paths.size() > kListedMax && !asked) {
    context.out << what.done << " " << count_of(what.paths.size(), what.thing) << "\n";
    return;
  }
  for (const std::string& path : what.paths) context.out << line(path) << "\n";
}

Json paths_json(
    std::initializer_list<std::pair<std::string_view, const std::vector<std::string>&>> lists) {
  Json out;
  for (const auto& [key, paths] : lists) {
    Json rows = Json::array();
    for (const std::string& path : paths) {
      Json row;
      put_text(row, "path", path);
      rows.push_back(std::move(row));
    }
    out[std::string(key)] = std::move(rows);
  }
  return out;
}

}  // namespace hn::cli
