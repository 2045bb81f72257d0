#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/git/form.hpp"

// Git's bytes taken apart, leniently: every field that can be read is read, whatever is odd about
// the rest. Nothing here judges exactness: import makes git's bytes again and compares.
namespace hn::git {

// The length of the ids in these bytes: that of all ids of their repository.
inline constexpr std::uint8_t kSha1Bytes = 20;
inline constexpr std::uint8_t kSha256Bytes = 32;

// Of so many bytes, in hexadecimal digits and nothing else.
std::optional<GitId> parse_id(std::string_view hex, std::uint8_t size);
// The same of either size.
std::optional<GitId> parse_id(std::string_view hex);

// A commit or tag as lines, views into its bytes. Total; nullopt where the first line does not
// name a tree (of a tag: an object) by a full id.
struct CommitText {
  GitId tree;
  std::vector<GitId> parents;
  object::Person author;
  object::Person committer;
  std::vector<object::Header> headers;
  std::string_view message;
};
std::optional<CommitText> parse_commit(ByteView bytes, std::uint8_t id_size = kSha1Bytes);

// The tree and the parents alone, without allocation for the rest.
struct CommitLinks {
  GitId tree;
  std::vector<GitId> parents;
};
std::optional<CommitLinks> parse_links(ByteView bytes, std::uint8_t id_size = kSha1Bytes);

struct TagText {
  GitId target;
  std::string_view type;
  std::string name;  // "-" where git's has none or one that cannot be kept
  std::optional<object::Person> tagger;
  std::vector<object::Header> headers;
  std::string_view message;
};
std::optional<TagText> parse_tag(ByteView bytes, std::uint8_t id_size = kSha1Bytes);
std::optional<GitId> parse_target(ByteView bytes, std::uint8_t id_size = kSha1Bytes);

struct TreeLine {
  std::string_view name;  // any bytes but NUL
  object::Mode mode = object::Mode::file;
  bool exact_mode = false;  // written as git writes it today
  GitId id;

  friend bool operator==(const TreeLine&, const TreeLine&) = default;
};
// nullopt where an entry is cut off or its mode is no octal number.
std::optional<std::vector<TreeLine>> parse_tree(ByteView bytes, std::uint8_t id_size = kSha1Bytes);

// Whether hn's entries of these lines, under the same names, give git's bytes again (git_bytes_of):
// names that hn allows, each once, in git's order, with modes as git writes them today.
bool is_plain(std::span<const TreeLine> lines) noexcept;

// NAME <EMAIL> SECONDS ZONE, bytes that hn refuses left out, what is missing empty or zero.
object::Person parse_person(std::string_view text);

}  // namespace hn::git
