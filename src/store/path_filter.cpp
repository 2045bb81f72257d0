// Format: hn-store(5), HISTORY INDEX.
//
// Exact but for 47 bits, where git's commit-graph has Bloom filters of 10 bits a path (git,
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
// In a key's last byte: the path is in the second parent what it is in the commit. Most of what a
// merge changes came from there.
constexpr Byte kAsInSecond = 0x80;

bool is_key_at(const Byte* at, const PathKey& key) noexcept {
  return std::memcmp(at, key.bytes.data(), kPathKeyBytes - 1) == 0 &&
         (at[kPathKeyBytes - 1] & ~kAsInSecond) == key.bytes[kPathKeyBytes - 1];
}

PathKey key_at(const Byte* at) noexcept {
  PathKey key;
  std::copy_n(at, kPathKeyBytes, key.bytes.begin());
  key.bytes.back() &= static_cast<Byte>(~kAsInSecond);
  return key;
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

  // `as_in_second` are sorted.
  Bytes filter(std::span<const PathKey> as_in_second) {
    if (keys_.empty()) return Bytes(1, kNoPath);
    if (keys_.size() > kFilterPathsMax) return Bytes(1, kAnyPath);
    std::ranges::sort(keys_);
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    Bytes out;
    out.reserve(keys_.size() * kPathKeyBytes);
    for (const PathKey& key : keys_) {
      out.insert(out.end(), key.bytes.begin(), key.bytes.end());
      if (std::ranges::binary_search(as_in_second, key)) out.back() |= kAsInSecond;
    }
    return out;
  }
  bool are_kept() const noexcept { return !keys_.empty() && keys_.size() <= kFilterPathsMax; }

 private:
  // A file that became a folder stands before what is in it.
  bool is_folder_of_last(std::string_view path, std::size_t end) const {
    return last_ == path.substr(0, end);
  }

  std::string last_;
  std::vector<PathKey> keys_;
};

// Which of the changed paths are in two trees the same, themselves and all below them. No deeper
// than paths are kept of one commit, folders counted, so recursion is bounded however deep a tree
// is.
class SamePaths {
 public:
  explicit SamePaths(const object::BlockReader& reader) : reader_(reader) {}

  // `files` come depth first and lie below a folder whose path, with a slash, has `above` bytes; in
  // a tree that is absent there are none. Whether one of them differs.
  Result<bool> look(const std::optional<object::Id>& own, const std::optional<object::Id>& other,
                    std::span<const std::string> files, std::size_t above) {
    bool any_differs = false;
    while (!files.empty()) {
      const std::string_view first = files.front();
      const std::string_view path = first.substr(0, first.find('/', above));
      const auto is_there = [&](std::string_view file) {
        return file.starts_with(path) && (file.size() == path.size() || file[path.size()] == '/');
      };
      std::size_t count = 1;
      while (count < files.size() && is_there(files[count])) ++count;
      HN_TRY(const auto in_own, find(own, path.substr(above)));
      HN_TRY(const auto in_other, find(other, path.substr(above)));
      if (in_own == in_other) {
        add(path, files.first(count));
      } else {
        HN_TRY(const bool differs, look_at(path, in_own, in_other, files.first(count)));
        any_differs = any_differs || differs;
      }
      files = files.subspan(count);
    }
    return any_differs;
  }

  std::vector<PathKey> take() {
    std::ranges::sort(keys_);
    return std::move(keys_);
  }

 private:
  using Value = std::optional<object::Value>;

  Result<Value> find(const std::optional<object::Id>& tree, std::string_view name) const {
    return tree ? object::find_name(reader_, *tree, name) : Value();
  }

  static std::optional<object::Id> folder(const Value& value) {
    return value && value->mode == object::Mode::folder ? std::optional(value->id()) : std::nullopt;
  }

  // What `path` is in the two trees is not the same; `files` are it, and those below it.
  Result<bool> look_at(std::string_view path, const Value& own, const Value& other,
                       std::span<const std::string> files) {
    const auto below = files.subspan(files.front().size() == path.size() ? 1 : 0);
    HN_TRY(bool differs, look(folder(own), folder(other), below, path.size() + 1));
    const auto is_file = [](const Value& value) { return value && !folder(value); };
    differs = differs || is_file(own) || is_file(other);
    // Other files than these may differ; folders alone, that hold none, do not count.
    if (!differs) {
      HN_CHECK(object::diff_paths(reader_, folder(other), folder(own), [&](const object::Change&) {
        differs = true;
        return false;
      }));
    }
    if (!differs) keys_.push_back(path_key(path));
    return differs;
  }

  void add(std::string_view path, std::span<const std::string> files) {
    keys_.push_back(path_key(path));
    for (const std::string& file : files) {
      for (std::size_t end = path.size() + 1; end <= file.size(); ++end)
        if (end == file.size() || file[end] == '/')
          keys_.push_back(path_key(std::string_view(file).substr(0, end)));
    }
  }

  const object::BlockReader& reader_;
  std::vector<PathKey> keys_;
};

}  // namespace

PathKey path_key(std::string_view path) noexcept {
  const std::uint64_t sum = checksum(as_bytes(path));
  PathKey key;
  for (std::size_t i = 0; i < kPathKeyBytes; ++i)
    key.bytes[i] = static_cast<Byte>(sum >> (8 * i) & 0xffU);
  key.bytes.back() &= static_cast<Byte>(~kAsInSecond);
  return key;
}

Changed changed_by(ByteView filter, const PathKey& key, std::size_t parent) noexcept {
  if (filter.empty()) return Changed::not_known;
  if (parent > 1 || (filter.size() == 1 && filter[0] == kAnyPath)) return Changed::perhaps;
  const Changed otherwise = parent == 0 ? Changed::no : Changed::perhaps;
  for (std::size_t at = 0; at + kPathKeyBytes <= filter.size(); at += kPathKeyBytes) {
    if (!is_key_at(filter.data() + at, key)) continue;
    if (parent == 0) return Changed::yes;
    const bool same = (filter[at + kPathKeyBytes - 1] & kAsInSecond) != 0;
    return same ? Changed::no : Changed::yes;
  }
  return otherwise;
}

bool is_path_filter(ByteView filter, bool whole) noexcept {
  if (filter.empty()) return true;
  if (filter.size() == 1) return filter[0] == kNoPath || filter[0] == kAnyPath;
  if (filter.size() % kPathKeyBytes != 0 || filter.size() > kFilterBytesMax) return false;
  for (std::size_t at = kPathKeyBytes; whole && at < filter.size(); at += kPathKeyBytes)
    if (key_at(filter.data() + at - kPathKeyBytes) >= key_at(filter.data() + at)) return false;
  return true;
}

std::optional<Bytes> path_filter(const object::BlockReader& reader, const CommitTrees& trees) {
  Paths paths;
  std::vector<std::string> files;
  const auto walked =
      object::diff_paths(reader, trees.first, trees.own, [&](const object::Change& change) {
        if (trees.second) files.push_back(change.name);
        return paths.add(change.name);
      });
  if (!walked) return std::nullopt;
  SamePaths same(reader);
  if (trees.second && paths.are_kept() && !same.look(trees.own, *trees.second, files, 0))
    return std::nullopt;
  return paths.filter(same.take());
}

// In one thread: the store keeps what it has decoded for the one that opened it, and neighbours
// share most of their folders. Two threads without that took twice as long.
std::vector<Bytes> path_filters(const object::BlockReader& reader,
                                std::span<const CommitTrees> all) {
  std::vector<Bytes> made(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    try {
      if (auto one = path_filter(reader, all[i])) made[i] = std::move(*one);
    } catch (...) {
      // It is not needed: who asks looks at the trees.
    }
  }
  return made;
}

}  // namespace hn::store
