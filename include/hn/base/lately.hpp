#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace hn {

// A table that forgets what nobody asks for. Two generations: the older one goes when the younger
// is full, so that a look-up is one or two and no list is kept. One thread at a time.
template <class Key, class T>
class Lately {
 public:
  // At most twice as many bytes, and one value, are held.
  explicit Lately(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null where it is not here; valid until the next call.
  const T* find(const Key& key) {
    if (const auto at = young_.find(key); at != young_.end()) return &at->second.first;
    const auto at = old_.find(key);
    if (at == old_.end()) return nullptr;
    auto [value, bytes] = std::move(at->second);
    old_.erase(at);
    return keep(key, std::move(value), bytes);
  }

  const T* keep(const Key& key, T value, std::size_t bytes) {
    if (bytes_ >= bytes_max_) {
      old_ = std::exchange(young_, {});
      bytes_ = 0;
    }
    const auto [at, is_new] = young_.try_emplace(key, std::move(value), bytes);
    if (is_new) bytes_ += bytes;
    return &at->second.first;
  }

  void clear() {
    young_.clear();
    old_.clear();
    bytes_ = 0;
  }

 private:
  using Table = std::unordered_map<Key, std::pair<T, std::size_t>>;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;  // of the younger
  Table young_;
  Table old_;
};

}  // namespace hn
