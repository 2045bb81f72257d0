// The sections of an index file: hn-index(5), FORMAT.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <span>

#include "hn/base/checksum.hpp"
#include "hn/base/codec.hpp"
#include "hn/worktree/index.hpp"
#include "hn/worktree/name.hpp"
#include "worktree/workers.hpp"

namespace hn::worktree {
namespace {

constexpr std::string_view kMagic = "hnindex\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeadBytes = 8 + 4;
constexpr std::size_t kSumBytes = 8;
// Of a row whose path repeats the one before but for one byte and that has no values.
constexpr std::size_t kRowBytesMin = 4;
constexpr std::size_t kFolderBytesMin = 8;
// A group is decoded without those before it.
constexpr std::size_t kGroupRows = 4096;
constexpr std::size_t kGroupsPerThreadMin = 2;
// What costs no more to write whole than to open and append to.
constexpr std::uint64_t kWholeBytesMax = 16384;
// Of the first section: more behind it is not worth reading each time.
constexpr std::uint64_t kLaterShare = 16;

enum Flag : std::uint8_t {
  kHasBase = 1,
  kHasContent = 2,
  kContentIsBase = 4,  // and stands there once
  kPending = 8,
  kRefused = 16,
  kSide = 32,
  kSeen = 64,
  kAllFlags = 127,
};

std::uint8_t flags_of(const IndexRow& row) {
  unsigned flags = 0;
  if (row.base) flags |= kHasBase;
  if (row.content) flags |= kHasContent;
  if (row.content && row.content == row.base) flags |= kContentIsBase;
  if (row.pending) flags |= kPending;
  if (row.refused) flags |= kRefused;
  if (row.side) flags |= kSide;
  if (row.content && row.seen) flags |= kSeen;
  return static_cast<std::uint8_t>(flags);
}

void encode_value(Encoder& out, const object::Value& value) {
  out.u8(static_cast<std::uint8_t>(value.mode)).u8(value.size).raw(value.bytes);
}

object::Value decode_value(Decoder& in) {
  object::Value out;
  std::uint8_t mode = in.u8();
  if (mode < 1 || mode > 6 || mode == static_cast<std::uint8_t>(object::Mode::folder)) in.fail();
  out.mode = static_cast<object::Mode>(mode);
  out.size = in.u8();
  bool submodule = out.mode == object::Mode::submodule;
  if (out.size != 32 && !(submodule && out.size == 20)) in.fail();
  out.bytes = in.hash();
  for (std::size_t i = out.size; i < out.bytes.size(); ++i)
    if (out.bytes[i] != 0) in.fail();
  return out;
}

void encode_path(Encoder& out, std::string_view path, std::string_view before) {
  std::size_t shared = 0;
  while (shared < before.size() && shared < path.size() && before[shared] == path[shared]) ++shared;
  out.varint(shared).sized(path.substr(shared));
}

void encode_witness(Encoder& out, const Witness& w) {
  out.varint(w.size).zigzag(w.mtime_ns).zigzag(w.ctime_ns).varint(w.inode).varint(w.device);
}

Witness decode_witness(Decoder& in) {
  Witness w;
  w.size = in.varint();
  w.mtime_ns = in.zigzag();
  w.ctime_ns = in.zigzag();
  w.inode = in.varint();
  w.device = in.varint();
  return w;
}

void encode_row(Encoder& out, const IndexRow& row, std::string_view before) {
  encode_path(out, row.path, before);
  std::uint8_t flags = flags_of(row);
  out.u8(flags);
  if (row.base) encode_value(out, *row.base);
  if (!row.content) return;
  if ((flags & kContentIsBase) == 0) encode_value(out, *row.content);
  encode_witness(out, row.witness);
}

// Of the names up to `known` the row before has shown that they are such.
bool is_path(std::string_view path, std::size_t known) {
  path.remove_prefix(path.substr(0, known).rfind('/') + 1);
  for (;;) {
    std::size_t slash = path.find('/');
    if (!object::is_tree_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// path_less of two paths that begin with the same bytes.
bool less_behind(std::size_t shared, std::string_view a, std::string_view b) {
  return path_less(a.substr(shared), b.substr(shared));
}

// Fails where it is no path or does not stand behind the one before.
void decode_path(Decoder& in, std::string& path, const std::string& before,
                 bool may_be_root = false) {
  const std::size_t shared = in.varint(before.size());
  const std::string_view rest = as_text(in.sized(kIndexPathBytesMax - shared));
  path.reserve(shared + rest.size());
  path.assign(before, 0, shared).append(rest);
  if (path.empty() && may_be_root) return;
  if (!is_path(path, shared) || !less_behind(shared, before, path)) in.fail();
}

void decode_row(Decoder& in, IndexRow& row, const std::string& before) {
  decode_path(in, row.path, before);
  const std::uint8_t flags = in.u8();
  if ((flags & ~unsigned{kAllFlags}) != 0) in.fail();
  if ((flags & kHasBase) != 0) row.base = decode_value(in);
  if ((flags & kHasContent) != 0) {
    bool same = (flags & kContentIsBase) != 0;
    if (same)
      row.content = row.base;
    else
      row.content = decode_value(in);
    row.witness = decode_witness(in);
  }
  row.pending = (flags & kPending) != 0;
  row.refused = (flags & kRefused) != 0;
  row.side = (flags & kSide) != 0;
  row.seen = (flags & kSeen) != 0;
  if (flags_of(row) != flags) in.fail();
}

const std::string kNoPath;

// All or some, in their order. In groups, so that many are decoded on all cores.
template <class Rows>
void encode_rows(Encoder& out, const Rows& rows) {
  out.varint(rows.size());
  for (std::size_t begin = 0; begin < rows.size(); begin += kGroupRows) {
    Encoder group;
    std::string_view before;
    for (std::size_t i = begin; i < std::min(rows.size(), begin + kGroupRows); ++i) {
      encode_row(group, rows[i], before);
      before = rows[i].path;
    }
    out.sized(group.bytes());
  }
}

bool decode_group(ByteView bytes, std::span<IndexRow> rows) {
  Decoder in(bytes);
  const std::string* before = &kNoPath;
  for (IndexRow& row : rows) {
    decode_row(in, row, *before);
    if (in.failed()) return false;
    before = &row.path;
  }
  return in.done();
}

// Memory that is about to be filled: in large pages, where the system has such, it is there after a
// handful of faults instead of thousands, and all threads clear it, which takes longer than what is
// then written there.
void expect_all(void* memory, std::size_t size, unsigned threads) {
#if defined(MADV_HUGEPAGE) && defined(MADV_POPULATE_WRITE)
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kLargePage = std::size_t{2} << 20;
  if (size < 2 * kLargePage) return;
  const std::size_t skipped = (kPage - reinterpret_cast<std::uintptr_t>(memory) % kPage) % kPage;
  Byte* const start = static_cast<Byte*>(memory) + skipped;
  const std::size_t bytes = (size - skipped) / kPage * kPage;
  ::madvise(start, bytes, MADV_HUGEPAGE);
  for_each_job(threads, (bytes + kLargePage - 1) / kLargePage, 1, [&](std::size_t i, unsigned) {
    const std::size_t at = i * kLargePage;
    ::madvise(start + at, std::min(kLargePage, bytes - at), MADV_POPULATE_WRITE);
  });
#else
  static_cast<void>(memory);
  static_cast<void>(size);
  static_cast<void>(threads);
#endif
}

void decode_rows(Decoder& in, std::vector<IndexRow>& rows) {
  const std::uint64_t count = in.varint();
  if (count > in.left() / kRowBytesMin) return in.fail();
  std::vector<ByteView> groups((count + kGroupRows - 1) / kGroupRows);
  for (ByteView& group : groups) group = in.sized(in.left());
  if (in.failed()) return;
  const unsigned threads = groups.size() < 2 * kGroupsPerThreadMin ? 1 : thread_count(0);
  rows.reserve(count);
  expect_all(rows.data(), rows.capacity() * sizeof(IndexRow), threads);
  rows.resize(count);
  std::atomic<bool> fine = true;
  for_each_job(threads, groups.size(), kGroupsPerThreadMin, [&](std::size_t i, unsigned) {
    const std::size_t begin = i * kGroupRows;
    const std::size_t size = std::min(rows.size() - begin, kGroupRows);
    if (!decode_group(groups[i], std::span(rows).subspan(begin, size))) fine = false;
  });
  for (std::size_t i = kGroupRows; i < rows.size() && fine; i += kGroupRows)
    if (!path_less(rows[i - 1].path, rows[i].path)) fine = false;
  if (!fine) in.fail();
}

void encode_folders(Encoder& out, const std::vector<IndexFolder>& folders) {
  out.varint(folders.size());
  std::string_view before;
  for (const IndexFolder& folder : folders) {
    encode_path(out, folder.path, before);
    encode_witness(out, folder.witness);
    out.varint(folder.names);
    before = folder.path;
  }
}

void decode_folders(Decoder& in, std::vector<IndexFolder>& folders) {
  const std::uint64_t count = in.varint();
  if (count > in.left() / kFolderBytesMin) return in.fail();
  folders.resize(count);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    decode_path(in, folders[i].path, i == 0 ? kNoPath : folders[i - 1].path, i == 0);
    folders[i].witness = decode_witness(in);
    folders[i].names = in.varint();
  }
}

bool is_empty(const IndexRow& row) {
  return flags_of(row) == 0;
}

bool is_empty(const IndexFolder& folder) {
  return folder.names == 0 && folder.witness == Witness{};
}

// std::lower_bound for what stands near: one of many that are looked for in their order.
template <class At, class T, class Less>
At lower_bound_near(At begin, At end, const T& one, const Less& less) {
  std::ptrdiff_t step = 1;
  while (step < end - begin && less(begin[step], one)) {
    begin += step;
    step *= 2;
  }
  return std::lower_bound(begin, begin + std::min(step, end - begin), one, less);
}

// Where std::lower_bound finds each. On all cores, as hardly a row that it compares is in a cache.
template <class T, class Wanted, class Less>
std::vector<std::size_t> places_of(const std::vector<Wanted>& wanted, const std::vector<T>& all,
                                   const Less& less) {
  constexpr std::size_t kPerJob = 64;
  std::vector<std::size_t> out(wanted.size());
  const std::size_t jobs = (wanted.size() + kPerJob - 1) / kPerJob;
  for_each_job(thread_count(0), jobs, 2, [&](std::size_t job, unsigned) {
    const std::size_t begin = job * kPerJob;
    auto at = std::lower_bound(all.begin(), all.end(), wanted[begin], less);
    for (std::size_t i = begin; i < std::min(wanted.size(), begin + kPerJob); ++i) {
      at = lower_bound_near(at, all.end(), wanted[i], less);
      out[i] = static_cast<std::size_t>(at - all.begin());
    }
  });
  return out;
}

// Puts `changed` in the place of what has their paths; who is empty, is no more.
template <class T>
void apply(std::vector<T>& all, std::vector<T> changed) {
  if (changed.empty()) return;
  const auto less = [](const T& a, const T& b) { return path_less(a.path, b.path); };
  const std::vector<std::size_t> places = places_of(changed, all, less);
  std::vector<T> added;
  bool any_gone = false;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    T& one = changed[i];
    const bool there = places[i] < all.size() && all[places[i]].path == one.path;
    any_gone = any_gone || (there && is_empty(one));
    if (there)
      all[places[i]] = std::move(one);
    else if (!is_empty(one))
      added.push_back(std::move(one));
  }
  if (any_gone) std::erase_if(all, [](const T& one) { return is_empty(one); });
  const auto middle = static_cast<std::ptrdiff_t>(all.size());
  all.insert(all.end(), std::make_move_iterator(added.begin()),
             std::make_move_iterator(added.end()));
  std::inplace_merge(all.begin(), all.begin() + middle, all.end(), less);
}

template <class Rows>
void encode_section(Encoder& out, const Index& index, std::optional<std::uint64_t> sum_before,
                    const Rows& rows, const std::vector<IndexFolder>& folders) {
  Encoder body;
  if (sum_before) body.u64(*sum_before);
  body.u64(static_cast<std::uint64_t>(index.stamp_ns)).u8(index.base ? 1 : 0);
  if (index.base) body.raw(index.base->bytes);
  body.u8(index.token ? 1 : 0);
  if (index.token) body.raw(index.token->instance).varint(index.token->count);
  encode_rows(body, rows);
  encode_folders(body, folders);
  const std::size_t begin = out.size();
  out.varint(body.size()).raw(body.bytes());
  out.u64(checksum(ByteView(out.bytes()).subspan(begin)));
}

struct Section {
  ByteView body;
  std::uint64_t sum = 0;
  std::size_t bytes = 0;
};

// The next one, if it is whole.
std::optional<Section> section_at(ByteView bytes) {
  Decoder in(bytes);
  const std::uint64_t length = in.varint();
  if (in.failed() || in.left() < kSumBytes || length > in.left() - kSumBytes) return std::nullopt;
  Section out;
  out.body = in.take(length);
  out.sum = in.u64();
  out.bytes = bytes.size() - in.left();
  if (out.sum != checksum(bytes.first(out.bytes - kSumBytes))) return std::nullopt;
  return out;
}

std::optional<WatchToken> decode_token(Decoder& in) {
  const std::uint8_t there = in.u8();
  if (there > 1) in.fail();
  if (there != 1) return std::nullopt;
  WatchToken out;
  const ByteView instance = in.take(out.instance.size());
  std::ranges::copy(instance, out.instance.begin());
  out.count = in.varint();
  return out;
}

// False where it breaks a rule.
bool take_section(Decoder& in, Index& index) {
  index.stamp_ns = static_cast<std::int64_t>(in.u64());
  const std::uint8_t has_base = in.u8();
  if (has_base > 1) in.fail();
  index.base.reset();
  if (has_base == 1) index.base = object::Id{in.hash()};
  index.token = decode_token(in);
  std::vector<IndexRow> rows;
  std::vector<IndexFolder> folders;
  decode_rows(in, rows);
  decode_folders(in, folders);
  if (!in.done()) return false;
  if (index.origin.bytes == 0) {
    index.rows = std::move(rows);
    index.folders = std::move(folders);
  } else {
    apply(index.rows, std::move(rows));
    apply(index.folders, std::move(folders));
  }
  return true;
}

// Sorted, each once.
std::vector<std::string> distinct(std::vector<std::string> paths) {
  std::ranges::sort(paths, path_less);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

template <class T>
std::vector<T> those_at(const std::vector<T>& all, const std::vector<std::string>& paths) {
  const std::vector<std::string> wanted = distinct(paths);
  const std::vector<std::size_t> places = places_of(
      wanted, all, [](const T& one, const std::string& p) { return path_less(one.path, p); });
  std::vector<T> out;
  out.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (places[i] < all.size() && all[places[i]].path == wanted[i])
      out.push_back(all[places[i]]);
    else
      out.emplace_back().path = wanted[i];
  }
  return out;
}

}  // namespace

Bytes encode_index(const Index& index) {
  Encoder out;
  out.raw(as_bytes(kMagic)).u32(kVersion);
  encode_section(out, index, std::nullopt, index.rows, index.folders);
  return std::move(out).take();
}

std::optional<Bytes> encode_changes(const Index& index) {
  const IndexOrigin& origin = index.origin;
  if (!origin.known || origin.bytes < kWholeBytesMax) return std::nullopt;
  Encoder out;
  encode_section(out, index, origin.sum, those_at(index.rows, origin.rows),
                 those_at(index.folders, origin.folders));
  const std::uint64_t later = origin.bytes - origin.first_bytes + out.size();
  if (later > origin.first_bytes / kLaterShare) return std::nullopt;
  return std::move(out).take();
}

Result<Index> decode_index(ByteView bytes) noexcept {
  if (bytes.size() < kHeadBytes || as_text(bytes.first(kMagic.size())) != kMagic)
    return fail(Code::damaged, "not an index file");
  if (Decoder(bytes.subspan(kMagic.size(), 4)).u32() != kVersion)
    return fail(Code::unsupported, "index of a later version");
  Index out;
  IndexOrigin& origin = out.origin;
  std::size_t at = kHeadBytes;
  while (at < bytes.size()) {
    const auto section = section_at(bytes.subspan(at));
    if (!section) break;
    Decoder in(section->body);
    // Else it was made for another file.
    if (origin.bytes > 0 && in.u64() != origin.sum) break;
    if (!take_section(in, out)) return fail(Code::invalid, "index rows break a rule");
    at += section->bytes;
    origin.sum = section->sum;
    origin.bytes = at;
    if (origin.first_bytes == 0) origin.first_bytes = at;
  }
  if (origin.bytes == 0) return fail(Code::damaged, "checksum of the index does not match");
  origin.known = at == bytes.size();
  return out;
}

}  // namespace hn::worktree
