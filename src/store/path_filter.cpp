// Format: hn-store(5), HISTORY INDEX.
//
// Sizes are those of git's commit-graph (git, gitformat-commit-graph(5), Bloom Filter Data): 10
// bits and 7 looks for each path, which is wrong once in some 120 questions. Both numbers of a path
// come from one checksum (A. Kirsch and M. Mitzenmacher, "Less Hashing, Same Performance: Building
// a Better Bloom Filter", 2006).
#include "hn/store/path_filter.hpp"

#include <string>
#include <vector>

#include "hn/base/checksum.hpp"

namespace hn::store {
namespace {

constexpr std::uint32_t kBitsPerPath = 10;
constexpr std::uint32_t kLooks = 7;

template <class Visit>
bool each_bit(std::size_t bytes, const PathKey& key, Visit visit) {
  const auto bits = static_cast<std::uint32_t>(8 * bytes);
  for (std::uint32_t i = 0; i < kLooks; ++i) {
    const std::uint32_t bit = (key.first + i * key.step) % bits;
    if (!visit(bit / 8, static_cast<Byte>(1U << (bit % 8)))) return false;
  }
  return true;
}

// Paths come depth first, so the folders above one are new from where it parts from the last.
class Paths {
 public:
  bool add(std::string_view path) {
    std::size_t same = 0;
    while (same < last_.size() && same < path.size() && last_[same] == path[same]) ++same;
    for (std::size_t i = same; i < path.size() && keys_.size() <= kFilterPathsMax; ++i) {
      if (path[i] == '/' && !is_folder_of_last(path, i))
        keys_.push_back(path_key(path.substr(0, i)));
    }
    if (path != last_) keys_.push_back(path_key(path));
    last_ = path;
    return keys_.size() <= kFilterPathsMax;
  }

  Bytes filter() const {
    if (keys_.empty()) return Bytes(1, 0);
    if (keys_.size() > kFilterPathsMax) return Bytes(1, 0xff);
    Bytes out((keys_.size() * kBitsPerPath + 7) / 8, 0);
    for (const PathKey& key : keys_) {
      each_bit(out.size(), key, [&](std::size_t byte, Byte bit) {
        out[byte] |= bit;
        return true;
      });
    }
    return out;
  }

 private:
  // A file that became a folder stands before what is in it.
  bool is_folder_of_last(std::string_view path, std::size_t end) const {
    return last_ == path.substr(0, end);
  }

  std::string last_;
  std::vector<PathKey> keys_;
};

}  // namespace

PathKey path_key(std::string_view path) noexcept {
  const std::uint64_t sum = checksum(as_bytes(path));
  return {static_cast<std::uint32_t>(sum), static_cast<std::uint32_t>(sum >> 32U)};
}

std::vector<PathKey> path_keys(std::string_view path) {
  std::vector<PathKey> out{path_key(path)};
  for (std::size_t end = path.rfind('/'); end != path.npos; end = path.rfind('/')) {
    path = path.substr(0, end);
    out.push_back(path_key(path));
  }
  return out;
}

bool may_contain(ByteView filter, const PathKey& key) noexcept {
  if (filter.empty()) return true;
  return each_bit(filter.size(), key,
                  [&](std::size_t byte, Byte bit) { return (filter[byte] & bit) != 0; });
}

std::optional<Bytes> path_filter(const object::BlockReader& reader,
                                 const std::optional<object::Id>& before, const object::Id& after) {
  Paths paths;
  const auto walked = object::diff_paths(
      reader, before, after, [&](const object::Change& change) { return paths.add(change.name); });
  if (!walked) return std::nullopt;
  return paths.filter();
}

// In one thread: the store keeps what it has decoded for the one that opened it, and neighbours
// share most of their folders. Two threads without that took twice as long.
std::vector<Bytes> path_filters(const object::BlockReader& reader, std::span<const TreePair> all) {
  std::vector<Bytes> made(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    try {
      if (auto one = path_filter(reader, all[i].before, all[i].after)) made[i] = std::move(*one);
    } catch (...) {
      // It is not needed: who asks looks at the trees.
    }
  }
  return made;
}

}  // namespace hn::store
