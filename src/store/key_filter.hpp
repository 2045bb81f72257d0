#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "hn/base/bytes.hpp"

namespace hn::store {

// Keys, which are hashes of at least 20 bytes. That one is not there is certain; one in 200 that
// are not there seem to be. Looked at by any thread once nothing is added any more.
//
// Words of 512 bits, one for each key, 12 bits of memory for a key (Putze, Sanders, Singler,
// Cache-, hash- and space-efficient Bloom filters, 2007).
class KeyFilter {
 public:
  explicit KeyFilter(std::size_t keys_max) : words_(keys_max / kKeysPerWord + 1) {}

  void add(const Byte* key) noexcept {
    each_bit(key, [this](std::size_t word, std::size_t i, std::uint64_t bit) {
      words_[word].bits[i] |= bit;
    });
  }
  bool may_have(const Byte* key) const noexcept {
    bool all = true;
    each_bit(key, [&](std::size_t word, std::size_t i, std::uint64_t bit) {
      all = all && (words_[word].bits[i] & bit) != 0;
    });
    return all;
  }

 private:
  static constexpr std::size_t kKeysPerWord = 512 / 12;
  static constexpr unsigned kProbes = 7;
  struct alignas(64) Word {
    std::array<std::uint64_t, 8> bits{};
  };

  // Not of the bytes by which files are sorted, nor of those that tables in memory hash by.
  template <class Visit>
  void each_bit(const Byte* key, Visit visit) const noexcept {
    const std::size_t word =
        static_cast<std::size_t>((word_at(key + 4) >> 32U) * words_.size() >> 32U);
    std::uint64_t probes = word_at(key + 12);
    for (unsigned i = 0; i < kProbes; ++i, probes >>= 9U)
      visit(word, probes >> 6U & 7U, std::uint64_t{1} << (probes & 63U));
  }
  static std::uint64_t word_at(const Byte* bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
  }

  std::vector<Word> words_;
};

}  // namespace hn::store
