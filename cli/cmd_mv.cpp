#include <ostream>

#include "hn/repo/move_files.hpp"
#include "paths.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  std::vector<std::string> words = path_words(given);
  if (words.size() < 2)
    throw Failure(Code::usage, "what is to be moved, and where to?", "hn mv PATH... TARGET");
  repo::Repository repository = context.open();
  repo::MoveRequest request;
  request.needs_folder = words.back().ends_with('/');
  request.to = context.in_repository(repository, words.back());
  words.pop_back();
  for (const std::string& word : words)
    request.from.push_back(context.in_repository(repository, word));
  request.replace = given.has("force");
  request.skip = given.has("skip");
  request.only_list = given.has("dry-run");
  const std::vector<repo::MovedPath> moves = repo::move_files(repository, request);
  if (given.has("json")) {
    Json out;
    out["moved"] = Json::array();
    for (const auto& [from, to] : moves) {
      Json row;
      put_text(row, "from", from);
      put_text(row, "to", to);
      out["moved"].push_back(std::move(row));
    }
    print(context, out);
  } else if (given.has("verbose") || given.has("dry-run")) {
    for (const auto& [from, to] : moves)
      context.out << "Renaming " << shown_path(from) << " to " << shown_path(to) << "\n";
  }
  return 0;
}

}  // namespace

Command cmd_mv() {
  return {"mv",
          "Rename recorded files and folders",
          {{"-f,--force", "", "replace a file that stands there"},
           {"-k,--skip", "", "leave out what cannot be moved"},
           {"-n,--dry-run", "", "touch nothing, say what would be renamed"},
           {"-v,--verbose", "", "list what is renamed"},
           {"--json", "", "as JSON"}},
          {{"PATH", "what to rename, and last the new name or a folder", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
