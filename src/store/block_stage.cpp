#include "store/block_stage.hpp"

#include <algorithm>
#include <thread>

#include "hn/base/error.hpp"
#include "store/forms.hpp"

namespace hn::store {
namespace {

// What a thread gets at a time: enough to make handing over cheap.
constexpr std::size_t kGroupBytes = 256U << 10U;
constexpr std::size_t kGroupBlocks = 256;
// Groups in flight for each thread: one at work, and some that wait, for they take unequally long.
constexpr std::size_t kGroupsPerThread = 8;
// Where a chain that is at its limit branches off: from an ancestor at half that depth, every
// second time at a quarter, and so on, by the block's own address. To begin anew would cost the
// whole block every 32 versions; one fixed depth would leave every branch of a long history on one
// old version; short steps back would keep all depths near the limit, and saved no more.
std::uint8_t branch_depth(const object::Address& address) {
  unsigned depth = kChainMax / 2;
  for (unsigned bits = address.bytes[0]; (bits & 1U) != 0 && depth > 1; bits >>= 1U) depth /= 2;
  return static_cast<std::uint8_t>(depth);
}

// What a spilled batch writes at a time.
constexpr std::size_t kFlushBytes = 1U << 20U;

}  // namespace

unsigned thread_count(const Options& options) {
  if (options.threads != 0) return options.threads;
  return std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
}

BlockStage::BlockStage(Opened& opened, Effort effort)
    : opened_(opened),
      effort_(effort),
      arrived_(opened.take_arrived()),
      cache_(opened.take_batch_cache()),
      rows_({[&opened] { return open_scratch(opened.fs(), opened.folder()); },
             opened.options().table_bytes}) {
  opened_.batch_begins();
}

BlockStage::~BlockStage() {
  opened_.batch_ends();
}

bool BlockStage::has(const object::Address& address) const {
  return recent_.contains(address) || rows_.contains(address);
}

Result<PlainPtr> BlockStage::read(const object::Address& address) const {
  if (const auto* recent = recent_.find(address))
    return make_plain(recent->block->kind, PlainBytes(recent->block->bytes), recent->depth);
  const auto place = rows_.find(address);
  if (!place) return fail(Code::absent, "no such block", address.bytes);
  if (const auto* arrived = arrived_.find(address)) return arrived->block;
  if (auto known = cache_.find(address)) return known;
  const Bytes record = record_at(*place);
  HN_TRY(const RecordHead head, check_record(record));
  PlainPtr base;
  if (head.base) {
    auto own = read_link(*head.base);
    if (!own) return Unexpected(own.error());
    base = *std::move(own);
  }
  const ByteView stored = ByteView(record).subspan(head.head_bytes());
  HN_TRY(PlainBytes bytes, decode_form(head.form, head.plain_bytes, stored,
                                       base ? ByteView(base->bytes) : ByteView()));
  PlainPtr plain = make_plain(head.kind, std::move(bytes), head.depth);
  cache_.add(address, plain);
  return plain;
}

Result<PlainPtr> BlockStage::read_base(const object::Address& address) {
  if (const auto* arrived = arrived_.take_as_base(address)) return arrived->block;
  HN_TRY(PlainPtr read, read_link(address));
  arrived_.add(address, read, read->depth);
  arrived_.take_as_base(address);
  return read;
}

// The cache may know more than the store still has.
Result<PlainPtr> BlockStage::read_link(const object::Address& address) const {
  if (has(address)) return read(address);
  const auto packs = opened_.packs();
  if (!packs->has(address)) return fail(Code::absent, "no such block", address.bytes);
  return packs->read_shallowest(address, &cache_);
}

Bytes BlockStage::record_at(const Place& place, std::size_t bytes_max) const {
  Bytes record(std::min<std::size_t>(place.length, bytes_max));
  if (place.offset >= flushed_) {
    const auto from = memory_.begin() + static_cast<std::ptrdiff_t>(place.offset - flushed_);
    std::copy_n(from, record.size(), record.begin());
  } else {
    record.resize(spill_->file().read_at(kPackHeaderBytes + place.offset, record));
  }
  return record;
}

void BlockStage::add(object::Kind kind, const object::Address& address, ByteView bytes,
                     const std::optional<object::Address>& base) {
  auto block = std::make_shared<const PlainBlock>(PlainBlock{kind, address, to_bytes(bytes)});
  PackItem item{block, {}, {}, 0, effort_};
  if (base && *base != address) choose_base(item, *base);
  if (item.base) bases_.insert_or_assign(address, *item.base);
  recent_.add(address, std::move(block), item.depth);
  group_.push_back(std::move(item));
  group_bytes_ += bytes.size();
  if (group_bytes_ >= kGroupBytes || group_.size() >= kGroupBlocks) submit_group();
}

void BlockStage::choose_base(PackItem& item, const object::Address& address) {
  object::Address wanted = address;
  auto found = find_base(wanted);
  if (found && found->depth >= kChainMax) {
    const auto above = ancestor(wanted, branch_depth(item.block->address));
    if (!above) return;
    wanted = *above;
    found = find_base(wanted);
  }
  if (!found || found->depth >= kChainMax) return;
  item.base = wanted;
  item.base_bytes = std::move(found->bytes);
  item.depth = static_cast<std::uint8_t>(found->depth + 1);
}

// The block so many steps above the end of a chain that `address` is the lower end of, or nothing
// where the chain is shorter than it may have become.
std::optional<object::Address> BlockStage::ancestor(const object::Address& address,
                                                    std::uint8_t depth) const {
  std::optional<object::Address> at = address;
  for (unsigned step = kChainMax; step > depth && at; --step) at = base_of(*at);
  return at;
}

std::optional<object::Address> BlockStage::base_of(const object::Address& address) const {
  if (const auto place = rows_.find(address)) {
    const Bytes head = record_at(*place, kRecordHeadBytes + sizeof(object::Address));
    const auto decoded = decode_record_head(head);
    return decoded ? decoded->base : std::nullopt;
  }
  if (const auto at = bases_.find(address); at != bases_.end()) return at->second;
  const auto stored = opened_.packs()->load_shallowest(address);
  return stored ? stored->head.base : std::nullopt;
}

// The depth of a base that is not packed yet is the greatest that it can get.
std::optional<BlockStage::Base> BlockStage::find_base(const object::Address& address) {
  if (const auto* recent = recent_.take_as_base(address))
    return Base{{recent->block, recent->block->bytes}, recent->depth};
  PlainPtr plain;
  if (rows_.contains(address)) {
    if (auto own = read(address)) plain = *std::move(own);
  } else {
    if (auto stored = opened_.read_shallowest(address)) plain = *std::move(stored);
  }
  if (!plain) return std::nullopt;
  return Base{{plain, plain->bytes}, plain->depth};
}

void BlockStage::submit_group() {
  const unsigned threads = thread_count(opened_.options());
  if (!pipeline_) pipeline_.emplace(threads);
  pipeline_->submit(std::exchange(group_, {}));
  group_bytes_ = 0;
  while (auto group = pipeline_->take(pipeline_->outstanding() > kGroupsPerThread * threads)) {
    absorb(std::move(*group));
  }
}

void BlockStage::absorb(PackedGroup group) {
  append(group.bytes, group.rows);
  recent_.forget([this](const object::Address& address) { return rows_.contains(address); });
}

void BlockStage::append(ByteView records, std::span<const IndexRow> rows) {
  for (const IndexRow& row : rows) note_row(row, packed_bytes() + row.offset);
  memory_.insert(memory_.end(), records.begin(), records.end());
  spill_or_flush();
}

void BlockStage::note_row(const IndexRow& row, std::uint64_t offset) {
  rows_.assign(row.address, {offset, row.length, row.depth});
  bases_.erase(row.address);
}

void BlockStage::spill_or_flush() {
  if (!spill_ && memory_.size() > opened_.options().spill_bytes) spill();
  if (spill_ && memory_.size() >= kFlushBytes) flush();
}

void BlockStage::add_stored(const object::Address& address, const Stored& stored, PlainPtr plain) {
  append_one(address, stored, plain->depth);
  const std::uint8_t depth = plain->depth;
  arrived_.add(address, std::move(plain), depth);
  arrived_.forget([](const object::Address&) { return true; });
}

void BlockStage::append_one(const object::Address& address, const Stored& stored,
                            std::uint8_t depth) {
  const std::uint64_t offset = packed_bytes();
  append_record(memory_, address, stored, depth);
  note_row({address, depth, 0, static_cast<std::uint32_t>(packed_bytes() - offset)}, offset);
  spill_or_flush();
}

void BlockStage::spill() {
  spill_.emplace(opened_);
  flush();
}

void BlockStage::flush() {
  spill_->file().write_at(kPackHeaderBytes + flushed_, memory_);
  flushed_ += memory_.size();
  memory_.clear();
}

void BlockStage::finish() {
  if (pipeline_) {
    if (!group_.empty()) pipeline_->submit(std::exchange(group_, {}));
    while (auto group = pipeline_->take(true)) absorb(std::move(*group));
    pipeline_.reset();
  } else if (!group_.empty()) {
    absorb(pack(std::exchange(group_, {})));
  }
}

unsigned BlockStage::depth_of(const object::Address& address) const {
  const auto place = rows_.find(address);
  return place ? place->depth : kChainMax + 1;
}

void BlockStage::restore(const object::Address& address, const Loaded& record) {
  const RecordHead& head = record.head;
  const Stored stored{head.kind, head.form, head.base, head.plain_bytes, to_bytes(record.bytes)};
  append_one(address, stored, head.depth);
}

std::vector<IndexRow> BlockStage::rows() {
  std::vector<IndexRow> out;
  out.reserve(rows_.size());
  rows_.visit([&](const object::Address& address, const Place& place) {
    out.push_back({address, static_cast<std::uint8_t>(place.depth), place.offset, place.length});
  });
  return out;
}

std::uint64_t BlockStage::become_pack(std::uint64_t number) {
  HN_ASSERT(spill_.has_value());
  if (!memory_.empty()) flush();
  const std::uint64_t bytes = kPackHeaderBytes + flushed_;
  spill_->become_pack(number, [&](os::File& file) {
    write_index_rows(file, rows_.size(), bytes, [&](const VisitRow& visit) {
      rows_.visit([&](const object::Address& address, const Place& place) {
        visit(address, kPackHeaderBytes + place.offset);
      });
    });
  });
  spill_.reset();
  return bytes;
}

}  // namespace hn::store
