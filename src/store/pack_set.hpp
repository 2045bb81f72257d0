#pragma once

#include <memory>
#include <vector>

#include "store/pack.hpp"
#include "store/plain.hpp"

namespace hn::store {

class PlainCache;

// The packs of a store at one moment. Immutable; any thread. What takes a cache looks there for the
// bases of a chain first, and leaves there what it decoded.
class PackSet {
 public:
  PackSet(std::vector<std::shared_ptr<const SealedPack>> sealed,
          std::shared_ptr<const TailPack> tail)
      : sealed_(std::move(sealed)), tail_(std::move(tail)) {}

  bool has(const object::Address& address) const noexcept;
  // A copy whose checksum is right: absent if there is none at all, else damaged.
  Result<Loaded> load(const object::Address& address) const;
  // Of several good copies the one of least depth.
  Result<Loaded> load_shallowest(const object::Address& address) const;
  Result<PlainPtr> read(const object::Address& address, PlainCache* cache = nullptr) const;
  // The same from the copy of least depth, for what is to become a base.
  Result<PlainPtr> read_shallowest(const object::Address& address,
                                   PlainCache* cache = nullptr) const;
  // The plaintext of a record that was loaded.
  Result<PlainPtr> decode(const Loaded& loaded, PlainCache* cache = nullptr) const;

  const std::vector<std::shared_ptr<const SealedPack>>& sealed() const noexcept { return sealed_; }
  const std::shared_ptr<const TailPack>& tail() const noexcept { return tail_; }

 private:
  Result<PlainPtr> read_loaded(const Loaded& loaded, PlainCache* cache) const;
  template <class Visit>
  Result<void> each_copy(const object::Address& address, Visit visit) const;

  std::vector<std::shared_ptr<const SealedPack>> sealed_;  // by number
  std::shared_ptr<const TailPack> tail_;
};

}  // namespace hn::store
