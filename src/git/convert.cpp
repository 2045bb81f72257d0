#include "git/convert.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "git/names.hpp"
#include "git/plain_tree.hpp"
#include "git/tree_form.hpp"
#include "hn/object/file.hpp"

namespace hn::git {
namespace {

using object::Kind;

// write_tree reads the nodes of the last version to find bases, which costs a look at the store.
// Nearly all folders are one node: there the last version's id is the base, and nothing is read.
class OneNodeBase final : public object::BlockWriter {
 public:
  OneNodeBase(object::BlockWriter& to, const std::optional<object::Id>& base)
      : to_(to), base_(base) {}
  object::Id write(Kind kind, ByteView bytes, const std::optional<object::Id>& base) override {
    ++nodes_;
    return to_.write(kind, bytes, base ? base : base_);
  }
  std::size_t nodes() const noexcept { return nodes_; }

 private:
  object::BlockWriter& to_;
  std::optional<object::Id> base_;
  std::size_t nodes_ = 0;
};

bool has_doubles(const std::vector<object::Id>& ids) {
  if (ids.size() < 2) return false;
  const std::set<object::Id> once(ids.begin(), ids.end());
  return once.size() < ids.size();
}

std::vector<object::Id> each_once(const std::vector<object::Id>& ids) {
  std::vector<object::Id> out;
  std::set<object::Id> seen;
  for (const object::Id& id : ids)
    if (seen.insert(id).second) out.push_back(id);
  return out;
}

object::Value value_of(const TreeLine& line, const object::Id& id) {
  if (line.mode == object::Mode::submodule) return {line.mode, line.id.bytes, line.id.size};
  return object::Value::of(line.mode, id);
}

Kind target_kind(Type type) noexcept {
  switch (type) {
    case Type::commit:
      return Kind::commit;
    case Type::tag:
      return Kind::tag;
    case Type::tree:
      return Kind::tree;
    case Type::blob:
      break;
  }
  return Kind::chunk;
}

// Of a commit or tag that fits no block, so much is shown; with the most parents there are it fits.
constexpr std::size_t kShownMessageBytes = std::size_t{64} << 10;
constexpr std::size_t kShownNameBytes = 1024;

// Room for the id of git's bytes, if they turn out to be needed, has to be left too.
bool is_too_long(const Result<Bytes>& encoded) {
  if (!encoded) return encoded.error().code == Code::refused;
  return encoded->size() + sizeof(object::Id) > object::kBlockBytesMax;
}

void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() > bytes_max) text.resize(bytes_max);
}

void cut(object::Person& person) {
  cut(person.name, kShownNameBytes);
  cut(person.email, kShownNameBytes);
}

void shorten(object::Commit& commit) {
  commit.headers.clear();
  cut(commit.message, kShownMessageBytes);
  cut(commit.author);
  cut(commit.committer);
}

void shorten(object::Tag& tag) {
  tag.headers.clear();
  cut(tag.name, kShownNameBytes);
  cut(tag.message, kShownMessageBytes);
  if (tag.tagger) cut(*tag.tagger);
}

}  // namespace

void Converter::known(Type type, const Oid& oid, const object::Id& id) {
  done_.insert(oid, {id, type, false, false});
}

void Converter::item(Item item) {
  out_.counts.bytes += item.bytes().size() + item.large;
  const auto convert = [&]() -> Converted {
    switch (item.type) {
      case Type::blob:
        return blob(item);
      case Type::tree:
        return tree(item);
      case Type::commit:
        return commit(item);
      case Type::tag:
        break;
    }
    return tag(item);
  };
  Converted made = convert();
  made.here = true;
  done_.insert(item.oid, made);
}

Converter::Converted Converter::at(const Oid& oid) const {
  const auto found = done_.find(oid);
  HN_ASSERT(found.has_value());
  return *found;
}

Converter::Converted Converter::child(const Oid& from, const Oid& oid,
                                      std::optional<Type> type) const {
  const auto found = done_.find(oid);
  // Missing after a walk that reads children first: only ids that collide go round in a ring.
  if (!found) source_.fail_broken(from, "contains itself");
  if (type && found->type != *type)
    source_.fail_broken(from, "names " + to_hex(oid) + " as a " + std::string(name_of(*type)) +
                                  ", which is a " + std::string(name_of(found->type)));
  return *found;
}

std::optional<object::Id> Converter::base_id(const Item& item) const {
  const auto base = item.base ? done_.find(*item.base) : std::nullopt;
  if (!base || base->type != item.type) return std::nullopt;
  return base->id;
}

std::optional<object::Id> Converter::block_base(const Item& item) const {
  const auto base = item.base ? done_.find(*item.base) : std::nullopt;
  if (!base || base->type != item.type || !base->one_block) return std::nullopt;
  return base->id;
}

Converter::Converted Converter::blob(const Item& item) {
  ++out_.counts.blobs;
  if (item.large > 0) return large_blob(item);
  const ByteView bytes = item.bytes();
  if (bytes.size() <= object::kFileChunkBytesMax)
    return {writer_.write(Kind::chunk, bytes, block_base(item)), Type::blob, true};
  object::FileWriter file(writer_, blocks_, base_id(item));
  file.add(bytes);
  return {file.finish(), Type::blob, false};
}

object::Id Converter::id_of(const Oid& folder, const TreeLine& line) const {
  if (line.mode == object::Mode::submodule) return {};
  const Type type = line.mode == object::Mode::folder ? Type::tree : Type::blob;
  return child(folder, line.id, type).id;
}

Converter::Converted Converter::large_blob(const Item& item) {
  object::FileWriter file(writer_, blocks_, base_id(item));
  if (!large_.read(item.oid, [&](ByteView piece) { file.add(piece); }))
    source_.fail_broken(item.oid, "does not match its id");
  return {file.finish(), Type::blob, false};
}

// hn's entries in the order of git's lines, with names that hn can hold.
std::vector<object::TreeEntry> Converter::entries(const Item& item) {
  const Folder& folder = *item.folder;
  std::vector<object::TreeEntry> out;
  out.reserve(folder.lines.size());
  Names names(folder.lines, folder.plain);
  for (const TreeLine& line : folder.lines) {
    std::string name = names.next(line.name);
    if (name != line.name)
      notice(item.oid, "entry '" + std::string(line.name) + "' is shown as '" + name + "'");
    out.push_back({std::move(name), value_of(line, id_of(item.oid, line))});
  }
  return out;
}

bool Converter::is_exact(const Folder& folder,
                         const std::vector<object::TreeEntry>& entries) const {
  const auto bytes = git_bytes_of(
      entries, EntryIds([&](std::size_t i) { return std::optional(folder.lines[i].id); }));
  return bytes && equal(*bytes, folder.object.bytes());
}

std::optional<Converter::Converted> Converter::edited_tree(const Item& item) {
  if (blocks_ == nullptr || !item.older || !item.older->plain || !item.folder->plain)
    return std::nullopt;
  const auto base = done_.find(*item.base);
  if (!base || !base->here || base->type != Type::tree) return std::nullopt;
  std::vector<object::Edit> edits;
  const auto less = [](const TreeLine& a, const TreeLine& b) {
    return git_less(a.name, a.mode, b.name, b.mode);
  };
  const auto& before = item.older->lines;
  auto at = before.begin();
  const auto take_out = [&] { edits.push_back({std::string((at++)->name), {}}); };
  for (const TreeLine& line : item.folder->lines) {
    while (at != before.end() && less(*at, line)) take_out();
    const bool there = at != before.end() && !less(line, *at);
    if (there && *at++ == line) continue;
    edits.push_back({std::string(line.name), value_of(line, id_of(item.oid, line))});
  }
  while (at != before.end()) take_out();
  // A file that became a folder, or the other way round, went under its name and came under it.
  std::ranges::sort(edits, [](const object::Edit& a, const object::Edit& b) {
    return std::tuple(std::string_view(a.name), !a.value) <
           std::tuple(std::string_view(b.name), !b.value);
  });
  const auto same = [](const object::Edit& a, const object::Edit& b) { return a.name == b.name; };
  edits.erase(std::unique(edits.begin(), edits.end(), same), edits.end());
  const auto id = object::edit_tree(writer_, *blocks_, base->id, edits);
  if (!id) return std::nullopt;
  return Converted{*id, Type::tree, false, true};
}

Converter::Converted Converter::tree(const Item& item) {
  ++out_.counts.trees;
  if (const auto edited = edited_tree(item)) return *edited;
  std::vector<object::TreeEntry> list = entries(item);
  std::optional<object::Id> raw_id;
  if (!item.folder->plain && !is_exact(*item.folder, list)) {
    raw_id = raw(item);
    ++out_.counts.raw_trees;
  }
  if (!std::ranges::is_sorted(list, {}, &object::TreeEntry::name))
    std::ranges::sort(list, {}, &object::TreeEntry::name);
  const auto one_node = block_base(item);
  OneNodeBase to(writer_, one_node);
  const object::Id id = one_node ? object::write_tree(to, list, raw_id)
                                 : object::write_tree(to, list, raw_id, blocks_, base_id(item));
  return {id, Type::tree, to.nodes() == 1};
}

void Converter::fail_refused(const Item& item, std::string_view rule) const {
  throw Failure(Code::refused,
                "git " + std::string(name_of(item.type)) + " " + to_hex(item.oid) +
                    " cannot be kept: " + std::string(rule),
                "rewrite the history without it (`git filter-repo`), then import");
}

object::Id Converter::raw(const Item& item) {
  const ByteView bytes = item.bytes();
  return bytes.size() > object::kBlockBytesMax ? object::write_file(writer_, bytes)
                                               : writer_.write(Kind::raw, bytes);
}

// A commit that hn exported with conflicts gets them back.
object::Id Converter::root(const object::Id& plain, std::string_view message) {
  if (blocks_ == nullptr || !has_conflict_trailer(message)) return plain;
  const auto with = with_conflicts(*blocks_, writer_, plain, message);
  return with && *with ? **with : plain;
}

Converter::Converted Converter::commit(const Item& item) {
  ++out_.counts.commits;
  const auto text = parse_commit(item.bytes(), item.oid.size);
  if (!text) source_.fail_broken(item.oid, "is a commit that names no tree");
  object::Commit commit;
  commit.tree = root(child(item.oid, text->tree, Type::tree).id, text->message);
  for (const GitId& parent : text->parents)
    commit.parents.push_back(child(item.oid, parent, Type::commit).id);
  if (has_doubles(commit.parents)) {
    commit.parents = each_once(commit.parents);
    notice(item.oid, "a parent named twice is shown once");
  }
  commit.author = text->author;
  commit.committer = text->committer;
  commit.headers = text->headers;
  commit.message = text->message;
  commit.git = item.oid;

  const GitIds ids = [&](const object::Id& id) -> std::optional<GitId> {
    if (id == commit.tree) return text->tree;
    for (const GitId& parent : text->parents)
      if (at(parent).id == id) return parent;
    return std::nullopt;
  };
  const auto bytes = git_bytes_of(commit, ids);
  bool exact = bytes && equal(*bytes, item.bytes());
  auto encoded = object::encode_commit(commit);
  if (is_too_long(encoded)) {
    shorten(commit);
    say_shortened(item.oid);
    exact = false;
  }
  if (!exact) {
    commit.raw = raw(item);
    ++out_.counts.raw_commits;
    encoded = object::encode_commit(commit);
  }
  if (!encoded) fail_refused(item, encoded.error().rule);
  const object::Id id = writer_.write(Kind::commit, *encoded, block_base(item));
  if (options_.commit_done) options_.commit_done(id);
  return {id, Type::commit, true};
}

Converter::Converted Converter::tag(const Item& item) {
  ++out_.counts.tags;
  const auto text = parse_tag(item.bytes(), item.oid.size);
  if (!text) source_.fail_broken(item.oid, "is a tag that names no object");
  const Converted target = child(item.oid, text->target, std::nullopt);
  object::Tag tag{target_kind(target.type),   target.id, text->name, text->tagger, text->headers,
                  std::string(text->message), item.oid,  {}};
  const auto bytes =
      git_bytes_of(tag, [&](const object::Id&) { return std::optional(text->target); });
  bool exact = bytes && equal(*bytes, item.bytes());
  auto encoded = object::encode_tag(tag);
  if (is_too_long(encoded)) {
    shorten(tag);
    say_shortened(item.oid);
    exact = false;
  }
  if (!exact) {
    tag.raw = raw(item);
    ++out_.counts.raw_tags;
    encoded = object::encode_tag(tag);
  }
  if (!encoded) fail_refused(item, encoded.error().rule);
  return {writer_.write(Kind::tag, *encoded), Type::tag, true};
}

void Converter::say_shortened(const Oid& oid) {
  notice(oid, "is longer than a block: its message is shown in part, its headers are not");
}

void Converter::notice(const Oid& subject, std::string what) {
  if (out_.notices.size() < kNoticesMax)
    out_.notices.push_back({to_hex(subject), std::move(what)});
  else
    ++out_.notices_left_off;
}

}  // namespace hn::git
