#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/base/glob.hpp"

// Which paths a working tree leaves out (hnignore(5)): git's rules to the letter, read from
// .gitignore and .hnignore of every folder.
namespace hn::worktree {

using hn::Glob;

// A line of an ignore file, as hn check-ignore names it.
struct IgnoreRule {
  std::string source;    // the file
  std::size_t line = 0;  // from 1
  std::string text;      // without its end of line, and blanks that do not count
  bool negative = false;
};

// The patterns of one ignore file, in order.
class Patterns {
 public:
  Patterns() = default;
  // Any bytes: what is no pattern matches nothing. `source` is the name of the file, for rules.
  static Patterns parse(ByteView text, std::string source = {});

  bool empty() const noexcept { return patterns_.empty(); }
  // What the last pattern that matches says: true to ignore, false to include again; nullopt where
  // none matches. `path` is relative to the folder that the patterns stand in.
  std::optional<bool> match(std::string_view path, bool folder) const;
  // That pattern itself.
  std::optional<IgnoreRule> rule(std::string_view path, bool folder) const;

 private:
  struct Pattern {
    std::string text;  // the line
    std::size_t line = 0;
    bool negative = false;
    PathPattern path;
  };
  const Pattern* last(std::string_view path, bool folder) const;

  std::vector<Pattern> patterns_;
  std::string source_;
};

// The rules that hold in one folder: those passed in, those of the folders above, its own. A value;
// folders share what stands above them. Immutable, so any thread may ask.
class Ignore {
 public:
  // The root's rules. `outer` stand in no folder (the user's own, .hn/info/exclude), weakest first.
  explicit Ignore(std::vector<Patterns> outer = {});

  // The rules below `folder` (a path from the root), which stands in the folder of this object.
  // `own` are its files' patterns, weakest first: .gitignore, then .hnignore. The root enters "".
  // Where `folder` itself is ignored, everything beneath is, whatever its own patterns say.
  Ignore enter(std::string_view folder, std::vector<Patterns> own) const;

  // A path from the root, standing directly in this folder.
  bool ignores(std::string_view path, bool folder) const;
  // The pattern that decides it; that of a folder above, where all in it is ignored.
  std::optional<IgnoreRule> rule(std::string_view path, bool folder) const;

 private:
  template <class Ask>
  auto decide(std::string_view path, const Ask& ask) const
      -> decltype(ask(std::declval<const Patterns&>(), path));
  struct Level;
  std::shared_ptr<const Level> level_;
};

}  // namespace hn::worktree
