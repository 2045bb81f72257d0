// gitformat-pack(5): packs of version 2, indexes of version 2.
#include "git/packs.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "git/delta.hpp"
#include "git/parse.hpp"
#include "hn/base/error.hpp"
#include "hn/base/sorted_hashes.hpp"

namespace hn::git {
namespace {

namespace fs = std::filesystem;

// What is larger is read by whoever can say what is wrong with it. It also bounds what a pack of a
// few bytes can claim to need.
constexpr std::uint64_t kWholeBytesMax = std::uint64_t{64} << 20;
// As deep as git makes chains where it is asked to (pack.depth).
constexpr std::size_t kChainMax = 4095;
// Of one generation. Git's own default for both together is 96 MiB.
constexpr std::size_t kBasesBytesMax = std::size_t{48} << 20;

constexpr std::size_t kIdBytes = kSha1Bytes;
constexpr std::size_t kIndexHeadBytes = 8 + 256 * 4;

std::uint32_t u32_at(ByteView bytes, std::size_t at) noexcept {
  return std::uint32_t{bytes[at]} << 24U | std::uint32_t{bytes[at + 1]} << 16U |
         std::uint32_t{bytes[at + 2]} << 8U | bytes[at + 3];
}

// Takes bytes off the front of a part of a pack.
class Input {
 public:
  explicit Input(ByteView bytes) : bytes_(bytes) {}
  ByteView rest() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_.empty(); }
  bool failed() const noexcept { return failed_; }

  Byte u8() noexcept {
    if (bytes_.empty()) return failed_ = true, Byte{0};
    const Byte byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  ByteView take(std::size_t n) noexcept {
    if (bytes_.size() < n) return failed_ = true, ByteView();
    const ByteView out = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return out;
  }
  // Seven bits a byte, the lowest first, behind `bits` bits in `value`.
  std::uint64_t number(std::uint64_t value, unsigned bits) noexcept {
    for (;; bits += 7) {
      const Byte byte = u8();
      if (failed_ || bits > 56) return failed_ = true, 0;
      value |= std::uint64_t{byte & 127U} << bits;
      if ((byte & 128U) == 0) return value;
    }
  }
  // How far in front of an object its base lies.
  std::uint64_t distance() noexcept {
    Byte byte = u8();
    std::uint64_t value = byte & 127U;
    while ((byte & 128U) != 0) {
      byte = u8();
      if (failed_ || value >> 56U != 0) return failed_ = true, 0;
      value = (value + 1) << 7U | (byte & 127U);
    }
    return value;
  }

 private:
  ByteView bytes_;
  bool failed_ = false;
};

struct Head {
  unsigned kind = 0;  // git's numbers
  std::uint64_t size = 0;
  std::uint64_t base = 0;  // kOffsetDelta
  ByteView base_id;        // kIdDelta
  ByteView deflated;       // and what follows it
};
constexpr unsigned kOffsetDelta = 6;
constexpr unsigned kIdDelta = 7;

std::optional<Type> type_from(unsigned kind) {
  switch (kind) {
    case 1:
      return Type::commit;
    case 2:
      return Type::tree;
    case 3:
      return Type::blob;
    case 4:
      return Type::tag;
    default:
      return std::nullopt;
  }
}

}  // namespace

// A pack beside its index, both mapped.
class Packs::Pack {
 public:
  explicit Pack(Files files)
      : files_(std::move(files)), bytes_(files_.pack->bytes()), rows_(files_.index->bytes()) {}

  // Whether both are what they are called, so far as reading relies on it.
  bool open() noexcept {
    constexpr std::array<Byte, 8> kPack{'P', 'A', 'C', 'K', 0, 0, 0, 2};
    constexpr std::array<Byte, 8> kIndex{0xff, 't', 'O', 'c', 0, 0, 0, 2};
    if (bytes_.size() < 12 + kIdBytes || !equal(bytes_.first(8), kPack)) return false;
    bytes_ = bytes_.first(bytes_.size() - kIdBytes);
    if (rows_.size() < kIndexHeadBytes || !equal(rows_.first(8), kIndex)) return false;
    count_ = u32_at(rows_, kIndexHeadBytes - 4);
    return rows_.size() >= kIndexHeadBytes + count_ * (kIdBytes + 4 + 4) + 2 * kIdBytes;
  }

  std::optional<std::uint64_t> find(ByteView id) const noexcept {
    const auto row = find_row(id);
    return row ? offset(*row) : std::nullopt;
  }

  std::optional<std::size_t> find_row(ByteView id) const noexcept {
    const std::size_t first = id.front();
    const std::size_t high = std::min<std::size_t>(fan(first), count_);
    const std::size_t low = first == 0 ? 0 : std::min<std::size_t>(fan(first - 1), high);
    const auto order = [&](std::size_t row) {
      return std::memcmp(rows_.data() + id_at(row), id.data(), kIdBytes);
    };
    const std::size_t row =
        lower_bound_of_hash(id, low, high, [&](std::size_t i) { return order(i) < 0; });
    files_.index->note_look(id_at(row));
    return row < high && order(row) == 0 ? std::optional(row) : std::nullopt;
  }

  std::optional<std::uint64_t> offset(std::size_t row) const noexcept {
    const std::size_t short_ones = kIndexHeadBytes + count_ * (kIdBytes + 4);
    files_.index->note_look(short_ones + row * 4);
    const std::uint32_t at = u32_at(rows_, short_ones + row * 4);
    if ((at & 0x80000000U) == 0) return at;
    const std::size_t place = short_ones + count_ * 4 + std::size_t{at & 0x7fffffffU} * 8;
    if (place + 8 > rows_.size() - 2 * kIdBytes) return std::nullopt;
    return std::uint64_t{u32_at(rows_, place)} << 32U | u32_at(rows_, place + 4);
  }

  std::optional<Head> head(std::uint64_t at) const noexcept {
    if (at < 12 || at >= bytes_.size()) return std::nullopt;
    files_.pack->note_look(at);
    Input in(bytes_.subspan(at));
    const unsigned first = in.u8();
    Head head;
    head.kind = first >> 4U & 7U;
    head.size = first & 15U;
    if ((first & 128U) != 0) head.size = in.number(head.size, 4);
    if (head.kind == kOffsetDelta) {
      const std::uint64_t distance = in.distance();
      if (distance == 0 || distance > at) return std::nullopt;
      head.base = at - distance;
    } else if (head.kind == kIdDelta) {
      head.base_id = in.take(kIdBytes);
    }
    head.deflated = in.rest();
    if (in.failed() || head.size > kWholeBytesMax) return std::nullopt;
    return head;
  }

  std::optional<std::size_t> base_row(const Head& head) {
    if (head.kind == kIdDelta) return find_row(head.base_id);
    return head.kind == kOffsetDelta ? row_at(head.base) : std::nullopt;
  }

  // The row that was noted last as told from `row`.
  std::optional<std::size_t> told_from(std::size_t row) const noexcept {
    if (told_.empty() || told_[row] == kNone) return std::nullopt;
    return told_[row];
  }
  void note_told(std::size_t base, std::size_t row) {
    if (told_.empty()) told_.resize(count_, kNone);
    told_[base] = static_cast<std::uint32_t>(row);
  }

  GitId id(std::size_t row) const noexcept {
    GitId out;
    std::memcpy(out.bytes.data(), rows_.data() + id_at(row), kIdBytes);
    return out;
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::optional<std::size_t> row_at(std::uint64_t at) {
    if (by_offset_.empty()) {
      std::vector<std::pair<std::uint64_t, std::uint32_t>> places(count_);
      for (std::uint32_t row = 0; row < count_; ++row) places[row] = {offset(row).value_or(0), row};
      std::ranges::sort(places);
      by_offset_.reserve(count_);
      for (const auto& [place, row] : places) by_offset_.push_back(row);
    }
    const auto found = std::ranges::lower_bound(
        by_offset_, at, {}, [this](std::uint32_t row) { return offset(row).value_or(0); });
    if (found == by_offset_.end() || offset(*found) != at) return std::nullopt;
    return *found;
  }

  std::size_t fan(std::size_t byte) const noexcept { return u32_at(rows_, 8 + 4 * byte); }
  static std::size_t id_at(std::size_t row) noexcept { return kIndexHeadBytes + row * kIdBytes; }
  Files files_;
  ByteView bytes_;  // of the pack, less its checksum
  ByteView rows_;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> by_offset_;  // rows; made when first needed
  std::vector<std::uint32_t> told_;       // by row
};

class Packs::Inflate {
 public:
  Inflate() {
    if (!inflate_) throw Failure(Code::io, "no memory to decompress with");
  }

  // Exactly `size` bytes, or nothing.
  std::optional<Bytes> run(ByteView deflated, std::uint64_t size) {
    // No byte of deflate stands for more than 1,032: a claim beyond that needs no room.
    if (size / 1032 > deflated.size()) return std::nullopt;
    Bytes out(size);
    // What follows its end is another object's.
    if (libdeflate_zlib_decompress(inflate_.get(), deflated.data(), deflated.size(), out.data(),
                                   out.size(), nullptr) != LIBDEFLATE_SUCCESS)
      return std::nullopt;
    return out;
  }

 private:
  struct Free {
    void operator()(libdeflate_decompressor* inflate) const {
      libdeflate_free_decompressor(inflate);
    }
  };
  std::unique_ptr<libdeflate_decompressor, Free> inflate_{libdeflate_alloc_decompressor()};
};

class Packs::Bases {
 public:
  std::optional<Found> find(Place place) {
    const Key key{place.pack, place.offset};
    if (const auto at = young_.find(key); at != young_.end()) return at->second;
    const auto at = old_.find(key);
    if (at == old_.end()) return std::nullopt;
    Found found = std::move(at->second);
    old_.erase(at);
    add(place, found);
    return found;
  }
  void add(Place place, const Found& found) {
    if (young_bytes_ >= kBasesBytesMax) {
      old_ = std::exchange(young_, {});
      young_bytes_ = 0;
    }
    if (young_.emplace(Key{place.pack, place.offset}, found).second)
      young_bytes_ += found.whole->size() + 128;
  }

 private:
  using Key = std::pair<const Pack*, std::uint64_t>;
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<std::uint64_t>()(key.second * 0x9e3779b97f4a7c15U) ^
             std::hash<const void*>()(key.first);
    }
  };
  std::unordered_map<Key, Found, Hash> young_;
  std::unordered_map<Key, Found, Hash> old_;
  std::size_t young_bytes_ = 0;
};

std::vector<Packs::Files> map_packs(const std::vector<fs::path>& objects) {
  std::vector<fs::path> found;
  for (const fs::path& folder : objects) {
    std::error_code error;
    for (fs::directory_iterator at(folder / "pack", error);
         !error && at != fs::directory_iterator(); at.increment(error))
      if (at->path().extension() == ".idx") found.push_back(at->path());
  }
  std::ranges::sort(found);
  const auto mapped = [](const fs::path& path) {
    const auto file = os::posix().open(path.string(), os::Access::read);
    return file->map(file->stat().size);
  };
  std::vector<Packs::Files> files;
  for (const fs::path& index : found) {
    try {
      auto pack = mapped(fs::path(index).replace_extension(".pack"));
      files.push_back({std::move(pack), mapped(index)});
    } catch (const Failure&) {
      // Left to whoever reads the repository in full.
    }
  }
  return files;
}

Packs::Packs(std::vector<Files> files)
    : inflate_(std::make_unique<Inflate>()), bases_(std::make_unique<Bases>()) {
  for (Files& one : files) {
    auto pack = std::make_unique<Pack>(std::move(one));
    if (pack->open()) packs_.push_back(std::move(pack));
  }
}

Packs::~Packs() = default;

std::optional<Packs::Row> Packs::find(const GitId& id) const {
  if (id.size != kIdBytes) return std::nullopt;
  const ByteView bytes = ByteView(id.bytes).first(kIdBytes);
  for (std::size_t i = 0; i < packs_.size(); ++i) {
    const std::size_t at = (last_ + i) % packs_.size();
    Pack* const pack = packs_[at].get();
    const auto row = pack->find_row(bytes);
    const auto offset = row ? pack->offset(*row) : std::nullopt;
    if (!offset) continue;
    last_ = at;
    return Row{pack, *row, {pack, *offset}};
  }
  return std::nullopt;
}

std::optional<Packs::Found> Packs::read(const GitId& id) const {
  const auto row = find(id);
  if (!row) return std::nullopt;
  auto found = read_at(row->place);
  if (found && found->type == Type::blob) note_told(*row);
  return found;
}

void Packs::note_told(const Row& row) {
  const auto head = row.pack->head(row.place.offset);
  const auto base = head ? row.pack->base_row(*head) : std::nullopt;
  if (base) row.pack->note_told(*base, row.row);
}

std::vector<GitId> Packs::kin(const GitId& id) const {
  std::vector<GitId> out;
  const auto found = find(id);
  if (!found) return out;
  Pack& pack = *found->pack;
  const auto add = [&](std::optional<std::size_t> row) {
    if (row && pack.id(*row) != id) out.push_back(pack.id(*row));
  };
  const auto head = pack.head(found->place.offset);
  const auto base = head ? pack.base_row(*head) : std::nullopt;
  add(base);
  add(pack.told_from(found->row));
  if (base) add(pack.told_from(*base));
  return out;
}

// Down the chain to what is at hand or whole, then up again.
std::optional<Packs::Found> Packs::read_at(Place place) const {
  struct Step {
    std::uint64_t offset = 0;
    Head head;
  };
  std::vector<Step> chain;
  std::optional<Found> found;
  while (!(found = bases_->find(place))) {
    const auto head = place.pack->head(place.offset);
    if (!head || chain.size() > kChainMax) return std::nullopt;
    if (const auto type = type_from(head->kind)) {
      auto whole = inflate_->run(head->deflated, head->size);
      if (!whole) return std::nullopt;
      found = Found{*type, std::make_shared<const Bytes>(*std::move(whole))};
      if (!chain.empty()) bases_->add(place, *found);
      break;
    }
    if (head->kind != kOffsetDelta && head->kind != kIdDelta) return std::nullopt;
    chain.push_back({place.offset, *head});
    // By its id: in the same pack, for packs on disk stand alone.
    const auto base =
        head->kind == kOffsetDelta ? std::optional(head->base) : place.pack->find(head->base_id);
    if (!base) return std::nullopt;
    place.offset = *base;
  }
  while (!chain.empty()) {
    const Step step = chain.back();
    chain.pop_back();
    const auto delta = inflate_->run(step.head.deflated, step.head.size);
    if (!delta) return std::nullopt;
    auto whole = apply_delta(*found->whole, *delta, kWholeBytesMax);
    if (!whole) return std::nullopt;
    found->whole = std::make_shared<const Bytes>(*std::move(whole));
    if (!chain.empty()) bases_->add({place.pack, step.offset}, *found);
  }
  return found;
}

}  // namespace hn::git
