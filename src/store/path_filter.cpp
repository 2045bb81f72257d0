// Format: hn-store(5), HISTORY INDEX.
//
// Exact but for 48 bits, where git's commit-graph has Bloom filters of 10 bits a path (git,
// gitformat-commit-graph(5), Bloom Filter Data), which answer "perhaps" to what did change and to
// one in 120 besides: then both trees have to be read, along chains of deltas, and that was five
// sixths of a log of one file. Keys cost 5 times as much, a tenth of the index.
#include "hn/store/path_filter.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "hn/base/checksum.hpp"

namespace hn::store {
namespace {

constexpr Byte kNoPath = 0x00;
constexpr Byte kAnyPath = 0xff;

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

  Bytes filter() {
    if (keys_.empty()) return Bytes(1, kNoPath);
    if (keys_.size() > kFilterPathsMax) return Bytes(1, kAnyPath);
    std::ranges::sort(keys_);
    const auto same = std::ranges::unique(keys_);
    keys_.erase(same.begin(), same.end());
    Bytes out;
    out.reserve(keys_.size() * kPathKeyBytes);
    for (const PathKey& key : keys_) out.insert(out.end(), key.bytes.begin(), key.bytes.end());
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
  PathKey key;
  for (std::size_t i = 0; i < kPathKeyBytes; ++i)
    key.bytes[i] = static_cast<Byte>(sum >> (8 * i) & 0xffU);
  return key;
}

Changed changed_by(ByteView filter, const PathKey& key) noexcept {
  if (filter.empty()) return Changed::not_known;
  if (filter.size() == 1) return filter[0] == kNoPath ? Changed::no : Changed::perhaps;
  for (std::size_t at = 0; at + kPathKeyBytes <= filter.size(); at += kPathKeyBytes) {
    if (std::memcmp(filter.data() + at, key.bytes.data(), kPathKeyBytes) == 0) return Changed::yes;
  }
  return Changed::no;
}

bool is_path_filter(ByteView filter, bool whole) noexcept {
  if (filter.empty()) return true;
  if (filter.size() == 1) return filter[0] == kNoPath || filter[0] == kAnyPath;
  if (filter.size() % kPathKeyBytes != 0 || filter.size() > kFilterBytesMax) return false;
  for (std::size_t at = kPathKeyBytes; whole && at < filter.size(); at += kPathKeyBytes) {
    const Byte* const key = filter.data() + at;
    if (std::memcmp(key - kPathKeyBytes, key, kPathKeyBytes) >= 0) return false;
  }
  return true;
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
