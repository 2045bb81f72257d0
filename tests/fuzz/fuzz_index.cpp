// layer: worktree
#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/base/checksum.hpp"
#include "hn/base/codec.hpp"
#include "hn/worktree/index.hpp"

namespace {

// With the checksums, which no mutation would find.
hn::Bytes section(hn::ByteView sum_before, hn::ByteView rest) {
  hn::Encoder out;
  out.varint(sum_before.size() + rest.size()).raw(sum_before).raw(rest);
  const std::uint64_t sum = hn::checksum(out.bytes());
  return std::move(out.u64(sum)).take();
}

}  // namespace

// Any bytes are an index or an error. The input is the bytes of a first section (u16) and what
// stands in it, then what stands in a second one; the file's head and checksums are made here.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  Decoder in({data, size});
  const std::size_t length = in.u16();
  const ByteView first = in.take(std::min(length, in.left()));
  Encoder file;
  file.raw(as_bytes("hnindex\n")).u32(1).raw(section({}, first));
  const Bytes sum = to_bytes(ByteView(file.bytes()).last(8));
  if (in.left() > 0) file.raw(section(sum, in.take(in.left())));
  const auto index = worktree::decode_index(file.bytes());
  if (!index) return 0;
  HN_ASSERT(index->origin.known && index->origin.bytes == file.size());
  // Not the same bytes: a writer shares as much of a path as it can, a reader takes any part.
  const auto again = worktree::decode_index(worktree::encode_index(*index));
  HN_ASSERT(again && *again == *index);
  for (const worktree::IndexRow& row : index->rows) HN_ASSERT(index->find(row.path) == &row);
  return 0;
}
