// The rules of hnignore(5): git's, as its documentation and its behaviour have them.
#include "hn/worktree/ignore.hpp"

#include <algorithm>

namespace hn::worktree {
namespace {

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
    const bool negative = line.starts_with('!');
    out.patterns_.push_back(
        {std::string(line), number, negative, PathPattern(negative ? line.substr(1) : line)});
  }
  return out;
}

const Patterns::Pattern* Patterns::last(std::string_view path, bool folder) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  for (auto p = patterns_.rbegin(); p != patterns_.rend(); ++p) {
    if (p->path.matches(path, name, folder)) return &*p;
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
