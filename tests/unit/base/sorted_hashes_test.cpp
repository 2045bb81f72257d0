#include "hn/base/sorted_hashes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace hn;

namespace {

// `alike`: so many of the bytes are 0 or 255 and nothing else.
Hash some_hash(std::mt19937_64& lot, std::size_t alike) {
  Hash hash{};
  for (std::size_t i = 1; i < hash.size(); ++i)
    hash[i] = i <= alike ? (lot() % 2 == 0 ? Byte{0} : Byte{255}) : static_cast<Byte>(lot());
  return hash;
}

}  // namespace

TEST_CASE("a hash is found where it is, and what is not there where it would be") {
  std::mt19937_64 lot(11);
  for (const std::size_t count : {0U, 1U, 2U, 9U, 100U, 3000U}) {
    for (const std::size_t alike : {0U, 4U, 8U}) {
      std::vector<Hash> rows;
      for (std::size_t i = 0; i < count; ++i) rows.push_back(some_hash(lot, alike));
      std::ranges::sort(rows);
      std::vector<Hash> asked = rows;
      for (std::size_t i = 0; i < 500; ++i) asked.push_back(some_hash(lot, i % 9));
      for (const std::size_t low : {std::size_t{0}, count / 3}) {
        for (const Hash& hash : asked) {
          const auto from = rows.begin() + static_cast<std::ptrdiff_t>(low);
          const auto wanted = std::lower_bound(from, rows.end(), hash) - rows.begin();
          const std::size_t found = lower_bound_of_hash(
              hash, low, rows.size(), [&](std::size_t i) { return rows.at(i) < hash; });
          REQUIRE(found == static_cast<std::size_t>(wanted));
        }
      }
    }
  }
}

TEST_CASE("few rows are looked at, and they are neighbours") {
  std::mt19937_64 lot(12);
  std::vector<Hash> rows;
  for (int i = 0; i < 20'000; ++i) rows.push_back(some_hash(lot, 0));
  std::ranges::sort(rows);
  std::size_t looks = 0;
  std::size_t apart = 0;
  for (const Hash& hash : rows) {
    std::size_t least = rows.size();
    std::size_t greatest = 0;
    lower_bound_of_hash(hash, 0, rows.size(), [&](std::size_t i) {
      ++looks;
      least = std::min(least, i);
      greatest = std::max(greatest, i);
      return rows[i] < hash;
    });
    apart += greatest - least;
  }
  CHECK(looks < rows.size() * 16);
  CHECK(apart < rows.size() * 300);
}
