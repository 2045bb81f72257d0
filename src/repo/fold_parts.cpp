#include "repo/fold_parts.hpp"

namespace hn::repo {
namespace {

// What a merge came to takes about 75 bytes, what a head changed in a folder 150: some 9,000 heads
// and files.
constexpr std::size_t kFileBytesMax = std::size_t{2} << 20U;
constexpr std::size_t kMemoryBytesMax = std::size_t{8} << 20U;

}  // namespace

FoldParts::FoldParts(const Repository& repository)
    : repository_(repository), parts_(kMemoryBytesMax, merge::Parts::Changes::kept) {
  os::FileSystem& fs = repository_.world().fs;
  const std::string path = repository_.layout().fold_parts();
  try {
    const auto found = fs.stat(path);
    was_there_ = found.has_value();
    if (!found || found->size > kFileBytesMax) return;
    if (auto rows = merge::decode_parts(os::read_file(fs, path))) parts_.take(std::move(*rows));
  } catch (const Failure&) {
    // It cannot be read, or another process replaces it just now.
  }
}

void FoldParts::save() {
  if (!parts_.changed()) return;
  os::FileSystem& fs = repository_.world().fs;
  const std::string path = repository_.layout().fold_parts();
  const auto lock = repository_.store().lock();
  try {
    // A collection took away what it speaks of.
    if (was_there_ && !fs.stat(path)) return;
    const std::string temporary = path + ".new";
    if (fs.stat(temporary)) fs.remove(temporary);
    fs.open(temporary, os::Access::create_new)
        ->write_at(0, merge::encode_parts(parts_.rows(kFileBytesMax)));
    fs.rename(temporary, path);
  } catch (const Failure&) {
    // A full disk.
  }
}

void forget_fold_parts(const Repository& repository) {
  os::FileSystem& fs = repository.world().fs;
  const std::string path = repository.layout().fold_parts();
  if (fs.stat(path)) fs.remove(path);
}

}  // namespace hn::repo
