#include <algorithm>
#include <map>
#include <ostream>

#include "failure.hpp"
#include "hn/merge/attributes.hpp"
#include "hn/worktree/files.hpp"
#include "hn/worktree/name.hpp"
#include "paths.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

using merge::Attribute;

struct Asked {
  std::vector<std::string> names;  // none: all that are set
  std::vector<std::string> paths;
};

// As git divides its words: before "--" stand attributes; without it the first is one, with --stdin
// all are, with -a none.
Asked asked_of(const Given& given) {
  Asked out;
  const auto words = given.values("WORD");
  out.paths = given.values("--");
  const bool all = given.has("all");
  const std::size_t names = all ? 0
                            : !out.paths.empty() || given.has("stdin")
                                ? words.size()
                                : std::min<std::size_t>(1, words.size());
  const auto middle = words.begin() + static_cast<std::ptrdiff_t>(names);
  out.names.assign(words.begin(), middle);
  if (all && !out.paths.empty() && !words.empty())
    throw Failure(Code::usage, "attributes and -a exclude each other");
  out.paths.insert(out.paths.begin(), middle, words.end());
  if (!all && out.names.empty()) throw Failure(Code::usage, "no attribute was given");
  if (out.paths.empty() && !given.has("stdin"))
    throw Failure(Code::usage, "no path was given", "hn check-attr ATTR PATH..., or --stdin");
  return out;
}

constexpr std::string_view kMerge = "merge";

struct Answer {
  Attribute attribute;  // as it is written
  // Of `merge`, where no policy has this name: the file that says so, and what holds instead.
  std::optional<merge::UnknownPolicy> unknown;
  std::string file;
  std::optional<std::string> in_effect;
};

// What the attribute files of the working tree say.
class Checker {
 public:
  explicit Checker(const repo::Repository& repository) : files_(repository.layout().root) {}

  std::vector<Answer> ask(const std::string& path, const std::vector<std::string>& names) {
    const auto found = look_up(path);
    std::vector<Answer> out;
    for (const std::string& name : names) {
      const auto at = found.find(name);
      out.push_back(at == found.end()
                        ? Answer{{name, Attribute::State::unspecified, {}}, {}, {}, {}}
                        : at->second);
    }
    for (const auto& [name, answer] : found) {
      const bool is_set = answer.attribute.state != Attribute::State::unspecified;
      if (names.empty() && (is_set || answer.unknown)) out.push_back(answer);
    }
    return out;
  }

 private:
  struct File {
    bool is_known = true;
    merge::Attributes attributes;
  };
  using Found = std::map<std::string, Answer, std::less<>>;

  // From the path's own folder up, until one that nobody can read.
  Found look_up(const std::string& path) {
    Found found;
    std::string_view folder = path;
    do {
      folder = worktree::folder_of(folder);
      const File& file = file_in(std::string(folder));
      if (!file.is_known) break;
      const auto below = std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
      add(found, file.attributes, std::string(folder), below);
    } while (!folder.empty());
    // Attribute files have no policy.
    if (worktree::name_of_path(path) == merge::kAttributesName) found.erase(std::string(kMerge));
    return found;
  }

  // What a file says of the attributes that none below it named.
  static void add(Found& found, const merge::Attributes& attributes, const std::string& folder,
                  std::string_view below) {
    const merge::UnknownPolicy* unknown = attributes.unknown_policy(below);
    if (unknown != nullptr) {
      Answer answer{unknown->word, *unknown, {}, {}};
      answer.file = worktree::join(folder, std::string(merge::kAttributesName));
      found.try_emplace(std::string(kMerge), std::move(answer));
    }
    for (const Attribute* attribute : attributes.all(below)) {
      const auto [at, is_new] = found.try_emplace(attribute->name, Answer{*attribute, {}, {}, {}});
      if (!is_new && at->second.unknown && !at->second.in_effect)
        at->second.in_effect = attribute->value;
    }
  }

  const File& file_in(const std::string& folder) {
    const auto [at, is_new] = known_.try_emplace(folder);
    if (!is_new) return at->second;
    const std::string path = worktree::join(folder, std::string(merge::kAttributesName));
    if (files_.look(path) == worktree::Files::Kind::absent) return at->second;
    const auto bytes = files_.read(path, merge::kAttributesBytesMax);
    auto parsed = bytes ? merge::Attributes::parse(*bytes) : std::nullopt;
    at->second.is_known = parsed.has_value();
    if (parsed) at->second.attributes = std::move(*parsed);
    return at->second;
  }

  worktree::Files files_;
  std::map<std::string, File> known_;
};

std::string_view said(const Attribute& attribute) {
  switch (attribute.state) {
    case Attribute::State::set:
      return "set";
    case Attribute::State::unset:
      return "unset";
    case Attribute::State::unspecified:
      return "unspecified";
    case Attribute::State::value:
      return attribute.value;
  }
  return {};
}

void print_line(const Context& context, const std::string& word, const Attribute& attribute,
                bool nul) {
  if (nul)
    context.out << word << '\0' << attribute.name << '\0' << said(attribute) << '\0';
  else
    context.out << shown_path(word) << ": " << attribute.name << ": " << said(attribute) << "\n";
}

// A word that was mistyped merges as if it were not there, which nothing else would show.
void warn(const Context& context, const std::string& word, const Answer& answer) {
  if (!answer.unknown) return;
  context.err << "warning: " << shown_path(answer.file) << ":" << answer.unknown->line << ": "
              << in_words(*answer.unknown) << "; " << shown_path(word) << " merges "
              << (answer.in_effect ? "by " + *answer.in_effect : "as without a policy") << "\n";
}

Json asked_json(const std::string& word, const std::vector<Answer>& answers) {
  Json row;
  put_text(row, "path", word);
  row["attributes"] = Json::array();
  for (const Answer& answer : answers) {
    const Attribute& attribute = answer.attribute;
    const bool has_value = attribute.state == Attribute::State::value;
    Json one{{"name", attribute.name}, {"state", has_value ? "value" : said(attribute)}};
    if (has_value) put_text(one, "value", attribute.value);
    if (answer.unknown) {
      one["known"] = false;
      one["in_effect"] = answer.in_effect ? Json(*answer.in_effect) : Json(nullptr);
    }
    row["attributes"].push_back(std::move(one));
  }
  return row;
}

int run(Context& context, const Given& given) {
  const Asked asked = asked_of(given);
  for (const std::string& name : asked.names) {
    if (!merge::is_attribute_name(name))
      throw Failure(Code::usage, "'" + name + "' is no name of an attribute");
  }
  repo::Repository repository = context.open();
  Checker checker(repository);
  Json rows = Json::array();
  for_each_path_word(given, asked.paths, [&](const std::string& word) {
    if (word.empty())
      throw Failure(Code::invalid, "an empty path", "a dot stands for the folder here");
    const auto answers = checker.ask(context.in_repository(repository, word), asked.names);
    for (const Answer& answer : answers) warn(context, word, answer);
    if (given.has("json")) {
      rows.push_back(asked_json(word, answers));
      return;
    }
    for (const Answer& answer : answers)
      print_line(context, word, answer.attribute, given.has("null"));
    if (given.has("stdin")) context.out.flush();
  });
  if (given.has("json")) print(context, Json{{"paths", std::move(rows)}});
  return 0;
}

}  // namespace

Command cmd_check_attr() {
  return {"check-attr",
          "Show the attributes of paths",
          {{"-a,--all", "", "all attributes that are set"},
           {"-z,--null", "", "NUL behind each field, and between the paths of --stdin"},
           {"--stdin", "", "read the paths from standard input"},
           {"--json", "", "as JSON"}},
          {{"WORD", "attributes, then paths; without -- one attribute", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
