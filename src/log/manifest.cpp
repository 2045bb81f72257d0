// Manifests of hn-log(5).
#include "hn/log/manifest.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"

namespace hn::log {
namespace {

constexpr std::uint8_t kManifestFormat = 0;
constexpr std::uint8_t kLevelMax = 2;

// Rows beneath a full node of a level.
std::uint64_t full_rows(std::uint8_t level) noexcept {
  std::uint64_t rows = kManifestRowsPerNode;
  for (std::uint8_t i = 0; i < level; ++i) rows *= kManifestRowsPerNode;
  return rows;
}

std::uint8_t level_for(std::uint64_t rows) noexcept {
  std::uint8_t level = 0;
  while (full_rows(level) < rows) ++level;
  return level;
}

// Rows and children beneath, as the node itself says.
ManifestChild totals(const ManifestNode& node) noexcept {
  ManifestChild sum;
  sum.rows = node.rows.size();
  for (const ManifestRow& r : node.rows) sum.bytes += r.length;
  for (const ManifestChild& c : node.children) {
    sum.rows += c.rows;
    sum.bytes += c.bytes;
  }
  return sum;
}

// What a node of this level over this many rows must look like; the row count leaves no choice.
bool has_shape(const ManifestNode& node, std::uint8_t level,
               const ManifestChild& declared) noexcept {
  if (node.level != level) return false;
  const ManifestChild sum = totals(node);
  return sum.rows == declared.rows && sum.bytes == declared.bytes;
}

// The children of an inner node but the last are full.
bool is_packed(const ManifestNode& node) noexcept {
  if (node.children.empty()) return node.level == 0;
  const std::uint64_t full = full_rows(static_cast<std::uint8_t>(node.level - 1));
  for (std::size_t i = 0; i + 1 < node.children.size(); ++i)
    if (node.children[i].rows != full) return false;
  return node.children.back().rows > 0 && node.children.back().rows <= full;
}

// Visits the nodes above a range of rows from the root down.
class Descent {
 public:
  Descent(const object::BlockReader& reader, std::uint64_t first, std::uint64_t end)
      : reader_(reader), first_(first), end_(end) {}

  // Appends rows; stops at the first node that is not here.
  Result<void> rows(const ManifestChild& node, std::uint8_t level, std::uint64_t at,
                    std::vector<ManifestRow>& out) const {
    HN_TRY(const ManifestNode n, read(node, level));
    for (std::size_t i = 0; i < n.rows.size(); ++i)
      if (at + i >= first_ && at + i < end_) out.push_back(n.rows[i]);
    for (const ManifestChild& c : n.children) {
      if (touches(at, c)) HN_CHECK(rows(c, static_cast<std::uint8_t>(level - 1), at, out));
      at += c.rows;
    }
    return {};
  }

  // Collects those that are not here and goes on beside them.
  Result<void> absent(const ManifestChild& node, std::uint8_t level, std::uint64_t at,
                      std::size_t max, std::vector<object::Id>& out) const {
    if (out.size() >= max) return {};
    if (!reader_.has(node.id)) {
      out.push_back(node.id);
      return {};
    }
    if (level == 0) return {};
    HN_TRY(const ManifestNode n, read(node, level));
    for (const ManifestChild& c : n.children) {
      if (touches(at, c)) HN_CHECK(absent(c, static_cast<std::uint8_t>(level - 1), at, max, out));
      at += c.rows;
    }
    return {};
  }

 private:
  bool touches(std::uint64_t at, const ManifestChild& c) const noexcept {
    return at < end_ && at + c.rows > first_;
  }

  Result<ManifestNode> read(const ManifestChild& node, std::uint8_t level) const {
    HN_TRY(const object::Block block, reader_.read(node.id));
    if (block.kind != object::Kind::manifest)
      return fail(Code::invalid, "manifest: a block of another kind", node.id.bytes);
    auto decoded = decode_manifest(block.bytes);
    if (!decoded) return fail(Code::invalid, decoded.error().rule, node.id.bytes);
    if (!has_shape(*decoded, level, node))
      return fail(Code::invalid, "manifest: a node is not what was declared of it", node.id.bytes);
    return decoded;
  }

  const object::BlockReader& reader_;
  std::uint64_t first_;
  std::uint64_t end_;
};

std::uint64_t end_of(const ManifestRoot& root, std::uint64_t first, std::uint64_t count) noexcept {
  return count > root.rows - std::min(first, root.rows) ? root.rows : first + count;
}

bool is_possible(const ManifestRoot& root) noexcept {
  return root.rows > 0 && root.rows <= kManifestRowsMax;
}

}  // namespace

Bytes encode_manifest(const ManifestNode& node) {
  Encoder out;
  out.u8(kManifestFormat)
      .u8(node.level)
      .varint(node.level == 0 ? node.rows.size() : node.children.size());
  for (const ManifestRow& r : node.rows) out.raw(r.address.bytes).u32(r.length);
  for (const ManifestChild& c : node.children) out.raw(c.id.bytes).varint(c.rows).varint(c.bytes);
  return std::move(out).take();
}

Result<ManifestNode> decode_manifest(ByteView bytes) {
  Decoder in(bytes);
  ManifestNode out;
  if (in.u8() != kManifestFormat && !in.failed())
    return fail(Code::unsupported, "manifest: a later format");
  out.level = in.u8();
  if (out.level > kLevelMax) return fail(Code::invalid, "manifest: too many levels");
  const std::uint64_t count = in.varint(kManifestRowsPerNode);
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    if (out.level == 0) {
      ManifestRow r;
      r.address.bytes = in.hash();
      r.length = in.u32();
      if (r.length > object::kBlockBytesMax) in.fail();
      out.rows.push_back(r);
    } else {
      ManifestChild c;
      c.id.bytes = in.hash();
      c.rows = in.varint(kManifestRowsMax);
      c.bytes = in.varint(c.rows * object::kBlockBytesMax);
      out.children.push_back(c);
    }
  }
  if (!in.done() || count == 0) return fail(Code::invalid, "manifest: malformed");
  if (!is_packed(out)) return fail(Code::invalid, "manifest: a node before the last is not full");
  return out;
}

void ManifestWriter::add(const ManifestRow& row) {
  HN_ASSERT(row.length <= object::kBlockBytesMax && rows_ < kManifestRowsMax);
  if (open_.empty()) open_.emplace_back();
  if (open_[0].rows.size() == kManifestRowsPerNode) flush(0);
  open_[0].rows.push_back(row);
  ++rows_;
  bytes_ += row.length;
}

// Writes the open node of a level as a child of the level above, which is written first if full.
void ManifestWriter::flush(std::size_t level) {
  if (open_.size() == level + 1) {
    open_.emplace_back();
    open_.back().level = static_cast<std::uint8_t>(level + 1);
  }
  if (open_[level + 1].children.size() == kManifestRowsPerNode) flush(level + 1);
  ManifestChild child = totals(open_[level]);
  child.id = writer_.write(object::Kind::manifest, encode_manifest(open_[level]));
  open_[level + 1].children.push_back(child);
  open_[level].rows.clear();
  open_[level].children.clear();
}

std::optional<ManifestRoot> ManifestWriter::finish() {
  if (rows_ == 0) return std::nullopt;
  for (std::size_t level = 0; level + 1 < open_.size(); ++level) flush(level);
  const object::Id root = writer_.write(object::Kind::manifest, encode_manifest(open_.back()));
  return ManifestRoot{root, rows_, bytes_};
}

Result<std::vector<ManifestRow>> read_rows(const object::BlockReader& reader,
                                           const ManifestRoot& root, std::uint64_t first,
                                           std::uint64_t count) {
  if (!is_possible(root))
    return fail(Code::invalid, "manifest: impossible number of rows", root.root.bytes);
  std::vector<ManifestRow> out;
  if (first >= root.rows || count == 0) return out;
  const Descent descent(reader, first, end_of(root, first, count));
  HN_CHECK(descent.rows({root.root, root.rows, root.bytes}, level_for(root.rows), 0, out));
  return out;
}

Result<std::vector<object::Id>> absent_nodes(const object::BlockReader& reader,
                                             const ManifestRoot& root, std::uint64_t first,
                                             std::uint64_t count, std::size_t max) {
  if (!is_possible(root))
    return fail(Code::invalid, "manifest: impossible number of rows", root.root.bytes);
  std::vector<object::Id> out;
  if (first >= root.rows || count == 0) return out;
  const Descent descent(reader, first, end_of(root, first, count));
  HN_CHECK(descent.absent({root.root, root.rows, root.bytes}, level_for(root.rows), 0, max, out));
  return out;
}

}  // namespace hn::log
