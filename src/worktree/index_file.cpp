// The index file: hn-index(5).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "hn/base/checksum.hpp"
#include "hn/base/codec.hpp"
#include "hn/worktree/index.hpp"
#include "hn/worktree/name.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {
namespace {

constexpr std::string_view kMagic = "hnindex\n";
constexpr std::uint32_t kVersion = 0;
constexpr std::size_t kHeadBytes = 8 + 4;
constexpr std::size_t kSumBytes = 8;
// Of a row whose path repeats the one before but for one byte and that has no values.
constexpr std::size_t kRowBytesMin = 4;

enum Flag : std::uint8_t {
  kHasBase = 1,
  kHasContent = 2,
  kContentIsBase = 4,  // and stands there once
  kPending = 8,
  kRefused = 16,
  kSide = 32,
  kAllFlags = 63,
};

std::uint8_t flags_of(const IndexRow& row) {
  unsigned flags = 0;
  if (row.base) flags |= kHasBase;
  if (row.content) flags |= kHasContent;
  if (row.content && row.content == row.base) flags |= kContentIsBase;
  if (row.pending) flags |= kPending;
  if (row.refused) flags |= kRefused;
  if (row.side) flags |= kSide;
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

void encode_row(Encoder& out, const IndexRow& row, std::string_view before) {
  std::size_t shared = 0;
  while (shared < before.size() && shared < row.path.size() && before[shared] == row.path[shared])
    ++shared;
  out.varint(shared).sized(std::string_view(row.path).substr(shared));
  std::uint8_t flags = flags_of(row);
  out.u8(flags);
  if (row.base) encode_value(out, *row.base);
  if (!row.content) return;
  if ((flags & kContentIsBase) == 0) encode_value(out, *row.content);
  const Witness& w = row.witness;
  out.varint(w.size).zigzag(w.mtime_ns).zigzag(w.ctime_ns).varint(w.inode).varint(w.device);
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

// Answers how many bytes of the path are those of the one before.
std::size_t decode_row(Decoder& in, IndexRow& row, const std::string& before) {
  std::size_t shared = in.varint(before.size());
  std::string_view rest = as_text(in.sized(kIndexPathBytesMax - shared));
  row.path.reserve(shared + rest.size());
  row.path.assign(before, 0, shared).append(rest);
  std::uint8_t flags = in.u8();
  if ((flags & ~unsigned{kAllFlags}) != 0) in.fail();
  if ((flags & kHasBase) != 0) row.base = decode_value(in);
  if ((flags & kHasContent) != 0) {
    bool same = (flags & kContentIsBase) != 0;
    if (same)
      row.content = row.base;
    else
      row.content = decode_value(in);
    Witness& w = row.witness;
    w.size = in.varint();
    w.mtime_ns = in.zigzag();
    w.ctime_ns = in.zigzag();
    w.inode = in.varint();
    w.device = in.varint();
  }
  row.pending = (flags & kPending) != 0;
  row.refused = (flags & kRefused) != 0;
  row.side = (flags & kSide) != 0;
  if (flags_of(row) != flags) in.fail();
  return shared;
}

void write_all(int file, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno(errno, "cannot write", name);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void sync_folder_of(const std::string& file) {
  std::size_t slash = file.rfind('/');
  std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) throw_errno(errno, "cannot sync", folder);
}

}  // namespace

Bytes encode_index(const Index& index) {
  Encoder out;
  out.raw(as_bytes(kMagic)).u32(kVersion).u64(static_cast<std::uint64_t>(index.stamp_ns));
  out.u8(index.base ? 1 : 0);
  if (index.base) out.raw(index.base->bytes);
  out.varint(index.rows.size());
  std::string_view before;
  for (const IndexRow& row : index.rows) {
    encode_row(out, row, before);
    before = row.path;
  }
  out.u64(checksum(out.bytes()));
  return std::move(out).take();
}

Result<Index> decode_index(ByteView bytes) noexcept {
  if (bytes.size() < kHeadBytes + kSumBytes || as_text(bytes.first(8)) != kMagic)
    return fail(Code::damaged, "not an index file");
  Decoder head(bytes.subspan(8, 4));
  if (head.u32() != kVersion) return fail(Code::unsupported, "index of a later version");
  ByteView body = bytes.first(bytes.size() - kSumBytes);
  if (checksum(body) != Decoder(bytes.last(kSumBytes)).u64())
    return fail(Code::damaged, "checksum of the index does not match");
  Decoder in(body.subspan(kHeadBytes));
  Index out;
  out.stamp_ns = static_cast<std::int64_t>(in.u64());
  std::uint8_t has_base = in.u8();
  if (has_base > 1) in.fail();
  if (has_base == 1) out.base = object::Id{in.hash()};
  std::uint64_t count = in.varint();
  if (in.failed() || count > in.left() / kRowBytesMin)
    return fail(Code::invalid, "index is cut short");
  out.rows.resize(count);
  const std::string none;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const std::string& before = i == 0 ? none : out.rows[i - 1].path;
    const std::size_t shared = decode_row(in, out.rows[i], before);
    const std::string& path = out.rows[i].path;
    if (!is_path(path, shared) || (i > 0 && !less_behind(shared, before, path))) in.fail();
  }
  if (!in.done()) return fail(Code::invalid, "index rows break a rule");
  return out;
}

Result<Index> load_index(const std::string& name) {
  Descriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(Code::absent, "no index file");
  struct stat s {};
  if (::fstat(file.get(), &s) != 0 || !S_ISREG(s.st_mode))
    return fail(Code::damaged, "the index is no file");
  Bytes bytes(static_cast<std::size_t>(s.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    ssize_t n = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(Code::damaged, "the index cannot be read");
    have += static_cast<std::size_t>(n);
  }
  return decode_index(bytes);
}

void save_index(const Index& index, const std::string& name, bool durable) {
  save_index(encode_index(index), name, durable);
}

void save_index(const Bytes& bytes, const std::string& name, bool durable) {
  std::string part = name + ".XXXXXX";
  Descriptor file(::mkostemp(part.data(), O_CLOEXEC));
  if (!file) throw_errno(errno, "cannot create", part);
  try {
    write_all(file.get(), bytes, part);
    if (durable && ::fsync(file.get()) != 0) throw_errno(errno, "cannot sync", part);
    if (::rename(part.c_str(), name.c_str()) != 0) throw_errno(errno, "cannot rename", part);
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
  if (durable) sync_folder_of(name);
}

}  // namespace hn::worktree
