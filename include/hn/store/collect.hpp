#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "hn/object/block.hpp"

namespace hn::store {

// What stays in a store, filled in by Roots::name().
class Keeping {
 public:
  enum class Met {
    absent,  // it is not here
    first,   // it stays, and this was the first to say so
    again,
  };
  virtual ~Keeping() = default;
  virtual Met keep(const object::Id& id) = 0;
  virtual bool is_kept(const object::Id& id) const = 0;
  // Of a block that is here.
  virtual std::optional<object::Kind> kind_of(const object::Id& id) const = 0;
  // Blocks of a kind that are here and that nobody has named yet, sorted.
  virtual std::vector<object::Id> not_kept(object::Kind kind) const = 0;
};

// Who knows which blocks must stay. The store itself does not know what a block names.
class Roots {
 public:
  virtual ~Roots() = default;
  // Calls keep() for each block that must stay. First without the store's lock, beside other
  // processes; then, where something was recorded meanwhile, once more with the lock held and the
  // store refreshed. keep() answers `again` for all that was named before.
  virtual void name(Keeping& keeping) = 0;
  // With the lock held, just before blocks go: what speaks of them, here or in files of one's own,
  // goes first. Commits to the store go through.
  virtual void before_drop(const Keeping& keeping) = 0;
};

struct CollectOptions {
  bool dry_run = false;  // only counts; takes no lock
  std::function<void(std::uint64_t done, std::uint64_t of)> progress =
      {};  // while blocks are copied
};

struct Collected {
  std::uint64_t blocks = 0;  // that were here, each once
  std::uint64_t dropped_blocks = 0;
  std::uint64_t dropped_commits = 0;
  std::uint64_t packs_before = 0;
  std::uint64_t packs_after = 0;
  std::uint64_t bytes_before = 0;  // of packs and their indexes
  std::uint64_t bytes_after = 0;   // a dry run says what it would be, but for what changes form
};

}  // namespace hn::store
