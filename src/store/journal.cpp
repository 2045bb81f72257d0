// Format: hn-store(5), JOURNAL.
#include "store/journal.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "hn/os/private_file.hpp"

namespace hn::store {

Journal::Journal(os::FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {
  restart();
}

void Journal::replace(os::FileSystem& fs, const std::string& path, std::uint64_t sequence,
                      ByteView payload) {
  const Bytes frame = payload.empty() ? Bytes{} : encode_frame(sequence, payload);
  Bytes bytes = encode_journal_header(kJournalHeaderBytes + frame.size());
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  os::replace_file(fs, path, bytes);
}

void Journal::restart() {
  writable_.reset();
  file_ = fs_.open(path_, os::Access::read);
  identity_ = file_->stat();
  end_ = kJournalHeaderBytes;
  sequence_ = 0;
  last_at_ = 0;
}

Journal::News Journal::look() const {
  const auto now = fs_.stat(path_);
  if (!now) throw Failure(Code::damaged, path_ + ": gone");
  if (now->inode != identity_.inode || now->device != identity_.device) return News::replaced;
  if (now->size < end_ || !last_frame_is_there()) return News::replaced;
  return now->size == end_ ? News::none : News::frames;
}

bool Journal::last_frame_is_there() const {
  std::array<Byte, 8> now{};
  if (last_at_ == 0) return true;
  return file_->read_at(last_at_, now) == now.size() && now == last_checksum_;
}

// The mark is read before the frames: read afterwards it could cover a frame of which the first
// half was seen.
void Journal::read_news(const Sink& sink) {
  std::array<Byte, kJournalHeaderBytes> header{};
  file_->read_at(0, header);
  const auto mark = decode_journal_header(header);
  if (!mark) throw Failure(mark.error(), path_);
  const auto buffer = std::make_shared<Bytes>(file_->stat().size - end_);
  buffer->resize(file_->read_at(end_, *buffer));

  std::vector<Frame> frames;
  ByteView rest = *buffer;
  std::uint64_t sequence = sequence_;
  while (!rest.empty()) {
    const auto frame = decode_frame(rest);
    if (!frame || (sequence != 0 && frame->sequence != sequence + 1)) break;
    sequence = frame->sequence;
    frames.push_back(*frame);
    rest = rest.subspan(frame->size());
  }
  const std::uint64_t end = end_ + buffer->size() - rest.size();
  if (end < *mark) throw Failure(Code::damaged, path_ + ": a recorded transaction is not whole");
  if (end > *mark && !frames.empty()) file_->sync();
  for (const Frame& frame : frames) sink(frame, buffer);
  if (!frames.empty()) note_last(end - frames.back().size(), frames.back());
  end_ = end;
  sequence_ = sequence;
}

void Journal::note_last(std::uint64_t at, const Frame& frame) {
  last_at_ = at;
  std::copy_n(frame.checksum_bytes.begin(), last_checksum_.size(), last_checksum_.begin());
}

os::File& Journal::writable() {
  if (!writable_) writable_ = fs_.open(path_, os::Access::update);
  return *writable_;
}

void Journal::cut_tail() {
  if (broken_) throw Failure(Code::io, path_ + ": an earlier write failed and could not be undone");
  if (file_->stat().size == end_) return;
  writable().truncate(end_);
  writable().sync();
}

void Journal::append(ByteView payload, const Sink& sink) {
  const auto buffer = std::make_shared<const Bytes>(encode_frame(sequence_ + 1, payload));
  os::File& file = writable();
  try {
    file.write_at(end_, *buffer);
    file.sync();
  } catch (const Failure&) {
    undo_append(file);
    throw;
  }
  const auto frame = decode_frame(*buffer);
  HN_ASSERT(frame.has_value());
  note_last(end_, *frame);
  end_ += buffer->size();
  ++sequence_;
  try {
    file.write_at(kDurableMarkAt, encode_durable_mark(end_));
  } catch (const Failure&) {
    // A mark that lags costs the next reader a sync and nothing else.
  }
  sink(*frame, buffer);
}

void Journal::undo_append(os::File& file) {
  try {
    file.truncate(end_);
    file.sync();
  } catch (const Failure&) {
    broken_ = true;
  }
}

}  // namespace hn::store
