#include "hn/merge/scratch.hpp"

#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "hn/object/tree.hpp"

namespace hn::merge {
namespace {

using object::Id;
using object::Kind;
using IdList = std::vector<Id>;

void add_value(const object::Value& value, IdList& out) {
  if (value.mode != object::Mode::submodule) out.push_back(value.id());
}

void add_tree(ByteView bytes, IdList& out) {
  const auto node = object::decode_tree_node(bytes);
  if (!node) return;
  for (const auto& entry : node->entries) add_value(entry.value, out);
  for (const auto& child : node->children) out.push_back(child.id);
}

void add_list(ByteView bytes, IdList& out) {
  const auto node = object::decode_list(bytes);
  if (!node) return;
  for (const auto& row : node->rows) out.push_back(row.id);
}

void add_conflict(ByteView bytes, IdList& out) {
  const auto conflict = object::decode_conflict(bytes);
  if (!conflict) return;
  for (const auto& term : conflict->terms) {
    if (term) add_value(*term, out);
  }
}

// The ids in a block that a merge wrote; of another kind than these it writes only chunks.
IdList ids_in(const object::Block& block) {
  IdList out;
  if (block.kind == Kind::tree) add_tree(block.bytes, out);
  if (block.kind == Kind::list) add_list(block.bytes, out);
  if (block.kind == Kind::conflict) add_conflict(block.bytes, out);
  return out;
}

}  // namespace

Result<object::Block> ScratchBlocks::read(const Id& id) const {
  const auto found = blocks_.find(id);
  if (found != blocks_.end()) return found->second->block;
  return below_.read(id);
}

bool ScratchBlocks::has(const Id& id) const {
  return blocks_.contains(id) || below_.has(id);
}

Id ScratchBlocks::write(Kind kind, ByteView bytes, const std::optional<Id>& base) {
  const Id id = object::id_of(kind, bytes);
  write_known(id, kind, bytes, base);
  return id;
}

void ScratchBlocks::write_known(const Id& id, Kind kind, ByteView bytes,
                                const std::optional<Id>& base) {
  const auto [at, is_new] = blocks_.try_emplace(id);
  if (!is_new) return;
  at->second = std::make_shared<const Written>(Written{{kind, to_bytes(bytes)}, base});
  bytes_ += bytes.size();
}

object::TreeNodes* ScratchBlocks::tree_nodes() const {
  object::TreeNodes* const below = below_.tree_nodes();
  return below != nullptr ? below : &nodes_;
}

ScratchBlocks::Ids ScratchBlocks::copy_to(object::BlockWriter& writer, const Id& root) const {
  auto* const scratch = dynamic_cast<ScratchBlocks*>(&writer);
  Ids done;
  IdList todo{root};
  while (!todo.empty()) {
    const Id id = todo.back();
    todo.pop_back();
    const auto found = blocks_.find(id);
    if (found == blocks_.end() || !done.insert(id).second) continue;
    const auto& [block, base] = *found->second;
    if (scratch == nullptr)
      writer.write_known(id, block.kind, block.bytes, base);
    else if (scratch->blocks_.try_emplace(id, found->second).second)
      scratch->bytes_ += block.bytes.size();
    for (const Id& next : ids_in(block)) todo.push_back(next);
  }
  return done;
}

}  // namespace hn::merge
