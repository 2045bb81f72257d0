#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "store/pack_set.hpp"

namespace hn::store {

// Plaintexts that were read a short while ago: who reads a history reads one version after the
// other, and each is the base of the next. Without it every version would be decoded along its
// whole chain. Two generations: the older one is dropped when the younger is full, so a look-up and
// an insertion are one or two hash table operations, and no list is kept. One thread at a time.
//
// It grows as long as it is of use: who reads one version of many meets few again, and memory that
// was never touched costs more than the look-ups that it spares.
class PlainCache {
 public:
  // At most twice as many bytes, and one block, are held.
  explicit PlainCache(std::size_t bytes_max)
      : bytes_max_(bytes_max), room_(std::min(bytes_max, kFirstRoom)) {}

  PlainPtr find(const object::Address& address) {
    if (const auto at = young_.find(address); at != young_.end()) {
      ++met_again_;
      return at->second;
    }
    const auto at = old_.find(address);
    if (at == old_.end()) return nullptr;
    ++met_again_;
    PlainPtr found = std::move(at->second);
    old_.erase(at);
    put(address, found);
    return found;
  }

  void add(const object::Address& address, PlainPtr plain) {
    ++added_;
    put(address, std::move(plain));
  }

 private:
  void put(const object::Address& address, PlainPtr plain) {
    if (young_bytes_ >= room_) {
      if (met_again_ >= added_ / 2) room_ = std::min(2 * room_, bytes_max_);
      met_again_ = added_ = 0;
      old_ = std::exchange(young_, {});
      young_bytes_ = 0;
    }
    young_bytes_ += plain->bytes.size() + kEntryBytes;
    young_.insert_or_assign(address, std::move(plain));
  }

  using Map = std::unordered_map<object::Address, PlainPtr>;
  static constexpr std::size_t kEntryBytes = 160;  // what an entry costs beside its bytes

  static constexpr std::size_t kFirstRoom = 3U << 20U;

  std::size_t bytes_max_;
  std::size_t room_;
  std::size_t met_again_ = 0;
  std::size_t added_ = 0;
  std::size_t young_bytes_ = 0;
  Map young_;
  Map old_;
};

}  // namespace hn::store
