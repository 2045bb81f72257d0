// layer: worktree
#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/worktree/index.hpp"

// Any bytes are an index or an error. The input lacks the checksum, which is made right here: no
// mutation would find it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  Bytes file = to_bytes({data, size});
  const Hash sum = crypto::hash(crypto::Purpose("hn.index"), file);
  file.insert(file.end(), sum.begin(), sum.end());
  const auto index = worktree::decode_index(file);
  if (!index) return 0;
  // Not the same bytes: a writer shares as much of a path as it can, a reader takes any part.
  const auto again = worktree::decode_index(worktree::encode_index(*index));
  HN_ASSERT(again && *again == *index);
  for (const worktree::IndexRow& row : index->rows) HN_ASSERT(index->find(row.path) == &row);
  return 0;
}
