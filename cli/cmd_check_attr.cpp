#include <algorithm>
#include <map>

#include "failure.hpp"
#include "hn/merge/attributes.hpp"
#include "hn/worktree/files.hpp"
#include "hn/worktree/name.hpp"
#include "paths.hpp"

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

// What the attribute files of the working tree say.
class Checker {
 public:
  explicit Checker(const repo::Repository& repository) : files_(repository.layout().root) {}

  // From the path's own folder up, until one that nobody can read.
  std::vector<Attribute> ask(const std::string& path, const std::vector<std::string>& names) {
    std::vector<Attribute> out;
    std::map<std::string, Attribute, std::less<>> found;
    std::string_view folder = path;
    do {
      folder = worktree::folder_of(folder);
      const File& file = file_in(std::string(folder));
      if (!file.is_known) break;
      const auto below = std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
      for (const Attribute* attribute : file.attributes.all(below))
        found.try_emplace(attribute->name, *attribute);
    } while (!folder.empty());
    // Attribute files have no policy.
    if (worktree::name_of_path(path) == merge::kAttributesName) found.erase("merge");
    for (const std::string& name : names) {
      const auto at = found.find(name);
      out.push_back(at == found.end() ? Attribute{name, Attribute::State::unspecified, {}}
                                      : at->second);
    }
    for (const auto& [name, attribute] : found) {
      if (names.empty() && attribute.state != Attribute::State::unspecified)
        out.push_back(attribute);
    }
    return out;
  }

 private:
  struct File {
    bool is_known = true;
    merge::Attributes attributes;
  };

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

Json asked_json(const std::string& word, const std::vector<Attribute>& attributes) {
  Json row;
  put_text(row, "path", word);
  row["attributes"] = Json::array();
  for (const Attribute& attribute : attributes) {
    const bool has_value = attribute.state == Attribute::State::value;
    Json one{{"name", attribute.name}, {"state", has_value ? "value" : said(attribute)}};
    if (has_value) put_text(one, "value", attribute.value);
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
    const auto attributes = checker.ask(context.in_repository(repository, word), asked.names);
    if (given.has("json")) {
      rows.push_back(asked_json(word, attributes));
      return;
    }
    for (const Attribute& attribute : attributes)
      print_line(context, word, attribute, given.has("null"));
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
