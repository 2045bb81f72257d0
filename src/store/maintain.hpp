#pragma once

#include "store/opened.hpp"

// Work that keeps a store fast and is never needed for correctness. With the lock held.
namespace hn::store {

// Makes and syncs a pack with its header and `records` under its name. Returns its length.
std::uint64_t create_tail(os::FileSystem& fs, const std::string& folder, std::uint64_t number,
                          ByteView records);

// Writes the index of the tail pack, which is sealed thereby, and the next tail pack with
// `records`. Returns what is to be recorded.
std::vector<Item> new_tail(Opened& opened, ByteView records);

// Only who has this may take sealed packs out of the store, merged or collected; nobody waits for
// it, and it is taken before the writers' lock or under it.
std::optional<os::Lock> try_maintenance(Opened& opened);

// Records `merged`, if there is one, in place of `packs`, and removes their files.
void replace_packs(Opened& opened, std::span<const std::shared_ptr<const SealedPack>> packs,
                   const std::optional<PackIs>& merged);

// Merges small packs until each is at least twice as long as all smaller ones together, as far as
// the merged ones have at most `bytes_max`. Each byte is copied as often as the number of packs can
// be halved, at most.
void merge_packs(Opened& opened, std::uint64_t bytes_max);

// The same within what a command may take along, and nothing that fails matters: the transaction
// is durable already.
void merge_after_commit(Opened& opened);

// Files that a crash left: packs that are not recorded, and those of batches whose process died.
void remove_leftovers(Opened& opened);

}  // namespace hn::store
