#include "store/spill_file.hpp"

#include "hn/base/error.hpp"

namespace hn::store {

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

void SpillFile::become_pack(std::uint64_t number, std::vector<IndexRow> rows, std::uint64_t bytes) {
  HN_ASSERT(file_ != nullptr && opened_.holds_lock());
  file_->sync();
  write_index(opened_.fs(), opened_.folder(), number, std::move(rows), bytes);
  opened_.fs().rename(path_, pack_path(opened_.folder(), number));
  file_.reset();
  opened_.fs().sync_folder(opened_.folder() + "/packs");
}

}  // namespace hn::store
