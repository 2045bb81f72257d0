#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/bytes.hpp"

// Patterns of names and paths, as ignore files, attribute files and pathspecs have them. They come
// with other people's trees: a pattern means the same in every locale, and matching is bounded.
namespace hn {

// A glob: '*', '?', '[...]', '\' and, where `path` is set, '**' between slashes, with '*', '?' and
// classes stopping at '/'. Compiled once; matching takes time in the product of the two lengths at
// most, whatever the pattern (patterns come from other people).
class Glob {
 public:
  explicit Glob(std::string_view pattern, bool path);
  bool matches(std::string_view text) const;

 private:
  enum class Kind : std::uint8_t {
    byte,
    any,
    set,
    star,       // any bytes but '/'
    star_star,  // any bytes
    maybe,      // the next token may be left out
    through,    // any bytes that end with '/'
    never,
  };
  struct Token {
    Kind kind = Kind::byte;
    Byte byte = 0;
    std::uint32_t set = 0;  // place in sets_
  };
  std::size_t add_set(std::string_view pattern, std::size_t at);
  std::size_t add_stars(std::string_view pattern, std::size_t at);
  bool takes(const Token& token, Byte byte) const;
  bool may_match(std::string_view text) const;
  void close(std::vector<char>& reached) const;

  void find_needed();

  std::vector<Token> tokens_;
  std::vector<std::array<bool, 256>> sets_;
  std::string needed_;  // the longest run of bytes that any match has in it
  bool path_;
};

// A pattern for paths as a line of an ignore or attribute file has it (hnignore(5), Patterns),
// without '!' in front. With a slash at the end it is for folders alone; without any other slash it
// is compared with the last name of a path, else with the whole path from the file's folder on.
class PathPattern {
 public:
  explicit PathPattern(std::string_view pattern);
  bool matches(std::string_view path, bool folder) const;
  // For who asks many patterns of one path: `name` is its last name.
  bool matches(std::string_view path, std::string_view name, bool folder) const;

 private:
  std::string literal_;       // what stands before the first special byte
  std::optional<Glob> glob_;  // the rest, where there is any
  bool folders_only_ = false;
  bool name_only_ = false;  // no slash inside: compared with the last name alone
  bool ends_with_ = false;  // '*' and a literal: compared from behind
};

}  // namespace hn
