// The rules of hnignore(5): git's, as its documentation and its behaviour have them.
#include "hn/worktree/ignore.hpp"

#include <algorithm>

#include "hn/worktree/name.hpp"

namespace hn::worktree {
namespace {

constexpr std::string_view kSpecial = "*?[\\";

// Cuts the spaces at the end that no backslash holds.
std::string_view without_trailing_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') continue;
    // A backslash at the very end holds nothing, and git then keeps the spaces before it too.
    if (line[i] == '\\' && ++i == line.size()) return line;
    end = i + 1;
  }
  return line.substr(0, end);
}

}  // namespace

Patterns Patterns::parse(ByteView text, std::string source) {
  std::string_view rest = as_text(text);
  if (rest.substr(0, 3) == "\xef\xbb\xbf") rest.remove_prefix(3);
  Patterns out;
  out.source_ = std::move(source);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line[0] == '#') continue;
    if (line.back() == '\r') line.remove_suffix(1);
    line = without_trailing_spaces(line.substr(0, line.find('\0')));
    out.patterns_.push_back(compile(line));
    out.patterns_.back().text = line;
    out.patterns_.back().line = number;
  }
  return out;
}

Patterns::Pattern Patterns::compile(std::string_view line) {
  Pattern out;
  if (!line.empty() && line[0] == '!') {
    out.negative = true;
    line.remove_prefix(1);
  }
  if (!line.empty() && line.back() == '/') {
    out.folders_only = true;
    line.remove_suffix(1);
  }
  out.name_only = line.find('/') == std::string_view::npos;
  if (!line.empty() && line[0] == '/') line.remove_prefix(1);
  std::size_t special = std::min(line.find_first_of(kSpecial), line.size());
  if (special == line.size()) {
    out.literal = line;
  } else if (!out.name_only) {
    out.literal = line.substr(0, special);
    out.glob.emplace(line.substr(special), true);
  } else if (line[0] == '*' && line.find_first_of(kSpecial, 1) == std::string_view::npos) {
    out.literal = line.substr(1);
    out.ends_with = true;
  } else {
    out.glob.emplace(line, false);
  }
  return out;
}

bool Patterns::matches(const Pattern& pattern, std::string_view path) {
  if (pattern.name_only) {
    std::string_view name = name_of_path(path);
    if (pattern.glob) return pattern.glob->matches(name);
    if (pattern.ends_with) return name.ends_with(pattern.literal);
    return name == pattern.literal;
  }
  if (!path.starts_with(pattern.literal)) return false;
  std::string_view rest = path.substr(pattern.literal.size());
  return pattern.glob ? pattern.glob->matches(rest) : rest.empty();
}

const Patterns::Pattern* Patterns::last(std::string_view path, bool folder) const {
  for (auto p = patterns_.rbegin(); p != patterns_.rend(); ++p) {
    if (p->folders_only && !folder) continue;
    if (matches(*p, path)) return &*p;
  }
  return nullptr;
}

std::optional<bool> Patterns::match(std::string_view path, bool folder) const {
  const Pattern* pattern = last(path, folder);
  return pattern == nullptr ? std::nullopt : std::optional(!pattern->negative);
}

std::optional<IgnoreRule> Patterns::rule(std::string_view path, bool folder) const {
  const Pattern* pattern = last(path, folder);
  if (pattern == nullptr) return std::nullopt;
  return IgnoreRule{source_, pattern->line, pattern->text, pattern->negative};
}

struct Ignore::Level {
  std::shared_ptr<const Level> above;
  std::string folder;
  std::vector<Patterns> patterns;
  bool all = false;               // the folder itself is ignored,
  std::optional<IgnoreRule> why;  // by this
};

// What the strongest patterns say that say anything.
template <class Ask>
auto Ignore::decide(std::string_view path, const Ask& ask) const
    -> decltype(ask(std::declval<const Patterns&>(), path)) {
  for (const Level* level = level_.get(); level != nullptr; level = level->above.get()) {
    std::string_view below = path;
    if (!level->folder.empty()) below.remove_prefix(level->folder.size() + 1);
    for (auto p = level->patterns.rbegin(); p != level->patterns.rend(); ++p)
      if (auto verdict = ask(*p, below)) return verdict;
  }
  return std::nullopt;
}

Ignore::Ignore(std::vector<Patterns> outer)
    : level_(std::make_shared<const Level>(Level{nullptr, "", std::move(outer), false, {}})) {}

Ignore Ignore::enter(std::string_view folder, std::vector<Patterns> own) const {
  bool all = !folder.empty() && ignores(folder, true);
  if (own.empty() && all == level_->all) return *this;
  Ignore out = *this;
  out.level_ = std::make_shared<const Level>(Level{level_, std::string(folder), std::move(own), all,
                                                   all ? rule(folder, true) : std::nullopt});
  return out;
}

bool Ignore::ignores(std::string_view path, bool folder) const {
  if (level_->all) return true;
  return decide(path, [&](const Patterns& patterns,
                          std::string_view below) { return patterns.match(below, folder); })
      .value_or(false);
}

std::optional<IgnoreRule> Ignore::rule(std::string_view path, bool folder) const {
  if (level_->all) return level_->why;
  return decide(path, [&](const Patterns& patterns, std::string_view below) {
    return patterns.rule(below, folder);
  });
}

}  // namespace hn::worktree
