#include "hn/git/verify.hpp"

#include <unordered_map>

#include "hn/object/file.hpp"

namespace hn::git {
namespace {

using object::Kind;

// Makes git's ids bottom up, each object once. History is walked with a stack of its own, folders
// by recursion: they were bounded when they were imported.
class Verifier {
 public:
  explicit Verifier(const object::BlockReader& blocks) : blocks_(blocks) {}

  Result<void> ref(const ImportedRef& ref) {
    size_ = ref.git.size;
    HN_TRY(const GitId id, target(ref.kind, ref.id));
    if (id != ref.git)
      return fail(Code::damaged, "a reference carries another git id", ref.id.bytes);
    return {};
  }

  Verified counts;

 private:
  Result<GitId> target(Kind kind, const object::Id& id) {
    switch (kind) {
      case Kind::commit:
        return commits(id);
      case Kind::tag:
        return tags(id);
      case Kind::tree:
        return tree(id, 0);
      default:
        return file(id);
    }
  }

  std::optional<GitId> known(const object::Id& id) const {
    const auto& ids = size_ == 32 ? sha256_ids_ : ids_;
    const auto at = ids.find(id);
    return at != ids.end() ? std::optional(at->second) : std::nullopt;
  }
  GitIds ids() const {
    return [this](const object::Id& id) { return known(id); };
  }

  Result<GitId> keep(const object::Id& id, Type type, ByteView bytes,
                     const std::optional<GitId>& claimed) {
    const GitId made = git_id_of(type, bytes, size_);
    if (claimed && *claimed != made)
      return fail(Code::damaged, "the git id of this object is another", id.bytes);
    (size_ == 32 ? sha256_ids_ : ids_).emplace(id, made);
    return made;
  }

  Result<GitId> file(const object::Id& id) {
    if (const auto done = known(id)) return *done;
    ++counts.files;
    HN_TRY(const Bytes bytes, object::read_file(blocks_, id, kBlobBytesMax));
    return keep(id, Type::blob, bytes, {});
  }

  Result<GitId> tree(const object::Id& id, std::size_t depth) {
    if (const auto done = known(id)) return *done;
    if (depth >= object::kPathDepthMax)
      return fail(Code::refused, "folders are nested too deep", id.bytes);
    ++counts.trees;
    HN_TRY(const object::Tree tree_value, object::read_tree(blocks_, id));
    for (const object::TreeEntry& entry : tree_value.entries) {
      if (entry.value.mode == object::Mode::submodule) continue;
      if (entry.value.mode == object::Mode::folder)
        HN_CHECK(tree(entry.value.id(), depth + 1));
      else
        HN_CHECK(file(entry.value.id()));
    }
    HN_TRY(const Bytes bytes, exact_bytes(blocks_, tree_value, ids()));
    return keep(id, Type::tree, bytes, {});
  }

  Result<void> commit(const object::Id& id, const object::Commit& commit) {
    ++counts.commits;
    HN_CHECK(tree(commit.tree, 0));
    if (!commit.git) return fail(Code::damaged, "a commit carries no git id", id.bytes);
    HN_TRY(const Bytes bytes, exact_bytes(blocks_, commit, ids()));
    HN_CHECK(keep(id, Type::commit, bytes, commit.git));
    return {};
  }

  Result<GitId> commits(const object::Id& start) {
    std::vector<object::Id> open{start};
    while (!open.empty()) {
      const object::Id id = open.back();
      if (known(id)) {
        open.pop_back();
        continue;
      }
      HN_TRY(const object::Commit at, object::read_commit(blocks_, id));
      const std::size_t before = open.size();
      for (const object::Id& parent : at.parents)
        if (!known(parent)) open.push_back(parent);
      if (open.size() == before) HN_CHECK(commit(id, at));
    }
    return *known(start);
  }

  // A tag of a tag of a tag: down, then up.
  Result<GitId> tags(const object::Id& start) {
    std::vector<std::pair<object::Id, object::Tag>> open;
    Kind kind = Kind::tag;
    object::Id id = start;
    while (kind == Kind::tag && !known(id)) {
      HN_TRY(object::Tag tag, object::read_tag(blocks_, id));
      open.emplace_back(id, tag);
      kind = tag.target_kind;
      id = tag.target;
    }
    if (kind != Kind::tag) HN_CHECK(target(kind, id));
    for (; !open.empty(); open.pop_back()) {
      const auto& [at, tag] = open.back();
      ++counts.tags;
      if (!tag.git) return fail(Code::damaged, "a tag carries no git id", at.bytes);
      HN_TRY(const Bytes bytes, exact_bytes(blocks_, tag, ids()));
      HN_CHECK(keep(at, Type::tag, bytes, tag.git));
    }
    return *known(start);
  }

  const object::BlockReader& blocks_;
  // One file has an id of each length where histories of both were imported.
  std::uint8_t size_ = 20;
  std::unordered_map<object::Id, GitId> ids_;
  std::unordered_map<object::Id, GitId> sha256_ids_;
};

}  // namespace

Result<Verified> verify_import(const object::BlockReader& blocks,
                               std::span<const ImportedRef> refs) {
  Verifier verifier(blocks);
  for (const ImportedRef& ref : refs) HN_CHECK(verifier.ref(ref));
  return verifier.counts;
}

}  // namespace hn::git
