#pragma once

#include <cstring>
#include <vector>

#include "hn/git/form.hpp"

namespace hn::git {

// Git's id, of either length; all ids of one repository have the same.
using Oid = GitId;

// From git's ids to values: open addressing, linear probing, at most three quarters full. Ids are
// hashes already, so their first bytes serve as one. Never iterated; nothing is taken out.
template <class T>
class OidMap {
 public:
  OidMap() : slots_(kSlotsMin) {}

  const T* find(const Oid& oid) const noexcept {
    const Slot& slot = slots_[place(oid)];
    return slot.used ? &slot.value : nullptr;
  }
  bool contains(const Oid& oid) const noexcept { return find(oid) != nullptr; }

  // False, and nothing changed, where the id is there already.
  bool insert(const Oid& oid, const T& value) {
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = slots_[place(oid)];
    if (slot.used) return false;
    slot = {oid, true, value};
    ++used_;
    return true;
  }

  std::size_t size() const noexcept { return used_; }

 private:
  static constexpr std::size_t kSlotsMin = 1024;
  struct Slot {
    Oid oid{};
    bool used = false;
    T value{};
  };

  std::size_t place(const Oid& oid) const noexcept {
    std::uint64_t hash = 0;
    std::memcpy(&hash, oid.bytes.data(), sizeof hash);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].used && slots_[at].oid != oid) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.used) slots_[place(slot.oid)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace hn::git
