// What a pathspec means is git's (pathspec.c, dir.c: match_pathspec_item); a test holds the answers
// against git ls-files.
#include "hn/worktree/pathspec.hpp"

#include <algorithm>
#include <optional>

#include "hn/base/error.hpp"

namespace hn::worktree {
namespace {

struct Magic {
  bool top = false;
  bool literal = false;
  bool icase = false;
  bool glob = false;
  bool exclude = false;
};

Failure bad(std::string_view word, const std::string& why, const std::string& hint = {}) {
  return Failure(Code::invalid, "'" + std::string(word) + "': " + why, hint);
}

void take_word(std::string_view name, Magic& magic, std::string_view word) {
  if (name == "top") {
    magic.top = true;
  } else if (name == "literal") {
    magic.literal = true;
  } else if (name == "icase") {
    magic.icase = true;
  } else if (name == "glob") {
    magic.glob = true;
  } else if (name == "exclude") {
    magic.exclude = true;
  } else if (name.starts_with("attr")) {
    throw bad(word, "files have no attributes that a path could be chosen by");
  } else if (!name.empty()) {
    throw bad(word, "there is no magic word '" + std::string(name) + "'",
              "top, literal, icase, glob and exclude are known");
  }
}

// ":(top,icase)": the words, and what stands behind them.
std::string_view take_long(std::string_view word, Magic& magic) {
  const std::size_t end = word.find(')');
  if (end == word.npos) throw bad(word, "the bracket is not closed");
  std::string_view names = word.substr(2, end - 2);
  for (;;) {
    const std::size_t comma = names.find(',');
    take_word(names.substr(0, comma), magic, word);
    if (comma == names.npos) break;
    names.remove_prefix(comma + 1);
  }
  return word.substr(end + 1);
}

// ":/", ":!", ":^" in a row, ended by ':' or by what is no magic.
std::string_view take_short(std::string_view word, Magic& magic) {
  std::size_t at = 1;
  for (; at < word.size() && word[at] != ':'; ++at) {
    const char c = word[at];
    if (c == '/') {
      magic.top = true;
    } else if (c == '!' || c == '^') {
      magic.exclude = true;
    } else if (std::string_view("\"#%&',-;<=>@_`~").find(c) != std::string_view::npos) {
      throw bad(word, "there is no magic '" + std::string(1, c) + "'", "/, ! and ^ are known");
    } else {
      return word.substr(at);
    }
  }
  return word.substr(std::min(at + 1, word.size()));
}

std::string_view take_magic(std::string_view word, Magic& magic) {
  if (!word.starts_with(':')) return word;
  const std::string_view rest =
      word.starts_with(":(") ? take_long(word, magic) : take_short(word, magic);
  if (magic.literal && magic.glob) throw bad(word, "literal and glob exclude each other");
  return rest;
}

bool is_special(char c) {
  return c == '*' || c == '?' || c == '[' || c == '\\';
}

struct FromRoot {
  std::string path;
  std::size_t folder = 0;  // how much of it the folder gave, and not the word
};

// The path from the root; nullopt where it leads out.
std::optional<FromRoot> from_root(std::string_view path, std::string_view folder,
                                  std::string_view root) {
  std::string whole;
  if (path.starts_with('/')) {
    if (path != root && !(path.starts_with(root) && path.substr(root.size()).starts_with('/')))
      return std::nullopt;
    whole = path.substr(root.size());
  } else {
    whole = std::string(folder) + "/" + std::string(path);
  }
  std::vector<std::string_view> names;
  std::size_t of_folder = path.starts_with('/') || folder.empty()
                              ? 0
                              : 1 + static_cast<std::size_t>(std::ranges::count(folder, '/'));
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (name == "..") {
      if (names.empty()) return std::nullopt;
      names.pop_back();
      of_folder = std::min(of_folder, names.size());
    } else if (!name.empty() && name != ".") {
      names.push_back(name);
    }
  }
  FromRoot out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out.path.append(i == 0 ? "" : "/").append(names[i]);
    if (i + 1 == of_folder) out.folder = out.path.size();
  }
  return out;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal(std::string_view a, std::string_view b, bool ignore_case) {
  if (!ignore_case) return a == b;
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

Pathspec::Pathspec(std::span<const std::string> words, std::string_view folder,
                   std::string_view root, const PathspecRules& rules, Rest rest) {
  for (const std::string& word : words) {
    Rule rule = parse(word, folder, root, rules);
    (rule.excludes ? without_ : with_).push_back(std::move(rule));
  }
  if (rest == Rest::here && with_.empty() && !without_.empty())
    with_.push_back(parse(":(literal).", folder, root, {}));
  // ":/" and "." at the root: everything, said in words.
  const bool all = std::ranges::any_of(
      with_, [](const Rule& rule) { return rule.path.empty() && !rule.is_glob; });
  if (all) with_.clear();
}

Pathspec::Rule Pathspec::parse(std::string_view word, std::string_view folder,
                               std::string_view root, const PathspecRules& rules) {
  Magic magic;
  const std::string_view path = rules.literal ? word : take_magic(word, magic);
  magic.icase = magic.icase || rules.icase;
  magic.literal = magic.literal || rules.literal || (rules.noglob && !magic.glob);
  magic.glob = magic.glob || (rules.glob && !magic.literal);
  if (path.empty() && !magic.top && (rules.literal || !word.starts_with(':')))
    throw bad(word, "an empty path", "a dot stands for the folder here");
  const auto full = from_root(path, magic.top ? std::string_view() : folder, root);
  if (!full) throw bad(word, "that is outside of the repository at " + std::string(root));
  Rule rule;
  rule.word = word;
  rule.path = full->path;
  rule.ignore_case = magic.icase;
  rule.excludes = magic.exclude;
  rule.folder_only = (path.ends_with('/') || path.ends_with("/.")) && !rule.path.empty();
  // The folder that the command runs in is no pattern, whatever it is called.
  const std::size_t typed = full->folder;
  rule.as_typed = typed;
  std::size_t special = typed;
  while (special < rule.path.size() && !is_special(rule.path[special])) ++special;
  rule.is_glob = !magic.literal && special < rule.path.size();
  rule.literal = rule.path.substr(0, special);
  if (!rule.is_glob) {
    rule.literal = rule.path;
    return rule;
  }
  std::string pattern = rule.path.substr(typed) + (rule.folder_only ? "/" : "");
  if (rule.ignore_case) std::ranges::transform(pattern, pattern.begin(), lower);
  std::string quoted;
  for (const char c : rule.path.substr(0, typed)) {
    if (is_special(c)) quoted += '\\';
    quoted += rule.ignore_case ? lower(c) : c;
  }
  rule.glob = Glob(quoted + pattern, magic.glob);
  return rule;
}

bool Pathspec::matches(const Rule& rule, std::string_view path) {
  if (rule.path.empty() && !rule.is_glob) return true;
  const std::size_t size = rule.path.size();
  if (rule.ignore_case && !path.starts_with(rule.path.substr(0, rule.as_typed))) return false;
  if (path.size() >= size && equal(path.substr(0, size), rule.path, rule.ignore_case)) {
    if (path.size() == size && !rule.folder_only) return true;
    if (path.size() > size && path[size] == '/') return true;
  }
  if (!rule.is_glob) return false;
  if (!rule.ignore_case) return rule.glob.matches(path);
  std::string folded(path);
  std::ranges::transform(folded, folded.begin(), lower);
  return rule.glob.matches(folded);
}

bool Pathspec::matches(std::string_view path) const {
  const auto of = [&](const Rule& rule) { return matches(rule, path); };
  return (with_.empty() || std::ranges::any_of(with_, of)) && std::ranges::none_of(without_, of);
}

void Pathspec::note_matches(std::string_view path, std::vector<bool>& matched) const {
  matched.resize(with_.size());
  for (std::size_t i = 0; i < with_.size(); ++i) matched[i] = matched[i] || matches(with_[i], path);
}

bool Pathspec::may_match_below(std::string_view folder) const {
  if (folder.empty() || with_.empty()) return true;
  return std::ranges::any_of(with_, [&](const Rule& rule) {
    const std::string_view begin = rule.literal;
    const std::string inside = std::string(folder) + "/";
    const std::size_t common = std::min(begin.size(), inside.size());
    if (!equal(begin.substr(0, common), std::string_view(inside).substr(0, common),
               rule.ignore_case))
      return false;
    // A path that is the beginning of the folder's own name is another one.
    return rule.is_glob || begin.size() >= inside.size() || inside[begin.size()] == '/';
  });
}

std::vector<std::string> Pathspec::bounds() const {
  std::vector<std::string> out;
  for (const Rule& rule : with_) {
    std::string path = rule.literal;
    // The name that a pattern begins in is none yet.
    if (rule.is_glob) path.resize(path.find('/') == path.npos ? 0 : path.rfind('/'));
    if (rule.ignore_case || path.empty()) return {};
    out.push_back(std::move(path));
  }
  return out;
}

bool Pathspec::is_bounds() const noexcept {
  return without_.empty() && std::ranges::none_of(with_, [](const Rule& rule) {
           return rule.is_glob || rule.ignore_case || rule.folder_only || rule.path.empty();
         });
}

const std::string* Pathspec::only_path() const noexcept {
  if (with_.size() != 1 || !without_.empty()) return nullptr;
  const Rule& rule = with_.front();
  return rule.is_glob || rule.ignore_case ? nullptr : &rule.path;
}

}  // namespace hn::worktree
