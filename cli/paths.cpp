#include "paths.hpp"

#include "hn/base/error.hpp"

namespace hn::cli {

std::vector<std::string> path_words(const Given& given) {
  std::vector<std::string> words = given.values("PATH");
  const std::vector<std::string> behind = given.values("--");
  words.insert(words.end(), behind.begin(), behind.end());
  return words;
}

worktree::Pathspec pathspec_of(const Context& context, const repo::Repository& repository,
                               const std::vector<std::string>& words) {
  return worktree::Pathspec(words, context.folder_in(repository), repository.layout().root);
}

worktree::Pathspec required_pathspec(const Context& context, const repo::Repository& repository,
                                     const std::vector<std::string>& words) {
  if (words.empty())
    throw Failure(Code::usage, "no path was given", "a dot stands for everything here");
  return pathspec_of(context, repository, words);
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
