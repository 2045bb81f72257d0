#include "hn/store/id_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "hn/base/assert.hpp"
#include "hn/base/error.hpp"
#include "store/key_filter.hpp"

namespace hn::store {
namespace {

constexpr std::size_t kChunkRows = 4096;
constexpr std::size_t kSlotsMin = 1024;
// A slot is 8 bytes, and up to half of them are empty.
constexpr std::size_t kSlotBytes = 16;
// What is read to find one row.
constexpr std::size_t kBlockRows = 32;
constexpr std::size_t kRunsPerLevel = 8;
constexpr std::size_t kFileBytes = std::size_t{256} << 10;

std::uint64_t word_at(const Byte* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Of a key, in the order of keys.
std::uint64_t front_of(const Byte* key) noexcept {
  std::uint64_t front = 0;
  for (std::size_t i = 0; i < 8; ++i) front = front << 8U | key[i];
  return front;
}

}  // namespace

// The rows in memory: in chunks, as they came, and a table of their numbers by hash, at most three
// quarters full, with linear probing. Keys are hashes: their first bytes serve as one.
class HashRows::Young {
 public:
  Young(std::size_t key_bytes, std::size_t row_bytes)
      : key_bytes_(key_bytes), row_bytes_(row_bytes) {}

  std::size_t size() const noexcept { return used_; }
  Byte* row(std::size_t number) const noexcept {
    return chunks_[number / kChunkRows].get() + number % kChunkRows * row_bytes_;
  }

  Byte* find(const Byte* key) const noexcept {
    if (used_ == 0) return nullptr;
    const std::uint64_t hash = word_at(key);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.number == 0) return nullptr;
      if (slot.tag != hash >> 32U) continue;
      Byte* const found = row(slot.number - 1);
      if (std::memcmp(found, key, key_bytes_) == 0) return found;
    }
  }

  void add(const Byte* bytes) {
    if (slots_.empty()) slots_.resize(kSlotsMin);
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    if (used_ == chunks_.size() * kChunkRows)
      chunks_.push_back(std::make_unique_for_overwrite<Byte[]>(kChunkRows * row_bytes_));
    std::memcpy(row(used_), bytes, row_bytes_);
    place(used_++);
  }

  void clear() {
    used_ = 0;
    std::ranges::fill(slots_, Slot{});
  }

  // Their numbers, by key.
  std::vector<std::uint32_t> order() const {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> fronts(used_);
    for (std::size_t i = 0; i < used_; ++i)
      fronts[i] = {front_of(row(i)), static_cast<std::uint32_t>(i)};
    std::sort(fronts.begin(), fronts.end(), [this](const auto& a, const auto& b) {
      if (a.first != b.first) return a.first < b.first;
      return std::memcmp(row(a.second), row(b.second), key_bytes_) < 0;
    });
    std::vector<std::uint32_t> out(used_);
    std::ranges::transform(fronts, out.begin(), [](const auto& f) { return f.second; });
    return out;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;  // of the row, from 1 on; 0: none
  };

  void place(std::size_t number) {
    const std::uint64_t hash = word_at(row(number));
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].number != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(number + 1)};
  }

  void grow() {
    slots_.assign(slots_.size() * 2, {});
    for (std::size_t i = 0; i < used_; ++i) place(i);
  }

  std::size_t key_bytes_;
  std::size_t row_bytes_;
  std::vector<std::unique_ptr<Byte[]>> chunks_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

// A sorted file: its first bytes of every kBlockRows-th row are in memory, and a filter.
class HashRows::Run {
 public:
  Run(std::unique_ptr<os::File> file, std::uint64_t rows_max, std::size_t key_bytes,
      std::size_t row_bytes)
      : file_(std::move(file)), key_bytes_(key_bytes), row_bytes_(row_bytes), filter_(rows_max) {}

  std::uint64_t rows() const noexcept { return rows_; }

  bool find(const Byte* key, Byte* row) const {
    if (!filter_.may_have(key)) return false;
    const std::uint64_t front = front_of(key);
    const auto not_less = std::ranges::lower_bound(fronts_, front);
    std::size_t block = static_cast<std::size_t>(not_less - fronts_.begin());
    if (block > 0) --block;
    for (; block < fronts_.size() && fronts_[block] <= front; ++block)
      if (find_in(block, key, row)) return true;
    return false;
  }

  // Whole rows from there on, as many as there are and fit.
  std::size_t read(std::uint64_t from, Bytes& out) const {
    const std::uint64_t rows = std::min<std::uint64_t>(out.size() / row_bytes_, rows_ - from);
    read_rows(from, std::span(out).first(rows * row_bytes_));
    return rows;
  }

 private:
  friend class RunWriter;

  void read_rows(std::uint64_t from, std::span<Byte> out) const {
    if (file_->read_at(from * row_bytes_, out) != out.size())
      throw Failure(Code::io, "a scratch file is shorter than it was written");
  }

  bool find_in(std::size_t block, const Byte* key, Byte* row) const {
    const std::uint64_t from = std::uint64_t{block} * kBlockRows;
    std::size_t high = std::min<std::uint64_t>(kBlockRows, rows_ - from);
    block_.resize(kBlockRows * row_bytes_);
    read_rows(from, std::span(block_).first(high * row_bytes_));
    std::size_t low = 0;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const Byte* const at = block_.data() + middle * row_bytes_;
      const int order = std::memcmp(at, key, key_bytes_);
      if (order == 0) return std::memcpy(row, at, row_bytes_), true;
      (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return false;
  }

  std::unique_ptr<os::File> file_;
  std::size_t key_bytes_;
  std::size_t row_bytes_;
  std::uint64_t rows_ = 0;
  std::vector<std::uint64_t> fronts_;
  KeyFilter filter_;
  mutable Bytes block_;
};

class HashRows::RunWriter {
 public:
  RunWriter(const HashRows& of, std::uint64_t rows_max)
      : run_(std::make_unique<Run>(of.scratch_.open(), rows_max, of.key_bytes_, of.row_bytes_)) {
    run_->fronts_.reserve(rows_max / kBlockRows + 1);
    buffer_.reserve(kFileBytes + of.row_bytes_);
  }

  void add(const Byte* row) {
    if (run_->rows_++ % kBlockRows == 0) run_->fronts_.push_back(front_of(row));
    run_->filter_.add(row);
    buffer_.insert(buffer_.end(), row, row + run_->row_bytes_);
    if (buffer_.size() >= kFileBytes) flush();
  }

  std::unique_ptr<Run> finish() {
    flush();
    return std::move(run_);
  }

 private:
  void flush() {
    run_->file_->write_at(written_, buffer_);
    written_ += buffer_.size();
    buffer_.clear();
  }

  std::unique_ptr<Run> run_;
  Bytes buffer_;
  std::uint64_t written_ = 0;
};

// Several runs, the oldest first, as one: of rows with one key the newest.
class HashRows::Merge {
 public:
  Merge(const HashRows& of, const std::vector<const Run*>& runs) : key_bytes_(of.key_bytes_) {
    const std::size_t rows = kFileBytes / of.row_bytes_;
    for (const Run* run : runs) {
      sources_.push_back({run, 0, 0, 0, Bytes(rows * of.row_bytes_), of.row_bytes_});
      if (sources_.back().fill()) heap_.push_back(sources_.size() - 1);
    }
    std::ranges::make_heap(heap_, Later{this});
  }

  template <class Visit>
  void run(Visit visit) {
    Bytes last;
    while (!heap_.empty()) {
      std::ranges::pop_heap(heap_, Later{this});
      Source& source = sources_[heap_.back()];
      const Byte* const row = source.row();
      const bool same = !last.empty() && std::memcmp(last.data(), row, key_bytes_) == 0;
      if (!same) {
        visit(row);
        if (sources_.size() > 1) last.assign(row, row + key_bytes_);
      }
      if (source.next())
        std::ranges::push_heap(heap_, Later{this});
      else
        heap_.pop_back();
    }
  }

 private:
  struct Source {
    const Run* run = nullptr;
    std::uint64_t from = 0;  // rows before those in `bytes`
    std::size_t at = 0;      // rows of `bytes` that are done
    std::size_t held = 0;
    Bytes bytes;
    std::size_t row_bytes = 0;

    const Byte* row() const { return bytes.data() + at * row_bytes; }
    bool fill() {
      from += held;
      at = 0;
      held = run->read(from, bytes);
      return held > 0;
    }
    bool next() { return ++at < held || fill(); }
  };

  struct Later {
    const Merge* of;
    bool operator()(std::size_t a, std::size_t b) const {
      const int order = std::memcmp(of->sources_[a].row(), of->sources_[b].row(), of->key_bytes_);
      return order > 0 || (order == 0 && a < b);
    }
  };

  std::size_t key_bytes_;
  std::vector<Source> sources_;
  std::vector<std::size_t> heap_;
};

HashRows::HashRows(std::size_t key_bytes, std::size_t row_bytes, Scratch scratch)
    : key_bytes_(key_bytes),
      row_bytes_(row_bytes),
      scratch_(std::move(scratch)),
      young_max_(scratch_.open
                     ? std::max<std::size_t>(scratch_.table_bytes / (row_bytes + kSlotBytes), 1)
                     : UINT32_MAX - 1),
      young_(std::make_unique<Young>(key_bytes, row_bytes)) {}
HashRows::~HashRows() = default;
HashRows::HashRows(HashRows&&) noexcept = default;
HashRows& HashRows::operator=(HashRows&&) noexcept = default;

bool HashRows::find(const Byte* key, Byte* row) const {
  if (const Byte* young = young_->find(key)) return std::memcpy(row, young, row_bytes_), true;
  for (const auto& level : levels_)
    for (auto run = level.rbegin(); run != level.rend(); ++run)
      if ((*run)->find(key, row)) return true;
  return false;
}

void HashRows::put(const Byte* row) {
  if (Byte* young = young_->find(row)) {
    std::memcpy(young, row, row_bytes_);
    return;
  }
  Bytes old(row_bytes_);
  const bool is_there = !levels_.empty() && find(row, old.data());
  add(row);
  if (is_there) --size_;
}

void HashRows::add(const Byte* row) {
  HN_ASSERT(young_->size() < UINT32_MAX - 1);
  young_->add(row);
  ++size_;
  if (young_->size() >= young_max_) freeze();
}

void HashRows::freeze() {
  RunWriter writer(*this, young_->size());
  for (const std::uint32_t number : young_->order()) writer.add(young_->row(number));
  if (levels_.empty()) levels_.emplace_back();
  levels_.front().push_back(writer.finish());
  young_->clear();
  for (std::size_t i = 0; i < levels_.size(); ++i)
    if (levels_[i].size() >= kRunsPerLevel) merge_level(i);
}

void HashRows::merge_level(std::size_t level) {
  std::vector<const Run*> runs;
  std::uint64_t rows = 0;
  for (const auto& run : levels_[level]) {
    runs.push_back(run.get());
    rows += run->rows();
  }
  RunWriter writer(*this, rows);
  Merge(*this, runs).run([&](const Byte* row) { writer.add(row); });
  if (level + 1 == levels_.size()) levels_.emplace_back();
  levels_[level + 1].push_back(writer.finish());
  levels_[level].clear();
}

// What is in files becomes one file, so that the next visit only reads.
void HashRows::visit(const std::function<void(const Byte* row)>& visit) {
  if (levels_.empty()) {
    for (const std::uint32_t number : young_->order()) visit(young_->row(number));
    return;
  }
  if (young_->size() > 0) freeze();
  std::vector<std::unique_ptr<Run>> all;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level)
    std::ranges::move(*level, std::back_inserter(all));
  levels_.clear();
  levels_.push_back(std::move(all));
  if (levels_.front().size() > 1) {
    merge_level(0);
    levels_.erase(levels_.begin());
  }
  Merge(*this, {levels_.front().front().get()}).run(visit);
}

}  // namespace hn::store
