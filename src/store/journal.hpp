#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "hn/os/file_system.hpp"
#include "store/journal_codec.hpp"

// The journal: what makes a transaction one step.
//
// Crash argument. Call the frames 1 .. n that end before the first byte that is no whole frame the
// recorded ones. A transaction (1) writes blocks behind the recorded length of a pack, or into a
// pack that is not recorded, and syncs the pack, and its folder if the name is new; (2) appends one
// frame that records entries, state and the new length of the pack; (3) syncs the journal. Then it
// is acknowledged.
//
// - A power cut before (2) leaves bytes that no recorded length covers: the old state. The next
//   writer cuts or overwrites them; no reader looks there.
// - A cut between (2) and (3) leaves the frame whole, or torn. Whole: all that it names was synced
//   before it was written: the new state. Torn: its checksum fails: the old state.
// - After (3) the frame survives, and by (1) all that it names.
// - Bytes of a pack are overwritten only when no frame that names them can come back: a writer that
//   finds something behind the recorded frames cuts it off and syncs that cut before it touches a
//   pack. A failed write or sync of a frame is undone in the same way; where that fails too, the
//   store refuses to write until it is opened again.
// - Two writers never overlap: the kernel's lock, taken before the journal is read for (1).
//
// Readers in other processes must not show a frame between (2) and (3): what they saw, and perhaps
// sent to others, could be undone by a power cut. Frames up to the durable mark in the header were
// synced before the mark was written. A reader that finds frames beyond it syncs the journal itself
// before it shows them. The mark is not synced: after a power cut whatever can be read is durable,
// so a mark that was lost costs one sync, and it has a checksum because a power cut may tear it.
// Frames that fail before the mark are damage, not a torn tail, and are never cut.
//
// One case is left: a reader shows a frame whose sync then fails in the writer's process. The
// writer takes the frame back. The reader sees that by the last frame's checksum, which it compares
// each time it looks, and starts over. Only a failing disk makes a shown transaction vanish.
namespace hn::store {

class Journal {
 public:
  // Called for each frame in order, with the bytes that it lies in.
  using Sink = std::function<void(const Frame& frame, const std::shared_ptr<const Bytes>& buffer)>;

  Journal(os::FileSystem& fs, std::string path);

  // An empty journal (or one frame with `payload`) at `path`, in place of what is there.
  static void replace(os::FileSystem& fs, const std::string& path, std::uint64_t sequence,
                      ByteView payload);

  enum class News { none, frames, replaced };
  // What other processes appended. After `replaced` the frames start again from the first one, and
  // `sink` has not been called: call restart() first.
  News look() const;
  void restart();
  void read_news(const Sink& sink);

  // The writer's side; with the lock held, after read_news().
  void cut_tail();
  void append(ByteView payload, const Sink& sink);

  std::uint64_t bytes() const noexcept { return end_; }
  std::uint64_t last_sequence() const noexcept { return sequence_; }

 private:
  bool last_frame_is_there() const;
  void note_last(std::uint64_t at, const Frame& frame);
  void undo_append(os::File& file);
  os::File& writable();

  os::FileSystem& fs_;
  std::string path_;
  std::unique_ptr<os::File> file_;
  std::unique_ptr<os::File> writable_;
  os::FileStat identity_;
  std::uint64_t end_ = 0;       // of the recorded frames
  std::uint64_t sequence_ = 0;  // of the last recorded frame
  std::uint64_t last_at_ = 0;   // where that frame begins, and its first bytes
  std::array<Byte, 8> last_checksum_{};
  bool broken_ = false;
};

}  // namespace hn::store
