#include "hn/repo/closure.hpp"

#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"

namespace hn::repo {

using object::Id;
using object::Kind;

namespace {

store::Scratch scratch_of(const store::Store& store) {
  return {[&store] { return store.open_scratch(); }};
}

// Two hashes as one, in this order: two pairs that come to the same are as hard to find as for any
// sum of hashes, some 2^85 tries (Wagner, A generalized birthday problem, 2002).
Hash both_of(const Id& now, const Id& old) {
  Hash out = now.bytes;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] ^= old.bytes[(i + 1) % out.size()];
  return out;
}

}  // namespace

ClosureWalk::ClosureWalk(const store::Store& store, Visit visit, Absent absent)
    : store_(store),
      visit_(std::move(visit)),
      absent_(std::move(absent)),
      seen_(scratch_of(store)),
      walked_(scratch_of(store)),
      compared_(scratch_of(store)) {}

// True where the block is here and met for the first time.
bool ClosureWalk::enter(const Id& id) {
  if (!seen_.insert(id, true)) return false;
  const auto bytes = store_.plain_bytes(object::address_of(id));
  if (!bytes) {
    absent_(id);
    return false;
  }
  visit_(id, *bytes);
  return true;
}

// Whether the block is here, however often it is met.
bool ClosureWalk::is_here(const Id& id) {
  return seen_.contains(id) ? store_.has(id) : enter(id);
}

// True where this pair is met for the first time, and no walk of all of `id` was before.
bool ClosureWalk::compare(const Id& id, const std::optional<Id>& old) {
  if (old == id) return false;
  if (!old) return walked_.insert(id, true);
  if (walked_.contains(id)) return false;
  return compared_.insert(both_of(id, *old), true);
}

std::optional<object::Commit> ClosureWalk::commit_block(const Id& id) {
  if (!enter(id)) return std::nullopt;
  auto commit = object::read_commit(store_, id);
  if (!commit) return std::nullopt;  // dead everywhere: its publish is no head
  if (commit->raw) file(*commit->raw, std::nullopt);
  return std::move(commit).value();
}

void ClosureWalk::tree_of(const object::Commit& commit) {
  std::optional<Id> old;
  if (!commit.parents.empty()) {
    if (auto parent = object::read_commit(store_, commit.parents.front())) old = parent->tree;
  }
  folder(commit.tree, old);
}

std::optional<Id> ClosureWalk::target(const log::Target& target) {
  switch (target.kind) {
    case Kind::tag:
      return tag(target.id);
    case Kind::tree:
      return folder(target.id, std::nullopt), std::nullopt;
    case Kind::chunk:
    case Kind::list:
      return file(target.id, std::nullopt), std::nullopt;
    case Kind::commit:
      return target.id;
    default:
      return std::nullopt;
  }
}

std::optional<Id> ClosureWalk::tag(const Id& id) {
  if (!is_here(id)) return std::nullopt;
  const auto tag = object::read_tag(store_, id);
  if (!tag) return std::nullopt;
  if (tag->raw) file(*tag->raw, std::nullopt);
  return target({tag->target_kind, tag->target});
}

void ClosureWalk::folder(const Id& id, const std::optional<Id>& old) {
  if (!compare(id, old)) return;
  std::unordered_set<Id> old_nodes;
  if (old) collect_nodes(*old, old_nodes);
  tree_nodes(id, old_nodes);
  auto changes = object::diff_tree(store_, old, id);
  if (!changes && old) changes = object::diff_tree(store_, std::nullopt, id);
  if (!changes) return;  // what is absent was told by tree_nodes
  for (const object::Change& change : *changes) {
    if (change.new_value) value(*change.new_value, change.old_value);
  }
}

void ClosureWalk::tree_nodes(const Id& id, const std::unordered_set<Id>& old) {
  if (old.contains(id) || !is_here(id)) return;
  const auto bytes = store_.read(id, Kind::tree);
  if (!bytes) return;
  const auto node = object::decode_tree_node(*bytes);
  if (!node) return;
  if (node->raw) file(*node->raw, std::nullopt);
  for (const auto& child : node->children) tree_nodes(child.id, old);
}

void ClosureWalk::collect_nodes(const Id& id, std::unordered_set<Id>& out) const {
  out.insert(id);
  const auto bytes = store_.read(id, Kind::tree);
  if (!bytes) return;
  const auto node = object::decode_tree_node(*bytes);
  if (!node) return;
  for (const auto& child : node->children) {
    if (node->level == 1) {
      out.insert(child.id);
    } else {
      collect_nodes(child.id, out);
    }
  }
}

void ClosureWalk::value(const object::Value& now, const std::optional<object::Value>& old) {
  const bool same_kind =
      old && old->mode != object::Mode::submodule && old->mode != object::Mode::conflict;
  switch (now.mode) {
    case object::Mode::folder:
      return folder(now.id(), same_kind && old->mode == object::Mode::folder
                                  ? std::optional(old->id())
                                  : std::nullopt);
    case object::Mode::file:
    case object::Mode::executable:
    case object::Mode::symlink:
      return file(now.id(), same_kind && old->mode != object::Mode::folder
                                ? std::optional(old->id())
                                : std::nullopt);
    case object::Mode::conflict:
      return conflict(now.id());
    case object::Mode::submodule:
      return;
  }
}

void ClosureWalk::conflict(const Id& id) {
  if (!enter(id)) return;
  const auto conflict = object::read_conflict(store_, id);
  if (!conflict) return;
  for (const auto& term : conflict->terms) {
    if (term) value(*term, std::nullopt);
  }
}

bool ClosureWalk::is_list(const Id& id) const {
  // A chunk can be any bytes, so the kind must be asked; a list is never empty.
  const auto stored = store_.read_stored(object::address_of(id));
  return stored && stored->kind == Kind::list;
}

void ClosureWalk::file(const Id& id, const std::optional<Id>& old) {
  if (old == id || walked_.contains(id)) return;
  if (!store_.has(id) || !is_list(id)) {
    enter(id);
    return;
  }
  if (!compare(id, old)) return;
  std::unordered_set<Id> old_rows;
  if (old && store_.has(*old) && is_list(*old)) collect_rows(*old, old_rows);
  list_rows(id, old_rows);
}

void ClosureWalk::list_rows(const Id& id, const std::unordered_set<Id>& old) {
  if (old.contains(id) || !is_here(id)) return;
  const auto bytes = store_.read(id, Kind::list);
  if (!bytes) return;
  const auto node = object::decode_list(*bytes);
  if (!node) return;
  for (const object::ListRow& row : node->rows) {
    if (node->level > 1) {
      list_rows(row.id, old);
    } else if (!old.contains(row.id)) {
      enter(row.id);
    }
  }
}

void ClosureWalk::collect_rows(const Id& id, std::unordered_set<Id>& out) const {
  out.insert(id);
  const auto bytes = store_.read(id, Kind::list);
  if (!bytes) return;
  const auto node = object::decode_list(*bytes);
  if (!node) return;
  for (const object::ListRow& row : node->rows) {
    if (node->level > 1) {
      collect_rows(row.id, out);
    } else {
      out.insert(row.id);
    }
  }
}

}  // namespace hn::repo
