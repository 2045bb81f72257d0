#pragma once

#include <memory>
#include <vector>

#include "worktree/content.hpp"

namespace hn::worktree {

// Writes small files in groups, whose ids cost less than those of one file after the other. In the
// order in which they come: what is written may be the base of what follows.
class SmallFiles {
 public:
  using BaseOf = std::function<std::optional<object::Id>(std::size_t place)>;

  // Contents go to their places in `out`. `base_of` a place is asked when all before it is written.
  SmallFiles(object::BlockWriter& writer, BaseOf base_of, std::vector<Content>& out)
      : writer_(writer), base_of_(std::move(base_of)), out_(out), buffer_(new Byte[kBufferBytes]) {}

  // Reads a file that is written by the next write(); false where it is none of those.
  bool read(std::size_t place, int folder, const std::string& name) {
    if (kBufferBytes - used_ < object::kFileChunkBytesMax || waiting_.size() == kFilesMax) write();
    const std::span<Byte> free(buffer_.get() + used_, object::kFileChunkBytesMax);
    const auto file = read_whole(folder, name, free);
    if (!file) return false;
    used_ += file->bytes.size();
    waiting_.push_back({place, *file});
    return true;
  }

  void write() {
    std::vector<object::BlockView> blocks;
    blocks.reserve(waiting_.size());
    for (const Waiting& one : waiting_) blocks.push_back({object::Kind::chunk, one.file.bytes});
    const std::vector<object::Id> ids = object::ids_of(blocks);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto& [place, file] = waiting_[i];
      writer_.write_known(ids[i], object::Kind::chunk, file.bytes, base_of_(place));
      out_[place].state = Content::State::read;
      out_[place].value = object::Value::of(file.mode, ids[i]);
      out_[place].witness = file.witness;
    }
    waiting_.clear();
    used_ = 0;
  }

 private:
  // Within what a core's own cache holds.
  static constexpr std::size_t kBufferBytes = 768U << 10U;
  static constexpr std::size_t kFilesMax = 32;
  struct Waiting {
    std::size_t place = 0;
    WholeFile file;
  };

  object::BlockWriter& writer_;
  BaseOf base_of_;
  std::vector<Content>& out_;
  std::unique_ptr<Byte[]> buffer_;
  std::size_t used_ = 0;
  std::vector<Waiting> waiting_;
};

}  // namespace hn::worktree
