#include "git/restore.hpp"

#include <algorithm>

#include "git/large_blob.hpp"
#include "git/names.hpp"
#include "git/plain_tree.hpp"
#include "git/tree_form.hpp"
#include "hn/git/import.hpp"
#include "hn/object/file.hpp"

namespace hn::git {
namespace {

using object::Kind;
using object::Mode;

// Of one generation of what is kept as bases.
constexpr std::size_t kLatelyBytesMax = std::size_t{48} << 20;
// Commits for which another store is opened and another thread started.
constexpr std::size_t kAheadMin = 32;

bool is_folder(const object::Value& value) noexcept {
  return value.mode == Mode::folder;
}
bool is_content(const object::Value& value) noexcept {
  return value.is_file() || value.mode == Mode::symlink;
}

GitId submodule_id(const object::Value& value) {
  return {value.bytes, value.size};
}

Result<Bytes> bytes_of(const object::BlockReader& blocks, const std::optional<object::Id>& raw,
                       const std::vector<object::TreeEntry>& entries,
                       const std::vector<GitId>& ids) {
  if (raw) return raw_bytes(blocks, *raw);
  return git_bytes_of(entries, EntryIds([&](std::size_t i) { return std::optional(ids[i]); }));
}

}  // namespace

template <class T>
std::shared_ptr<const T> Restorer::Lately<T>::find(const object::Id& id) {
  if (const auto at = young_.find(id); at != young_.end()) return at->second.first;
  const auto at = old_.find(id);
  if (at == old_.end()) return nullptr;
  auto [value, bytes] = at->second;
  old_.erase(at);
  keep(id, value, bytes);
  return value;
}

template <class T>
void Restorer::Lately<T>::keep(const object::Id& id, std::shared_ptr<const T> value,
                               std::size_t bytes) {
  if (!young_.emplace(id, std::pair(std::move(value), bytes)).second) return;
  bytes_ += bytes;
  if (bytes_ < kLatelyBytesMax) return;
  old_ = std::move(young_);
  young_.clear();
  bytes_ = 0;
}

std::optional<GitId> Restorer::known(const object::Id& id) const {
  const auto at = ids_.find(id);
  return at ? std::optional(at->id) : std::nullopt;
}

Result<GitId> Restorer::keep(const object::Id& id, Type type, std::shared_ptr<const Bytes> bytes,
                             const std::optional<GitId>& claimed, Base base) {
  const GitId made = git_id_of(type, *bytes, id_bytes_);
  if (claimed && *claimed != made)
    return fail(Code::damaged, "the git id of this object is another", id.bytes);
  ids_.insert(id, Known{made, true});
  ++objects_;
  const bool is_history = type == Type::commit || type == Type::tag;
  sink_.object(
      {type, made, id, is_history && !claimed, std::move(bytes), base.id, std::move(base.bytes)});
  return made;
}

// What came from a repository of the other kind names ids that mean nothing here.
Result<void> Restorer::require_length(const GitId& git, const object::Id& id) const {
  if (git.size == id_bytes_) return {};
  return fail(Code::unsupported,
              git.size == kSha256Bytes ? "it came from git with SHA-256 ids, or names one"
                                       : "it came from git with SHA-1 ids, or names one",
              id.bytes);
}

Result<GitId> Restorer::add(Kind kind, const object::Id& id) {
  switch (kind) {
    case Kind::commit:
      return commits(id);
    case Kind::tag:
      return tags(id);
    case Kind::tree: {
      HN_TRY(const auto made, tree(id, {}, 0));
      if (!made) return fail(Code::unsupported, "git has no form for a conflict", id.bytes);
      return *made;
    }
    default:
      return file(id, {});
  }
}

// Files.

Result<Restorer::Base> Restorer::file_base(const std::optional<object::Id>& base) {
  const auto at = base ? ids_.find(*base) : std::nullopt;
  if (!at || !at->handed_out || !sink_.wants_bases()) return Base{};
  if (auto kept = files_.find(*base)) return Base{at->id, std::move(kept)};
  auto bytes = object::read_file(blocks_, *base, kLargeBytes);
  if (!bytes && bytes.error().code == Code::refused) return Base{};  // longer than is kept
  if (!bytes) return Unexpected(bytes.error());
  return Base{at->id, std::make_shared<const Bytes>(*std::move(bytes))};
}

Result<GitId> Restorer::file(const object::Id& id, const std::optional<object::Id>& base) {
  if (const auto done = known(id)) return *done;
  std::shared_ptr<const Bytes> bytes = ahead_ ? ahead_->file(id) : nullptr;
  if (!bytes) {
    auto read = object::read_file(blocks_, id, kLargeBytes);
    if (!read && read.error().code == Code::refused) return large_file(id);
    if (!read) return Unexpected(read.error());
    bytes = std::make_shared<const Bytes>(*std::move(read));
  }
  HN_TRY(Base older, file_base(base));
  files_.keep(id, bytes, bytes->size() + 128);
  return keep(id, Type::blob, bytes, {}, std::move(older));
}

// Twice through the store: git's id stands in front of what it is made from.
Result<GitId> Restorer::large_file(const object::Id& id) {
  HN_TRY(const std::uint64_t bytes, object::file_size(blocks_, id));
  if (bytes > kBlobBytesMax) return fail(Code::refused, "the file is too long for git", id.bytes);
  GitHash hash = object_hash(Type::blob, bytes, id_bytes_);
  std::uint64_t read = 0;
  HN_CHECK(object::stream_file(blocks_, id, [&](ByteView piece) {
    hash.update(piece);
    read += piece.size();
    return true;
  }));
  if (read != bytes) return fail(Code::damaged, "a file is not as long as it claims", id.bytes);
  const GitId made = hash.finish();
  ids_.insert(id, Known{made, false});
  ++objects_;
  Restored head{Type::blob, made, id, false, {}, {}, {}};
  head.large = bytes;
  sink_.object(std::move(head));
  if (!sink_.wants_pieces()) return made;
  HN_CHECK(object::stream_file(blocks_, id, [&](ByteView piece) {
    sink_.piece(to_bytes(piece));
    return true;
  }));
  return made;
}

// Folders.

// A folder that the other side has: its children's ids stand in git's bytes of it.
Result<std::shared_ptr<const Restorer::Folder>> Restorer::folder_elsewhere(const object::Id& id,
                                                                           const GitId& git) {
  const auto bytes = elsewhere_->read(Type::tree, git);
  const auto lines = bytes ? parse_tree(*bytes, id_bytes_) : std::nullopt;
  if (!lines) return std::shared_ptr<const Folder>();
  HN_TRY(object::Tree tree, object::read_tree(blocks_, id));
  const bool plain = is_plain(*lines);
  if (!tree.raw && !(plain && lines->size() == tree.entries.size()))
    return std::shared_ptr<const Folder>();
  std::map<std::string, const TreeLine*> by_name;
  Names names(*lines, plain);
  for (const TreeLine& line : *lines) by_name.emplace(names.next(line.name), &line);
  for (const object::TreeEntry& entry : tree.entries) {
    const auto at = by_name.find(entry.name);
    if (at == by_name.end() || at->second->mode != entry.value.mode)
      return std::shared_ptr<const Folder>();
    if (entry.value.mode == Mode::submodule) continue;
    ids_.insert(entry.value.id(), Known{at->second->id, false});
    if (is_folder(entry.value)) elsewhere_folders_.insert(entry.value.id());
  }
  return keep_folder(id, *bytes, tree.raw.has_value());
}

std::shared_ptr<const Restorer::Folder> Restorer::keep_folder(const object::Id& id, Bytes bytes,
                                                              bool raw) {
  auto out = std::make_shared<Folder>();
  out->bytes = std::make_shared<const Bytes>(std::move(bytes));
  out->raw = raw;
  if (!raw) out->lines = parse_tree(*out->bytes, id_bytes_).value();
  folders_.keep(id, out, out->bytes->size() + out->lines.size() * sizeof(TreeLine) + 128);
  return out;
}

// A folder whose id is known, as the older version of another; null where it is not at hand.
Result<std::shared_ptr<const Restorer::Folder>> Restorer::folder(const object::Id& id) {
  if (auto kept = folders_.find(id)) return kept;
  const auto git = known(id);
  if (!git) return std::shared_ptr<const Folder>();
  if (elsewhere_folders_.contains(id)) return folder_elsewhere(id, *git);
  HN_TRY(const object::Tree tree, object::read_tree(blocks_, id));
  std::vector<GitId> ids;
  for (const object::TreeEntry& entry : tree.entries) {
    const auto child =
        entry.value.mode == Mode::submodule ? submodule_id(entry.value) : known(entry.value.id());
    if (!child) return std::shared_ptr<const Folder>();
    ids.push_back(*child);
  }
  HN_TRY(Bytes bytes, bytes_of(blocks_, tree.raw, tree.entries, ids));
  return keep_folder(id, std::move(bytes), tree.raw.has_value());
}

Result<std::optional<GitId>> Restorer::child(const object::Value& value, const object::Value* older,
                                             std::size_t depth) {
  const bool comparable = older != nullptr && (is_folder(*older) == is_folder(value)) &&
                          (is_content(*older) == is_content(value));
  const auto base = comparable ? std::optional(older->id()) : std::nullopt;
  switch (value.mode) {
    case Mode::submodule:
      HN_CHECK(require_length(submodule_id(value), {}));
      return std::optional(submodule_id(value));
    case Mode::conflict:
      return std::optional<GitId>();
    case Mode::folder:
      return tree(value.id(), base, depth + 1);
    default: {
      HN_TRY(const GitId made, file(value.id(), base));
      return std::optional(made);
    }
  }
}

Result<std::optional<Bytes>> Restorer::whole(const object::Tree& tree, std::size_t depth) {
  std::vector<GitId> ids;
  ids.reserve(tree.entries.size());
  bool complete = true;
  for (const object::TreeEntry& entry : tree.entries) {
    HN_TRY(const auto made, child(entry.value, nullptr, depth));
    complete = complete && made;
    ids.push_back(made.value_or(GitId{}));
  }
  if (!complete) return std::optional<Bytes>();
  HN_TRY(Bytes bytes, bytes_of(blocks_, tree.raw, tree.entries, ids));
  return std::optional(std::move(bytes));
}

// Git's bytes of the older version with other lines where entries differ: a folder of many names is
// neither read nor written as a whole for one of them.
Result<std::optional<Bytes>> Restorer::edited(const Folder& older,
                                              std::span<const object::Change> changes,
                                              std::size_t depth) {
  std::vector<TreeLine> edits;  // an id of no bytes: the line goes
  bool complete = true;
  for (const object::Change& change : changes) {
    const auto& before = change.old_value;
    if (before) edits.push_back({change.name, before->mode, true, {{}, 0}});
    if (!change.new_value) continue;
    HN_TRY(const auto made, child(*change.new_value, before ? &*before : nullptr, depth));
    complete = complete && made;
    const TreeLine line{change.name, change.new_value->mode, true, made.value_or(GitId{})};
    if (before && is_folder(*before) == is_folder(*change.new_value)) edits.pop_back();
    edits.push_back(line);
  }
  if (!complete) return std::optional<Bytes>();
  const auto less = [](const TreeLine& a, const TreeLine& b) {
    return git_less(a.name, a.mode, b.name, b.mode);
  };
  std::ranges::sort(edits, less);
  const ByteView bytes(*older.bytes);
  const auto start_of = [&](auto line) {
    if (line == older.lines.end()) return bytes.size();
    return static_cast<std::size_t>(as_bytes(line->name).data() - bytes.data()) -
           git_mode(line->mode).size() - 1;
  };
  Bytes out;
  out.reserve(bytes.size() + edits.size() * 64);
  auto at = older.lines.begin();
  const auto copy_to = [&](auto line) {
    const std::size_t from = start_of(at);
    const ByteView part = bytes.subspan(from, start_of(line) - from);
    out.insert(out.end(), part.begin(), part.end());
    at = line;
  };
  for (const TreeLine& edit : edits) {
    copy_to(std::lower_bound(at, older.lines.end(), edit, less));
    if (at != older.lines.end() && !less(edit, *at)) ++at;
    if (edit.id.size != 0) put_line(out, edit.name, edit.mode, edit.id);
  }
  copy_to(older.lines.end());
  return std::optional(std::move(out));
}

Result<std::pair<std::optional<Bytes>, bool>> Restorer::bytes_of_folder(
    const object::Id& id, const std::optional<object::Id>& base, const Folder* older,
    std::size_t depth) {
  using Out = std::pair<std::optional<Bytes>, bool>;
  if (older != nullptr && !older->raw) {
    if (const auto read = ahead_ ? ahead_->folder(id, *base) : std::nullopt) {
      HN_TRY(auto bytes, edited(*older, read->changes, depth));
      return Out(std::move(bytes), false);
    }
    HN_TRY(const auto raw, object::read_raw_of_tree(blocks_, id));
    if (!raw) {
      HN_TRY(const auto changes, object::diff_tree(blocks_, base, id));
      HN_TRY(auto bytes, edited(*older, changes, depth));
      return Out(std::move(bytes), false);
    }
  }
  HN_TRY(const object::Tree read, object::read_tree(blocks_, id));
  HN_TRY(auto bytes, whole(read, depth));
  return Out(std::move(bytes), read.raw.has_value());
}

Result<std::optional<GitId>> Restorer::tree(const object::Id& id,
                                            const std::optional<object::Id>& base,
                                            std::size_t depth) {
  if (const auto done = known(id)) return done;
  if (conflicted_.contains(id)) return std::optional<GitId>();
  if (depth >= object::kPathDepthMax)
    return fail(Code::refused, "folders are nested too deep", id.bytes);
  std::shared_ptr<const Folder> older;
  if (base) {
    HN_TRY(older, folder(*base));
  }
  // An older version that the other side has may name this one's children, and even itself.
  if (const auto done = known(id)) return done;
  HN_TRY(auto made_bytes, bytes_of_folder(id, base, older.get(), depth));
  auto& [bytes, raw] = made_bytes;
  if (!bytes) {
    conflicted_.insert(id);
    return std::optional<GitId>();
  }
  const auto made = keep_folder(id, *std::move(bytes), raw);
  Base delta;
  if (const auto known = older ? ids_.find(*base) : std::nullopt; known && known->handed_out)
    delta = {known->id, older->bytes};
  HN_TRY(const GitId git, keep(id, Type::tree, made->bytes, {}, std::move(delta)));
  return std::optional(git);
}

// History.

Result<Ahead::Started> Restorer::start(const object::Id& id) {
  if (auto read = ahead_ ? ahead_->start(id) : std::nullopt) return *std::move(read);
  Ahead::Started out;
  HN_TRY(out.commit, object::read_commit(blocks_, id));
  if (!out.commit.parents.empty()) {
    HN_TRY(const object::Commit parent, object::read_commit(blocks_, out.commit.parents.front()));
    out.base = parent.tree;
  }
  return out;
}

Result<GitId> Restorer::root(const Ahead::Started& started, std::string& trailers) {
  const object::Id& root = started.commit.tree;
  HN_TRY(const auto made, tree(root, started.base, 0));
  if (made) return *made;
  HN_TRY(const PlainTree plain, plain_tree(blocks_, root));
  trailers = plain.trailers;
  Restorer inner(*plain.blocks, sink_, nullptr, id_bytes_);
  inner.ids_ = std::move(ids_);
  auto git = inner.tree(plain.root, {}, 0);
  ids_ = std::move(inner.ids_);
  objects_ += inner.objects_;
  if (!git) return Unexpected(git.error());
  HN_ASSERT(git->has_value());
  return **git;
}

Result<void> Restorer::commit(const object::Id& id) {
  HN_TRY(Ahead::Started started, start(id));
  object::Commit& commit = started.commit;
  std::string trailers;
  HN_TRY(const GitId root_id, root(started, trailers));
  if (!commit.git) show_to_git(commit, trailers);
  const GitIds ids = [&](const object::Id& child) -> std::optional<GitId> {
    return child == commit.tree ? std::optional(root_id) : known(child);
  };
  HN_TRY(Bytes bytes, exact_bytes(blocks_, commit, ids));
  HN_CHECK(keep(id, Type::commit, std::make_shared<const Bytes>(std::move(bytes)), commit.git, {}));
  step_done();
  return {};
}

// The folders of a commit that the other side has become bases by their git ids, from the root
// down as they are needed. Not where a conflict lies in them: there git's folder is another.
Result<void> Restorer::start_elsewhere(const object::Commit& commit, const GitId& git) {
  const auto bytes = elsewhere_->read(Type::commit, git);
  const auto links = bytes ? parse_links(*bytes, id_bytes_) : std::nullopt;
  if (!links || has_conflict_trailer(as_text(*bytes))) return {};
  ids_.insert(commit.tree, Known{links->tree, false});
  elsewhere_folders_.insert(commit.tree);
  return {};
}

Result<void> Restorer::open(std::deque<Open>& path, const object::Id& id) {
  if (known(id)) return {};
  HN_TRY(object::Commit commit, object::read_commit(blocks_, id));
  if (const auto git = elsewhere_ != nullptr ? elsewhere_->has(id, commit.git) : std::nullopt) {
    ids_.insert(id, Known{*git, false});
    return start_elsewhere(commit, *git);
  }
  if (commit.git) HN_CHECK(require_length(*commit.git, id));
  std::ranges::reverse(commit.parents);
  path.push_back({id, std::move(commit.parents)});
  return {};
}

// Depth first, the first parent first: a history is as deep as it is long, and the version before
// is most often the one just handed out.
Result<std::vector<object::Id>> Restorer::plan(const object::Id& start) {
  std::vector<object::Id> out;
  std::deque<Open> path;
  store::IdTable<object::Id, bool> planned(scratch_);
  planned.insert(start, true);
  HN_CHECK(open(path, start));
  while (!path.empty()) {
    Open& at = path.back();
    if (!at.parents.empty()) {
      const object::Id parent = at.parents.back();
      at.parents.pop_back();
      if (at.parents.empty()) at.parents.shrink_to_fit();
      if (planned.insert(parent, true)) HN_CHECK(open(path, parent));
      continue;
    }
    out.push_back(at.id);
    path.pop_back();
  }
  return out;
}

Result<GitId> Restorer::commits(const object::Id& start) {
  HN_TRY(std::vector<object::Id> planned, plan(start));
  const auto order = std::make_shared<const std::vector<object::Id>>(std::move(planned));
  if (open_blocks && order->size() >= kAheadMin)
    ahead_ = std::make_unique<Ahead>(open_blocks, order, scratch_);
  for (const object::Id& id : *order) HN_CHECK(commit(id));
  ahead_.reset();
  return *known(start);
}

// A tag of a tag of a tag: down, then up.
Result<GitId> Restorer::tags(const object::Id& start) {
  std::vector<std::pair<object::Id, object::Tag>> path;
  Kind kind = Kind::tag;
  object::Id id = start;
  while (kind == Kind::tag && !known(id)) {
    HN_TRY(object::Tag tag, object::read_tag(blocks_, id));
    if (const auto git = elsewhere_ != nullptr ? elsewhere_->has(id, tag.git) : std::nullopt) {
      ids_.insert(id, Known{*git, false});
      break;
    }
    if (tag.git) HN_CHECK(require_length(*tag.git, id));
    path.emplace_back(id, tag);
    kind = tag.target_kind;
    id = tag.target;
  }
  if (kind != Kind::tag) HN_CHECK(add(kind, id));
  for (; !path.empty(); path.pop_back()) {
    const auto& [at, tag] = path.back();
    HN_TRY(Bytes bytes,
           exact_bytes(blocks_, tag, [this](const object::Id& child) { return known(child); }));
    HN_CHECK(keep(at, Type::tag, std::make_shared<const Bytes>(std::move(bytes)), tag.git, {}));
    step_done();
  }
  return *known(start);
}

void Restorer::step_done() {
  ++done_;
  if (progress) progress(done_, objects_);
}

}  // namespace hn::git
