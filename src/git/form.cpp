// Git's bytes from hn's values: git-cat-file(1) shows them, gitformat-pack(5) names the kinds.

#include <algorithm>
#include <charconv>
#include <numeric>

#include "git/hash.hpp"
#include "git/tree_form.hpp"
#include "hn/git/import.hpp"
#include "hn/object/file.hpp"

namespace hn::git {
namespace {

using object::Mode;

template <class Int>
void put_number(std::string& out, Int n) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, n).ptr);
}

void put_two(std::string& out, std::int32_t n) {
  out.push_back(static_cast<char>('0' + n / 10));
  out.push_back(static_cast<char>('0' + n % 10));
}

void put_person(std::string& out, std::string_view key, const object::Person& person) {
  out.append(key).append(person.name).append(" <").append(person.email).append("> ");
  put_number(out, person.time.seconds);
  std::int32_t zone = person.time.zone_minutes;
  out.append(zone < 0 ? " -" : " +");
  zone = zone < 0 ? -zone : zone;
  put_two(out, zone / 60);
  put_two(out, zone % 60);
  out.push_back('\n');
}

void put_headers(std::string& out, const std::vector<object::Header>& headers) {
  for (const object::Header& header : headers) {
    out.append(header.key).push_back(' ');
    for (const char c : header.value) {
      out.push_back(c);
      if (c == '\n') out.push_back(' ');
    }
    out.push_back('\n');
  }
}

Result<void> put_child(std::string& out, std::string_view key, const object::Id& child,
                       const GitIds& ids) {
  const auto id = ids(child);
  if (!id) return fail(Code::absent, "git's id of this object is not known", child.bytes);
  out.append(key).append(to_hex(*id)).push_back('\n');
  return {};
}

std::string_view target_name(object::Kind kind) noexcept {
  if (kind == object::Kind::chunk) return "blob";
  return object::name_of(kind);
}

// Places of the entries in git's order.
std::vector<std::size_t> git_order(std::span<const object::TreeEntry> entries) {
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [entries](std::size_t a, std::size_t b) {
    return git_less(entries[a].name, entries[a].value.mode, entries[b].name, entries[b].value.mode);
  };
  if (!std::ranges::is_sorted(order, before)) std::ranges::sort(order, before);
  return order;
}

std::optional<GitId> value_id(const object::Value& value, const GitIds& ids) {
  if (value.mode == Mode::submodule) return GitId{value.bytes, value.size};
  return ids(value.id());
}

Bytes bytes_of(const std::string& text) {
  return to_bytes(as_bytes(text));
}

void append(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::string_view git_mode(Mode mode) noexcept {
  switch (mode) {
    case Mode::file:
      return "100644";
    case Mode::executable:
      return "100755";
    case Mode::symlink:
      return "120000";
    case Mode::folder:
      return "40000";
    case Mode::submodule:
      return "160000";
    case Mode::conflict:
      break;
  }
  return {};
}

void put_line(Bytes& out, std::string_view name, Mode mode, const GitId& id) {
  append(out, as_bytes(git_mode(mode)));
  out.push_back(' ');
  append(out, as_bytes(name));
  out.push_back(0);
  append(out, ByteView(id.bytes).first(id.size));
}

std::string_view name_of(Type type) noexcept {
  switch (type) {
    case Type::commit:
      return "commit";
    case Type::tree:
      return "tree";
    case Type::blob:
      return "blob";
    case Type::tag:
      return "tag";
  }
  return {};
}

GitId git_id_of(Type type, ByteView bytes, std::uint8_t size) {
  std::string head(name_of(type));
  head.push_back(' ');
  put_number(head, bytes.size());
  head.push_back('\0');
  return GitHash(size).update(as_bytes(head)).update(bytes).finish();
}

std::string to_hex(const GitId& id) {
  return hn::to_hex(ByteView(id.bytes).first(id.size));
}

Result<Bytes> git_bytes_of(const object::Commit& commit, const GitIds& ids) {
  std::string out;
  HN_CHECK(put_child(out, "tree ", commit.tree, ids));
  for (const object::Id& parent : commit.parents) HN_CHECK(put_child(out, "parent ", parent, ids));
  put_person(out, "author ", commit.author);
  put_person(out, "committer ", commit.committer);
  put_headers(out, commit.headers);
  out.append("\n").append(commit.message);
  return bytes_of(out);
}

Result<Bytes> git_bytes_of(const object::Tag& tag, const GitIds& ids) {
  std::string out;
  HN_CHECK(put_child(out, "object ", tag.target, ids));
  out.append("type ").append(target_name(tag.target_kind));
  out.append("\ntag ").append(tag.name).push_back('\n');
  if (tag.tagger) put_person(out, "tagger ", *tag.tagger);
  put_headers(out, tag.headers);
  out.append("\n").append(tag.message);
  return bytes_of(out);
}

bool git_less(std::string_view a, Mode a_mode, std::string_view b, Mode b_mode) noexcept {
  const std::size_t n = std::min(a.size(), b.size());
  if (const int order = a.substr(0, n).compare(b.substr(0, n)); order != 0) return order < 0;
  const auto after = [n](std::string_view name, Mode mode) -> unsigned {
    if (name.size() > n) return static_cast<unsigned char>(name[n]);
    return mode == Mode::folder ? '/' : 0;
  };
  return after(a, a_mode) < after(b, b_mode);
}

Result<Bytes> git_bytes_of(std::span<const object::TreeEntry> entries, const EntryIds& ids) {
  Bytes out;
  out.reserve(entries.size() * 48);
  for (const std::size_t i : git_order(entries)) {
    if (git_mode(entries[i].value.mode).empty())
      return fail(Code::unsupported, "git has no form for a conflict");
    const auto id = ids(i);
    if (!id)
      return fail(Code::absent, "git's id of this object is not known", entries[i].value.bytes);
    put_line(out, entries[i].name, entries[i].value.mode, *id);
  }
  return out;
}

Result<Bytes> git_bytes_of(std::span<const object::TreeEntry> entries, const GitIds& ids) {
  return git_bytes_of(entries,
                      EntryIds([&](std::size_t i) { return value_id(entries[i].value, ids); }));
}

Result<Bytes> raw_bytes(const object::BlockReader& blocks, const object::Id& id) {
  HN_TRY(object::Block block, blocks.read(id));
  if (block.kind == object::Kind::raw) return std::move(block.bytes);
  if (block.kind != object::Kind::list)
    return fail(Code::invalid, "what is named as git's bytes is something else", id.bytes);
  return object::read_file(blocks, id, kMetaBytesMax);
}

Result<Bytes> exact_bytes(const object::BlockReader& blocks, const object::Commit& commit,
                          const GitIds& ids) {
  if (commit.raw) return raw_bytes(blocks, *commit.raw);
  return git_bytes_of(commit, ids);
}

Result<Bytes> exact_bytes(const object::BlockReader& blocks, const object::Tag& tag,
                          const GitIds& ids) {
  if (tag.raw) return raw_bytes(blocks, *tag.raw);
  return git_bytes_of(tag, ids);
}

Result<Bytes> exact_bytes(const object::BlockReader& blocks, const object::Tree& tree,
                          const GitIds& ids) {
  if (tree.raw) return raw_bytes(blocks, *tree.raw);
  return git_bytes_of(tree.entries, ids);
}

}  // namespace hn::git
