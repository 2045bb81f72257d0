#include "store/transaction.hpp"

#include "hn/base/error.hpp"
#include "store/maintain.hpp"

namespace hn::store {
namespace {

std::optional<Loaded> shallowest(const std::vector<std::shared_ptr<const Pack>>& packs,
                                 const object::Address& address) {
  std::optional<Loaded> best;
  for (const auto& pack : packs) {
    const auto offset = pack->find(address);
    if (!offset) continue;
    auto loaded = pack->load(*offset, address);
    if (loaded && (!best || loaded->head.depth < best->head.depth)) best = std::move(*loaded);
  }
  return best;
}

struct NewBlocks {
  std::vector<Item> items;
  std::vector<IndexRow> tail_rows;
};

std::vector<IndexRow> rows_at(std::span<const IndexRow> rows, std::uint64_t offset) {
  std::vector<IndexRow> moved(rows.begin(), rows.end());
  for (IndexRow& row : moved) row.offset += offset;
  return moved;
}

// The recorded bytes end where the new ones begin; what a crash left behind them is cut off.
void append_to_tail(Opened& opened, BlockStage& blocks, NewBlocks& out) {
  const auto tail = opened.packs()->tail();
  const auto file =
      opened.fs().open(pack_path(opened.folder(), tail->number()), os::Access::update);
  if (file->stat().size > tail->bytes()) file->truncate(tail->bytes());
  file->write_at(tail->bytes(), blocks.bytes());
  file->sync();
  out.items.push_back(PackIs{tail->number(), tail->bytes() + blocks.bytes().size(), false});
  out.tail_rows = rows_at(blocks.rows(), tail->bytes());
}

// The tail pack is long enough: it gets its index, and the next one begins with these blocks.
void begin_new_tail(Opened& opened, const BlockStage& blocks, NewBlocks& out) {
  const auto items = new_tail(opened, blocks.bytes());
  out.items.insert(out.items.end(), items.begin(), items.end());
}

NewBlocks store_blocks(Opened& opened, BlockStage& blocks) {
  NewBlocks out;
  if (blocks.empty()) return out;
  if (blocks.spilled()) {
    const std::uint64_t number = opened.ledger().next_pack();
    out.items.push_back(PackIs{number, blocks.become_pack(number), true});
  } else if (opened.packs()->tail()->bytes() < opened.options().seal_bytes) {
    append_to_tail(opened, blocks, out);
  } else {
    begin_new_tail(opened, blocks, out);
  }
  return out;
}

// The batch found blocks in packs that are gone now, and counts on them: by a look, or because it
// named a block that names them. Which ones nobody knows here; so all that was dropped comes back,
// and goes with the next collection. Each as it was, also where somebody wrote it anew since then
// on a longer chain: others may stand on it.
void restore_dropped(const Opened& opened, BlockStage& blocks) {
  const auto packs = opened.packs();
  for (const auto& pack : opened.gone()) {
    const auto visited = pack->each_head([&](const RecordHead& head, std::uint64_t) {
      const auto record = shallowest(opened.gone(), head.address);
      if (!record || blocks.depth_of(head.address) <= record->head.depth) return;
      const auto here = packs->load_shallowest(head.address);
      if (!here || here->head.depth > record->head.depth) blocks.restore(head.address, *record);
    });
    if (!visited) throw Failure(visited.error(), "pack " + std::to_string(pack->number()));
  }
}

void add_changes(const Ledger& ledger, const Changes& changes, std::vector<Item>& items) {
  for (const auto& [id, bytes] : changes.entries) {
    if (!ledger.find_entry(id)) items.push_back(AddEntry{id, bytes});
  }
  for (const auto& [key, value] : changes.state) {
    if (value) {
      items.push_back(Put{as_bytes(key), *value});
    } else {
      items.push_back(Erase{as_bytes(key)});
    }
  }
  std::uint64_t sequence = ledger.last_operation();
  for (const Bytes& bytes : changes.operations) items.push_back(AddOperation{++sequence, bytes});
  if (changes.drop_operations_before != 0) {
    items.push_back(DropOperations{changes.drop_operations_before});
  }
}

}  // namespace

void commit_changes(Opened& opened, BlockStage& blocks, const Changes& changes) {
  const LockGuard lock(opened);
  restore_dropped(opened, blocks);
  NewBlocks added = store_blocks(opened, blocks);
  const bool sealed_one = added.items.size() > 1 || blocks.spilled();
  add_changes(opened.ledger(), changes, added.items);
  if (added.items.empty()) return;
  opened.record(added.items, std::move(added.tail_rows));
  if (sealed_one) merge_after_commit(opened);
}

}  // namespace hn::store
