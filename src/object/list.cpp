// List nodes: hn-objects(5), section FILES.
#include "hn/base/codec.hpp"
#include "hn/object/cut.hpp"
#include "hn/object/file.hpp"

namespace hn::object {
namespace {

constexpr std::size_t kRowBytesMin = 32 + 1;
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 63;

// Why this row cannot stand at place `i` of `node`; nullptr if it can.
const char* row_fault(const ListNode& node, std::size_t i) noexcept {
  const ListRow& row = node.rows[i];
  const bool last = i + 1 == node.rows.size();
  if (row.bytes == 0) return "a list row stands for no bytes";
  if (node.level == 1 && row.bytes > kChunkBytesMax) return "a chunk is too long";
  if (last) return nullptr;
  if (row.bytes < kChunkBytesMin) return "a chunk that is not the last is too short";
  if (cut_list(i + 1, row.id)) return "a list node goes on behind its cut";
  return nullptr;
}

}  // namespace

Bytes encode_list(const ListNode& node) {
  Encoder out;
  out.u8(0).u8(static_cast<std::uint8_t>(node.level)).varint(node.rows.size());
  for (const ListRow& row : node.rows) out.raw(row.id.bytes).varint(row.bytes);
  return std::move(out).take();
}

Result<ListNode> decode_list(ByteView bytes) noexcept {
  if (bytes.size() > kBlockBytesMax) return fail(Code::invalid, "the block is too long");
  Decoder in(bytes);
  if (in.u8() != 0) return fail(Code::unsupported, "unknown format of a list node");
  ListNode node;
  node.level = in.u8();
  if (node.level < 1 || node.level > kListLevelMax)
    return fail(Code::invalid, "a list level is out of range");
  const std::uint64_t count = in.varint(kListRowsMax);
  if (in.failed() || count == 0 || count > in.left() / kRowBytesMin) {
    return fail(Code::invalid, "a list's row count is out of range");
  }
  node.rows.resize(count);
  std::uint64_t total = 0;
  for (ListRow& row : node.rows) {
    row.id.bytes = in.hash();
    row.bytes = in.varint(kFileBytesMax - total);
    total += row.bytes;
  }
  if (!in.done()) return fail(Code::invalid, "a list node is not well formed");
  for (std::size_t i = 0; i < node.rows.size(); ++i) {
    if (const char* fault = row_fault(node, i)) return fail(Code::invalid, fault);
  }
  return node;
}

}  // namespace hn::object
