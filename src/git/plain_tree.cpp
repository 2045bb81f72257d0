#include "git/plain_tree.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "hn/base/text.hpp"
#include "hn/merge/conflicts.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"

namespace hn::git {
namespace {

using object::Mode;

constexpr std::string_view kTrailer = "Hn-Conflict: ";
// Nobody is asked for an auto-merge; its name says so. The domain can belong to nobody (RFC 2606).
constexpr std::string_view kAutoMergeName = "hn auto-merge";
constexpr std::string_view kAutoMergeEmail = "auto-merge@hn.invalid";

// A folder on its way to becoming another one: values by name, folders below that change.
struct Edited {
  std::map<std::string, std::optional<object::Value>> values;  // nothing: taken out
  std::map<std::string, Edited> folders;
};

Edited& folder_at(Edited& root, std::string_view folder) {
  Edited* at = &root;
  while (!folder.empty()) {
    const std::size_t slash = folder.find('/');
    at = &at->folders[std::string(folder.substr(0, slash))];
    folder.remove_prefix(slash == std::string_view::npos ? folder.size() : slash + 1);
  }
  return *at;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}
std::string name_of(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

// The folder with the changes; nullopt where nothing is left of it.
Result<std::optional<object::Id>> write(const object::BlockReader& blocks,
                                        object::BlockWriter& writer,
                                        const std::optional<object::Id>& folder,
                                        const Edited& edited) {
  std::map<std::string, object::Value> now;
  if (folder) {
    HN_TRY(const object::Tree tree, object::read_tree(blocks, *folder));
    for (const object::TreeEntry& entry : tree.entries) now.insert({entry.name, entry.value});
  }
  for (const auto& [name, value] : edited.values) {
    now.erase(name);
    if (value) now.insert({name, *value});
  }
  for (const auto& [name, below] : edited.folders) {
    const auto at = now.find(name);
    const bool there = at != now.end() && at->second.mode == Mode::folder;
    HN_TRY(const auto made,
           write(blocks, writer, there ? std::optional(at->second.id()) : std::nullopt, below));
    now.erase(name);
    if (made) now.insert({name, object::Value::of(Mode::folder, *made)});
  }
  if (now.empty()) return std::optional<object::Id>();
  std::vector<object::TreeEntry> entries;
  for (const auto& [name, value] : now) entries.push_back({name, value});
  return std::optional(object::write_tree(writer, entries));
}

// A name for a side of a conflict that nothing in its folder has.
std::string free_name(const object::BlockReader& blocks, const object::Id& root,
                      std::string_view folder, const Edited& edited, std::string name) {
  for (;; name.push_back('~')) {
    const std::string path = folder.empty() ? name : std::string(folder) + "/" + name;
    const auto there = object::find_path(blocks, root, path);
    if ((!there || !*there || (*there)->mode == Mode::conflict) && !edited.values.contains(name))
      return name;
  }
}

Result<void> show(merge::ScratchBlocks& blocks, const object::Id& root,
                  const merge::ConflictAt& conflict, Edited& edited) {
  const std::string_view folder = folder_of(conflict.path);
  Edited& here = folder_at(edited, folder);
  here.values[name_of(conflict.path)] = std::nullopt;
  HN_TRY(const merge::Materialised shown,
         merge::materialise(blocks, conflict.conflict, name_of(conflict.path)));
  for (const merge::WorkFile& file : shown.files) {
    const object::Value value =
        file.value ? *file.value
                   : object::Value::of(file.mode, object::write_file(blocks, file.marked));
    if (file.name == name_of(conflict.path))
      here.values[file.name] = value;
    else
      here.values[free_name(blocks, root, folder, here, file.name)] = value;
  }
  return {};
}

void keep_terms(const merge::ConflictAt& conflict, Edited& edited) {
  Edited& here = folder_at(folder_at(edited, kTermsFolder), conflict.path);
  for (std::size_t i = 0; i < conflict.conflict.terms.size(); ++i) {
    if (conflict.conflict.terms[i]) here.values[std::to_string(i)] = *conflict.conflict.terms[i];
  }
}

// Bytes that a line of a message cannot hold, and those that would be taken for something else.
std::string quoted(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7f && c != '%') {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
  return out;
}

std::optional<std::string> unquoted(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    const auto byte = text.size() >= 3 ? from_hex(text.substr(1, 2)) : std::nullopt;
    if (!byte) return std::nullopt;
    out.append(as_text(*byte));
    text.remove_prefix(3);
  }
  return out;
}

// What a tree can hold; a message can say anything.
bool is_tree_path(std::string_view path) {
  for (std::size_t depth = 0; depth < object::kPathDepthMax; ++depth) {
    const std::size_t slash = path.find('/');
    if (!object::is_tree_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

struct Trailer {
  std::size_t terms = 0;
  std::string path;
};

std::string line_of(const merge::ConflictAt& conflict) {
  return std::string(kTrailer) + std::to_string(conflict.conflict.terms.size()) + " " +
         quoted(conflict.path) + "\n";
}

std::optional<Trailer> trailer_from(std::string_view line) {
  line.remove_prefix(kTrailer.size());
  Trailer out;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), out.terms);
  const auto at = static_cast<std::size_t>(end - line.data());
  if (error != std::errc() || at >= line.size() || line[at] != ' ') return std::nullopt;
  if (out.terms > object::kConflictTermsMax) return std::nullopt;
  auto path = unquoted(line.substr(at + 1));
  if (!path || !is_tree_path(*path)) return std::nullopt;
  out.path = std::move(*path);
  return out;
}

// Of the last lines of a message those that are trailers.
std::vector<Trailer> trailers_of(std::string_view message) {
  std::vector<Trailer> out;
  while (message.ends_with('\n')) {
    message.remove_suffix(1);
    const std::size_t start = message.rfind('\n') + 1;  // npos + 1 is 0
    const std::string_view line = message.substr(start);
    if (!line.starts_with(kTrailer)) break;
    auto trailer = trailer_from(line);
    if (!trailer) break;
    out.push_back(std::move(*trailer));
    message = message.substr(0, start);
  }
  std::ranges::reverse(out);
  return out;
}

Result<std::optional<object::Id>> conflict_at(const object::BlockReader& blocks,
                                              object::BlockWriter& writer, const object::Id& plain,
                                              const Trailer& trailer) {
  object::Conflict conflict;
  for (std::size_t i = 0; i < trailer.terms; ++i) {
    const std::string path =
        std::string(kTermsFolder) + "/" + trailer.path + "/" + std::to_string(i);
    HN_TRY(const auto term, object::find_path(blocks, plain, path));
    conflict.terms.push_back(term);
  }
  if (!object::is_conflict(conflict)) return std::optional<object::Id>();
  const Bytes bytes = object::encode_conflict(conflict);
  if (bytes.size() > object::kBlockBytesMax) return std::optional<object::Id>();
  return std::optional(writer.write(object::Kind::conflict, bytes));
}

}  // namespace

Result<PlainTree> plain_tree(const object::BlockReader& blocks, const object::Id& root) {
  PlainTree out{std::make_unique<merge::ScratchBlocks>(blocks), root, {}};
  HN_TRY(const auto conflicts, merge::list_conflicts(blocks, root));
  HN_TRY(const auto taken, object::find_name(blocks, root, kTermsFolder));
  Edited edited;
  for (const merge::ConflictAt& conflict : conflicts) {
    HN_CHECK(show(*out.blocks, root, conflict, edited));
    if (taken) continue;
    keep_terms(conflict, edited);
    out.trailers += line_of(conflict);
  }
  HN_TRY(const auto made, write(*out.blocks, *out.blocks, root, edited));
  out.root = made ? *made : object::write_tree(*out.blocks, {});
  return out;
}

bool has_conflict_trailer(std::string_view message) noexcept {
  return message.find(std::string("\n").append(kTrailer)) != std::string_view::npos;
}

Result<std::optional<object::Id>> with_conflicts(const object::BlockReader& blocks,
                                                 object::BlockWriter& writer,
                                                 const object::Id& plain,
                                                 std::string_view message) {
  const std::vector<Trailer> trailers = trailers_of(message);
  if (trailers.empty()) return std::optional<object::Id>();
  merge::ScratchBlocks scratch(blocks);
  Edited edited;
  edited.values[std::string(kTermsFolder)] = std::nullopt;
  for (const Trailer& trailer : trailers) {
    HN_TRY(const auto conflict, conflict_at(blocks, scratch, plain, trailer));
    if (!conflict) return std::optional<object::Id>();
    HN_TRY(const object::Conflict value, object::read_conflict(scratch, *conflict));
    Edited& here = folder_at(edited, folder_of(trailer.path));
    HN_TRY(const auto shown, merge::materialise(scratch, value, name_of(trailer.path)));
    for (const merge::WorkFile& file : shown.files) here.values[file.name] = std::nullopt;
    here.values[name_of(trailer.path)] = object::Value::of(Mode::conflict, *conflict);
  }
  HN_TRY(const auto made, write(scratch, scratch, plain, edited));
  if (!made) return std::optional<object::Id>();
  // The way there again, from what was made: it counts only if it leads to what git has.
  HN_TRY(const PlainTree again, plain_tree(scratch, *made));
  std::string lines;
  for (const Trailer& trailer : trailers)
    lines +=
        std::string(kTrailer) + std::to_string(trailer.terms) + " " + quoted(trailer.path) + "\n";
  if (again.root != plain || again.trailers != lines) return std::optional<object::Id>();
  scratch.copy_to(writer, *made);
  return made;
}

void show_to_git(object::Commit& commit, std::string_view trailers) {
  if (commit.auto_merge) {
    for (object::Person* person : {&commit.author, &commit.committer}) {
      person->name = kAutoMergeName;
      person->email = kAutoMergeEmail;
    }
    if (commit.message.empty())
      commit.message = "Auto-merge of " + std::to_string(commit.parents.size()) + " heads\n";
  }
  if (trailers.empty()) return;
  if (!commit.message.empty() && !commit.message.ends_with('\n')) commit.message.push_back('\n');
  commit.message.append("\n").append(trailers);
}

}  // namespace hn::git
