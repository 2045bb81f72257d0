#include "repo/gc_walk.hpp"

#include <algorithm>

#include "hn/log/manifest.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"

namespace hn::repo {

using object::Id;
using object::Kind;

// True where what is beneath the block has to be named.
bool GcWalk::enter(const Id& id) {
  switch (keeping_.keep(id)) {
    case store::Keeping::Met::absent:
      return false;
    case store::Keeping::Met::first:
      if (progress_ && ++entered_ % 4096 == 0) progress_(entered_);
      return true;
    case store::Keeping::Met::again:
      break;
  }
  return rows_.erase(id) > 0;
}

// Trees come oldest first: a folder is mostly a difference from the one before it, which was read
// just now.
void GcWalk::history(std::vector<Id> commits) {
  std::vector<Id> trees;
  while (!commits.empty()) {
    const Id id = commits.back();
    commits.pop_back();
    if (!enter(id)) continue;
    const auto commit = object::read_commit(store_, id);
    if (!commit) continue;
    if (commit->raw) file(*commit->raw);
    trees.push_back(commit->tree);
    commits.insert(commits.end(), commit->parents.begin(), commit->parents.end());
  }
  for (auto tree = trees.rbegin(); tree != trees.rend(); ++tree) folder(*tree);
}

void GcWalk::target(const log::Target& target) {
  switch (target.kind) {
    case Kind::commit:
      return history({target.id});
    case Kind::tree:
      return folder(target.id);
    case Kind::chunk:
    case Kind::list:
      return file(target.id);
    case Kind::tag:
      break;
    default:
      return;
  }
  if (!enter(target.id)) return;
  const auto tag = object::read_tag(store_, target.id);
  if (!tag) return;
  if (tag->raw) file(*tag->raw);
  this->target({tag->target_kind, tag->target});
}

void GcWalk::manifest(const log::ManifestRoot& root) {
  manifest_node(root.root);
}

void GcWalk::manifest_node(const Id& id) {
  if (!enter(id)) return;
  const auto bytes = store_.read(id, Kind::manifest);
  if (!bytes) return;
  const auto node = log::decode_manifest(*bytes);
  if (!node) return;
  for (const log::ManifestRow& row : node->rows) {
    const Id block = object::id_at(row.address);
    if (keeping_.keep(block) == store::Keeping::Met::first) rows_.insert(block);
  }
  for (const log::ManifestChild& child : node->children) manifest_node(child.id);
}

void GcWalk::value(const object::Value& value) {
  switch (value.mode) {
    case object::Mode::folder:
      return folder(value.id());
    case object::Mode::file:
    case object::Mode::executable:
    case object::Mode::symlink:
      return file(value.id());
    case object::Mode::conflict:
      return conflict(value.id());
    case object::Mode::submodule:
      return;
  }
}

void GcWalk::folder(const Id& id) {
  if (!enter(id)) return;
  const auto bytes = store_.read(id, Kind::tree);
  if (!bytes) return;
  const auto node = object::decode_tree_node(*bytes);
  if (!node) return;
  if (node->raw) file(*node->raw);
  for (const auto& child : node->children) folder(child.id);
  for (const object::TreeEntry& entry : node->entries) value(entry.value);
}

// A chunk can be any bytes, so the kind is asked.
void GcWalk::file(const Id& id) {
  if (!enter(id) || keeping_.kind_of(id) != Kind::list) return;
  const auto bytes = store_.read(id, Kind::list);
  if (!bytes) return;
  const auto node = object::decode_list(*bytes);
  if (!node) return;
  for (const object::ListRow& row : node->rows) file(row.id);
}

void GcWalk::conflict(const Id& id) {
  if (!enter(id)) return;
  const auto conflict = object::read_conflict(store_, id);
  if (!conflict) return;
  for (const auto& term : conflict->terms)
    if (term) value(*term);
}

}  // namespace hn::repo
