#include "store/spill_file.hpp"

#include "hn/base/error.hpp"

namespace hn::store {
namespace {

void remove_unless_gone(os::FileSystem& fs, const std::string& path) {
  try {
    fs.remove(path);
  } catch (const Failure& failure) {
    if (failure.code() != Code::not_found) throw;
  }
}

}  // namespace

// It is made under the writer's lock, for else maintain() could come between making and locking.
SpillFile::SpillFile(Opened& opened) : opened_(opened) {
  const auto guard = opened_.lock_without_refresh();
  for (unsigned i = 0; !file_; ++i) {
    path_ = opened_.folder() + "/packs/spill-" + std::to_string(i);
    if (opened_.fs().stat(path_)) continue;
    auto file = opened_.fs().open(path_, os::Access::create_new);
    HN_ASSERT(file->try_lock());
    file_ = std::move(file);
  }
  file_->write_at(0, encode_pack_header());
}

SpillFile::~SpillFile() {
  if (!file_) return;
  try {
    opened_.fs().remove(path_);
  } catch (...) {
    // maintain() removes it later.
  }
}

void SpillFile::become_pack(std::uint64_t number, const std::function<void(os::File&)>& write) {
  HN_ASSERT(file_ != nullptr && opened_.holds_lock());
  file_->sync();
  write_index(opened_.fs(), opened_.folder(), number, write);
  opened_.fs().rename(path_, pack_path(opened_.folder(), number));
  file_.reset();
  opened_.fs().sync_folder(opened_.folder() + "/packs");
}

// Whoever sees the name in between may remove it, and whoever was killed there has left it for
// maintain().
std::unique_ptr<os::File> open_scratch(os::FileSystem& fs, const std::string& store_folder) {
  for (unsigned i = 0;; ++i) {
    const std::string path = store_folder + "/packs/scratch-" + std::to_string(i);
    try {
      auto file = fs.open(path, os::Access::create_new);
      remove_unless_gone(fs, path);
      return file;
    } catch (const Failure& failure) {
      if (failure.code() != Code::exists) throw;
    }
  }
}

}  // namespace hn::store
