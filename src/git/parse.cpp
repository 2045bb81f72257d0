// Git's objects: gitformat-pack(5), git-fsck(1); what git itself accepts is in its commit.c and
// tag.c.
#include "git/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "git/tree_form.hpp"

namespace hn::git {
namespace {

constexpr std::int64_t kSecondsMax = INT64_MAX;

// Takes the next line, without its newline, off the front.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<int> digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// The line "KEY ID", if it comes next.
std::optional<GitId> take_id(std::string_view& rest, std::string_view key, std::uint8_t size) {
  std::string_view after = rest;
  std::string_view line = take_line(after);
  if (!take_prefix(line, key)) return std::nullopt;
  const auto id = parse_id(line, size);
  if (id) rest = after;
  return id;
}

CommitLinks take_links(std::string_view& rest, const GitId& tree) {
  CommitLinks links{tree, {}};
  while (const auto parent = take_id(rest, "parent ", tree.size)) links.parents.push_back(*parent);
  return links;
}

// A header's first line and those that begin with a space, joined. The key ends at the first space.
struct Field {
  std::string_view key;
  std::string value;
};

std::optional<Field> take_field(std::string_view& rest) {
  const std::string_view line = take_line(rest);
  const std::size_t space = line.find(' ');
  Field field{line.substr(0, space), {}};
  if (space != std::string_view::npos) field.value = line.substr(space + 1);
  while (rest.starts_with(' ')) {
    field.value.push_back('\n');
    field.value.append(take_line(rest).substr(1));
  }
  if (field.key.empty() || field.key.find('\0') != std::string_view::npos) return std::nullopt;
  return field;
}

std::string without(std::string_view text, std::string_view banned) {
  std::string out(text);
  std::erase_if(out, [banned](char c) { return banned.find(c) != std::string_view::npos; });
  return out;
}

// "[+-]HHMM"; anything else is what its first four digits say, or zero.
std::int32_t zone_from(std::string_view text) {
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return 0;
  text.remove_prefix(1);
  std::int32_t hhmm = 0;
  const char* end = text.data() + std::min<std::size_t>(text.size(), 4);
  std::from_chars(text.data(), end, hhmm);
  if (hhmm < 0) return 0;
  const std::int32_t minutes = std::min(hhmm / 100 * 60 + hhmm % 100, 99 * 60 + 59);
  return west ? -minutes : minutes;
}

WallTime time_from(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  WallTime time;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time.seconds);
  if (error == std::errc::result_out_of_range)
    time.seconds = text.starts_with('-') ? -kSecondsMax : kSecondsMax;
  else if (error != std::errc())
    return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  time.zone_minutes = zone_from(text);
  return time;
}

std::optional<object::Mode> mode_from(std::string_view octal) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(octal.data(), octal.data() + octal.size(), mode, 8);
  if (error != std::errc() || end != octal.data() + octal.size()) return std::nullopt;
  // As git reads them: only the kind and the owner's right to execute count.
  switch (mode & 0170000) {
    case 0040000:
      return object::Mode::folder;
    case 0120000:
      return object::Mode::symlink;
    case 0160000:
      return object::Mode::submodule;
    default:
      return (mode & 0100) != 0 ? object::Mode::executable : object::Mode::file;
  }
}

std::string tag_name_from(std::string_view line) {
  if (line.empty() || line.find('\0') != std::string_view::npos) return "-";
  return std::string(line);
}

}  // namespace

std::optional<GitId> parse_id(std::string_view hex, std::uint8_t size) {
  if (hex.size() != std::size_t{2} * size) return std::nullopt;
  GitId id;
  id.size = size;
  for (std::size_t i = 0; i < size; ++i) {
    const auto high = digit_of(hex[2 * i]);
    const auto low = digit_of(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    id.bytes[i] = static_cast<Byte>(*high * 16 + *low);
  }
  return id;
}

std::optional<GitId> parse_id(std::string_view hex) {
  return parse_id(hex, hex.size() == 2 * kSha256Bytes ? kSha256Bytes : kSha1Bytes);
}

object::Person parse_person(std::string_view text) {
  constexpr std::string_view kBanned("<>\n\0", 4);
  object::Person person;
  const std::size_t open = text.find('<');
  std::string_view name = text.substr(0, open);
  if (name.ends_with(' ')) name.remove_suffix(1);
  person.name = without(name, kBanned);
  if (open == std::string_view::npos) return person;
  text.remove_prefix(open + 1);
  const std::size_t close = text.rfind('>');
  person.email = without(text.substr(0, close), kBanned);
  if (close != std::string_view::npos) person.time = time_from(text.substr(close + 1));
  return person;
}

std::optional<CommitLinks> parse_links(ByteView bytes, std::uint8_t id_size) {
  std::string_view rest = as_text(bytes);
  const auto tree = take_id(rest, "tree ", id_size);
  if (!tree) return std::nullopt;
  return take_links(rest, *tree);
}

std::optional<CommitText> parse_commit(ByteView bytes, std::uint8_t id_size) {
  std::string_view rest = as_text(bytes);
  const auto tree = take_id(rest, "tree ", id_size);
  if (!tree) return std::nullopt;
  CommitText commit;
  commit.tree = *tree;
  commit.parents = take_links(rest, *tree).parents;
  bool has_author = false;
  bool has_committer = false;
  while (!rest.empty() && !rest.starts_with('\n')) {
    auto field = take_field(rest);
    if (!field) continue;
    if (field->key == "author" && !std::exchange(has_author, true))
      commit.author = parse_person(field->value);
    else if (field->key == "committer" && !std::exchange(has_committer, true))
      commit.committer = parse_person(field->value);
    else
      commit.headers.push_back({std::string(field->key), std::move(field->value)});
  }
  take_line(rest);
  commit.message = rest;
  return commit;
}

std::optional<GitId> parse_target(ByteView bytes, std::uint8_t id_size) {
  std::string_view rest = as_text(bytes);
  return take_id(rest, "object ", id_size);
}

std::optional<TagText> parse_tag(ByteView bytes, std::uint8_t id_size) {
  std::string_view rest = as_text(bytes);
  const auto target = take_id(rest, "object ", id_size);
  if (!target) return std::nullopt;
  TagText tag;
  tag.target = *target;
  tag.name = "-";
  if (rest.starts_with("type ")) tag.type = take_line(rest).substr(5);
  if (rest.starts_with("tag ")) tag.name = tag_name_from(take_line(rest).substr(4));
  while (!rest.empty() && !rest.starts_with('\n')) {
    auto field = take_field(rest);
    if (!field) continue;
    if (field->key == "tagger" && !tag.tagger)
      tag.tagger = parse_person(field->value);
    else
      tag.headers.push_back({std::string(field->key), std::move(field->value)});
  }
  take_line(rest);
  tag.message = rest;
  return tag;
}

std::optional<std::vector<TreeLine>> parse_tree(ByteView bytes, std::uint8_t id_size) {
  std::vector<TreeLine> lines;
  lines.reserve(bytes.size() / (id_size + 16U));
  std::string_view rest = as_text(bytes);
  while (!rest.empty()) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::string_view digits = rest.substr(0, space);
    const auto mode = mode_from(digits);
    rest.remove_prefix(space + 1);
    const std::size_t nul = rest.find('\0');
    if (!mode || nul == std::string_view::npos || rest.size() - nul - 1 < id_size)
      return std::nullopt;
    TreeLine line{rest.substr(0, nul), *mode, digits == git_mode(*mode), {}};
    line.id.size = id_size;
    // Two copies of known sizes: one of a size that is not known costs more than all else here.
    const char* id = rest.data() + nul + 1;
    if (id_size == kSha1Bytes)
      std::memcpy(line.id.bytes.data(), id, kSha1Bytes);
    else
      std::copy_n(id, id_size, line.id.bytes.begin());
    rest.remove_prefix(nul + 1 + id_size);
    lines.push_back(line);
  }
  return lines;
}

// In git's order a file stands before a folder of its name, and between them only names that begin
// with it.
bool is_plain(std::span<const TreeLine> lines) noexcept {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const TreeLine& line = lines[i];
    if (!line.exact_mode || !object::is_tree_name(line.name)) return false;
    if (i > 0 && !git_less(lines[i - 1].name, lines[i - 1].mode, line.name, line.mode))
      return false;
    if (line.mode != object::Mode::folder) continue;
    for (std::size_t k = i; k > 0 && lines[k - 1].name.starts_with(line.name); --k)
      if (lines[k - 1].name == line.name) return false;
  }
  return true;
}

}  // namespace hn::git
