#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The one grammar of revisions (hn-revisions(7)), text alone: what the names mean is for
// revision.hpp. Total: any text is a revision or none.
namespace hn::repo {

struct RevisionStep {
  enum class Kind {
    parent,    // ^N: parent number N, 0 for the commit itself
    ancestor,  // ~N
    message,   // ^{/TEXT}: the newest it leads to whose message matches
    commit,    // ^{commit}
    tree,      // ^{tree}
    tag,       // ^{tag}
    peeled,    // ^{}: tags followed
    object,    // ^{object}: whatever it is
  };
  Kind kind = Kind::parent;
  std::uint64_t number = 0;
  std::string text;
};

struct RevisionText {
  enum class Base {
    name,         // HEAD, a branch, a tag, an id; the current branch where `name` is empty
    message,      // :/TEXT
    last_switch,  // @{-N}
  };
  Base base = Base::name;
  std::string name;
  std::string text;
  std::uint64_t number = 0;
  // NAME@{N} and NAME@{DATE}: where it stood.
  std::optional<std::uint64_t> moves_ago;
  std::optional<std::string> date;
  std::vector<RevisionStep> steps;
  std::optional<std::string> path;  // behind ':'
};

// nullopt where the text breaks the grammar.
std::optional<RevisionText> parse_revision(std::string_view text);

// What several commits are named by. Left and right are revisions; empty stands for HEAD.
struct RangeText {
  enum class Kind {
    one,        // REV
    without,    // ^REV
    between,    // LEFT..RIGHT: what RIGHT leads to and LEFT does not
    symmetric,  // LEFT...RIGHT: what one of them leads to and not both
    parents,    // REV^@: all its parents
    alone,      // REV^!: it without what its parents lead to
    since,      // REV^-N: it without what its parent number N leads to
  };
  Kind kind = Kind::one;
  std::string left;
  std::string right;
  std::uint64_t number = 0;
};
RangeText parse_range(std::string_view text);

}  // namespace hn::repo
