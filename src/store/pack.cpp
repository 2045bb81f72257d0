#include "store/pack.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "hn/base/codec.hpp"
#include "hn/base/error.hpp"
#include "hn/os/private_file.hpp"

namespace hn::store {
namespace {

std::string file_path(const std::string& folder, std::uint64_t number, const char* extension) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string name(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4U) name[i] = kDigits[number & 15U];
  return folder + "/packs/" + name + extension;
}

bool before(const IndexRow& row, const object::Address& address) {
  return row.address < address;
}

Result<Loaded> check_loaded(ByteView record, const object::Address& address) {
  HN_TRY(RecordHead head, check_record(record));
  if (head.address != address) return fail(Code::damaged, "record of another block", address.bytes);
  Loaded loaded;
  loaded.bytes = record.subspan(head.head_bytes(), head.stored_bytes);
  loaded.head = std::move(head);
  return loaded;
}

void require(const Result<void>& result, const std::string& path) {
  if (!result) throw Failure(result.error(), path);
}

}  // namespace

std::string pack_path(const std::string& folder, std::uint64_t number) {
  return file_path(folder, number, ".pack");
}
std::string index_path(const std::string& folder, std::uint64_t number) {
  return file_path(folder, number, ".idx");
}

namespace {

Result<void> walk_heads(ByteView records, std::uint64_t at, const Pack::VisitHead& visit) {
  while (!records.empty()) {
    HN_TRY(const RecordHead head, decode_record_head(records));
    if (head.size() > records.size()) return fail(Code::damaged, "record cut short");
    visit(head, at);
    at += head.size();
    records = records.subspan(head.size());
  }
  return {};
}

}  // namespace

Result<void> SealedPack::each_head(const VisitHead& visit) const {
  return walk_heads(contents().subspan(kPackHeaderBytes), kPackHeaderBytes, visit);
}

Result<void> TailPack::each_head(const VisitHead& visit) const {
  Bytes records(bytes() - kPackHeaderBytes);
  if (file_->read_at(kPackHeaderBytes, records) != records.size())
    return fail(Code::damaged, "shorter than recorded");
  return walk_heads(records, kPackHeaderBytes, visit);
}

Result<std::vector<IndexRow>> scan_rows(ByteView records, std::uint64_t at) {
  std::vector<IndexRow> rows;
  HN_CHECK(walk_heads(records, at, [&](const RecordHead& head, std::uint64_t offset) {
    rows.push_back({head.address, head.depth, offset, static_cast<std::uint32_t>(head.size())});
  }));
  return rows;
}

SealedPack::SealedPack(std::uint64_t number, std::unique_ptr<os::Mapping> mapping)
    : Pack(number, mapping->bytes().size()), mapping_(std::move(mapping)) {}

std::shared_ptr<const SealedPack> SealedPack::open(os::FileSystem& fs, const std::string& folder,
                                                   std::uint64_t number, std::uint64_t bytes,
                                                   std::uint64_t mapped_max) {
  const std::string path = pack_path(folder, number);
  auto file = fs.open(path, os::Access::read);
  if (file->stat().size < bytes) throw Failure(Code::damaged, path + ": shorter than recorded");
  std::shared_ptr<SealedPack> pack(new SealedPack(number, file->map(bytes)));
  if (bytes > mapped_max) pack->file_ = std::move(file);
  require(check_pack_header(pack->contents()), path);
  const std::string index = index_path(folder, number);
  if (!pack->open_index(fs, index)) pack->make_index(fs, index);
  return pack;
}

bool SealedPack::open_index(os::FileSystem& fs, const std::string& path) {
  if (!fs.stat(path)) return false;
  auto file = fs.open(path, os::Access::read);
  index_mapping_ = file->map(file->stat().size);
  const auto index = IndexView::open(index_mapping_->bytes(), bytes());
  if (!index && index.error().code == Code::unsupported) throw Failure(index.error(), path);
  if (index) index_ = *index;
  if (index && file_) index_file_ = std::move(file);
  return index.has_value();
}

// What the walk over the pack cannot reach, behind a damaged head, is not in the new index; check()
// reports the damage.
void SealedPack::make_index(os::FileSystem& fs, const std::string& path) {
  index_was_bad_ = true;
  std::vector<IndexRow> rows;
  ByteView rest = contents().subspan(kPackHeaderBytes);
  while (!rest.empty()) {
    const auto head = decode_record_head(rest);
    if (!head || head->size() > rest.size()) break;
    rows.push_back({head->address, head->depth, contents().size() - rest.size(), 0});
    rest = rest.subspan(head->size());
  }
  made_index_ = encode_index(sorted_unique(std::move(rows)), bytes());
  const auto index = IndexView::open(made_index_, bytes());
  HN_ASSERT(index.has_value());
  index_ = *index;
  try {
    os::replace_file(fs, path, made_index_);
  } catch (const Failure&) {
    // A store on a read-only or full disk can still be read.
  }
}

std::optional<std::uint64_t> SealedPack::find(const object::Address& address) const noexcept {
  const KeyFilter* const filter = filter_.load(std::memory_order_acquire);
  if (filter != nullptr && !filter->may_have(address.bytes.data())) return std::nullopt;
  const auto found = find_in_index(address);
  if (!found && filter == nullptr) note_not_found();
  return found;
}

// Who receives a history asks every pack for each block that comes, mostly in vain. To read the
// whole index takes as long as a sixteenth as many look-ups.
void SealedPack::note_not_found() const noexcept {
  constexpr std::size_t kNotFoundMin = 256;
  constexpr std::size_t kRowsPerLook = 128;  // a page of them
  if (not_found_.fetch_add(1, std::memory_order_relaxed) != kNotFoundMin + index_->size() / 16)
    return;
  try {
    auto filter = std::make_unique<KeyFilter>(index_->size());
    for (std::size_t i = 0; i < index_->size(); ++i) {
      if (index_mapping_ && i % kRowsPerLook == 0)
        index_mapping_->note_look(IndexView::address_at(i));
      filter->add(index_->address(i).bytes.data());
    }
    made_filter_ = std::move(filter);
    filter_.store(made_filter_.get(), std::memory_order_release);
  } catch (const std::bad_alloc&) {
    // It is found without one too.
  }
}

std::optional<std::uint64_t> SealedPack::find_in_index(
    const object::Address& address) const noexcept {
  if (index_file_) {
    try {
      return find_by_calls(address);
    } catch (const Failure&) {
      // The mapping is there too.
    }
  }
  if (index_mapping_ && index_mapping_->counts_looks()) {
    const std::size_t row = index_->guess(address).row;
    index_mapping_->note_look(IndexView::address_at(row));
    index_mapping_->note_look(index_->offset_at(row));
  }
  return index_->find(address);
}

Result<Loaded> SealedPack::load(std::uint64_t offset, const object::Address& address) const {
  if (offset < kPackHeaderBytes || offset >= bytes()) {
    return fail(Code::damaged, "offset in an index", address.bytes);
  }
  if (file_) return load_by_calls(offset, address);
  auto loaded = check_loaded(contents().subspan(offset), address);
  mapping_->note_look(offset, loaded ? loaded->head.size() : 1);
  return loaded;
}

// Among some rows around the likely one, of which nearly all have it; else in the mapping.
std::optional<std::uint64_t> SealedPack::find_by_calls(const object::Address& address) const {
  constexpr std::size_t kAround = 96;
  const IndexView::Guess guess = index_->guess(address);
  const std::size_t from = guess.row - std::min(guess.row - guess.low, kAround);
  const std::size_t to = std::min(guess.high, guess.row + kAround);
  if (from == to) return std::nullopt;
  std::array<object::Address, 2 * kAround> rows;
  const auto some = std::span(rows).first(to - from);
  const auto bytes = std::span(some.front().bytes.data(), some.size_bytes());
  if (index_file_->read_at(IndexView::address_at(from), bytes) != bytes.size())
    return index_->find(address);
  const auto at = std::ranges::lower_bound(some, address);
  if (at != some.end() && *at == address) {
    std::array<Byte, 8> number{};
    const std::size_t row = from + static_cast<std::size_t>(at - some.begin());
    if (index_file_->read_at(index_->offset_at(row), number) == number.size())
      return Decoder(number).u64();
  }
  const bool is_between =
      (at != some.begin() || from == guess.low) && (at != some.end() || to == guess.high);
  if (is_between && (at == some.end() || *at != address)) return std::nullopt;
  return index_->find(address);
}

Result<Loaded> SealedPack::load_by_calls(std::uint64_t offset,
                                         const object::Address& address) const {
  constexpr std::size_t kAtOnce = 1024;  // most records
  const std::uint64_t left = bytes() - offset;
  Bytes record(static_cast<std::size_t>(std::min<std::uint64_t>(left, kAtOnce)));
  record.resize(file_->read_at(offset, record));
  HN_TRY(const RecordHead head, decode_record_head(record));
  if (head.size() > left) return fail(Code::damaged, "record cut short", address.bytes);
  const std::size_t had = record.size();
  record.resize(head.size());
  if (head.size() > had)
    record.resize(had + file_->read_at(offset + had, std::span(record).subspan(had)));
  HN_TRY(Loaded loaded, check_loaded(record, address));
  loaded.owned = std::move(record);
  return loaded;
}

void SealedPack::find_range(const object::Address& low, const object::Address& high,
                            std::size_t max, std::vector<object::Address>& out) const {
  for (std::size_t i = index_->lower_bound(low); i < index_->size() && max > 0; ++i, --max) {
    const object::Address address = index_->address(i);
    if (address > high) return;
    out.push_back(address);
  }
}

std::shared_ptr<const TailPack> TailPack::open(os::FileSystem& fs, const std::string& folder,
                                               std::uint64_t number, std::uint64_t bytes) {
  const std::string path = pack_path(folder, number);
  std::shared_ptr<const os::File> file = fs.open(path, os::Access::read);
  std::array<Byte, kPackHeaderBytes> header{};
  file->read_at(0, header);
  require(check_pack_header(header), path);
  const TailPack empty(number, kPackHeaderBytes, std::move(file));
  return empty.grown(bytes);
}

std::shared_ptr<const TailPack> TailPack::grown(std::uint64_t new_bytes) const {
  HN_ASSERT(new_bytes >= bytes());
  Bytes records(new_bytes - bytes());
  const bool whole = file_->read_at(bytes(), records) == records.size();
  auto rows = whole ? scan_rows(records, bytes()) : fail(Code::damaged, "shorter than recorded");
  if (!rows) throw Failure(rows.error(), "pack " + std::to_string(number()));
  return grown(new_bytes, std::move(*rows));
}

std::shared_ptr<const TailPack> TailPack::grown(std::uint64_t new_bytes,
                                                std::vector<IndexRow> rows) const {
  std::shared_ptr<TailPack> pack(new TailPack(number(), new_bytes, file_));
  pack->layers_ = layers_;
  if (!rows.empty()) pack->add_layer(std::move(rows));
  return pack;
}

void TailPack::add_layer(std::vector<IndexRow> rows) {
  while (!layers_.empty() && layers_.back()->size() < 2 * rows.size()) {
    rows.insert(rows.end(), layers_.back()->begin(), layers_.back()->end());
    layers_.pop_back();
  }
  layers_.push_back(std::make_shared<const std::vector<IndexRow>>(sorted_unique(std::move(rows))));
}

const IndexRow* TailPack::find_row(const object::Address& address) const noexcept {
  const IndexRow* found = nullptr;
  for (const auto& layer : layers_) {
    const auto at = std::lower_bound(layer->begin(), layer->end(), address, before);
    if (at == layer->end() || at->address != address) continue;
    if (found == nullptr || at->depth < found->depth) found = &*at;
  }
  return found;
}

std::optional<std::uint64_t> TailPack::find(const object::Address& address) const noexcept {
  const IndexRow* row = find_row(address);
  if (row == nullptr) return std::nullopt;
  return row->offset;
}

Result<Loaded> TailPack::load(std::uint64_t offset, const object::Address& address) const {
  const IndexRow* row = find_row(address);
  HN_ASSERT(row != nullptr && row->offset == offset);
  Bytes record(row->length);
  record.resize(file_->read_at(offset, record));
  HN_TRY(Loaded loaded, check_loaded(record, address));
  loaded.owned = std::move(record);
  return loaded;
}

void TailPack::find_range(const object::Address& low, const object::Address& high, std::size_t max,
                          std::vector<object::Address>& out) const {
  for (const auto& layer : layers_) {
    auto at = std::lower_bound(layer->begin(), layer->end(), low, before);
    for (std::size_t n = 0; n < max && at != layer->end() && at->address <= high; ++n, ++at) {
      out.push_back(at->address);
    }
  }
}

std::vector<IndexRow> TailPack::rows() const {
  std::vector<IndexRow> all;
  for (const auto& layer : layers_) all.insert(all.end(), layer->begin(), layer->end());
  return sorted_unique(std::move(all));
}

}  // namespace hn::store
