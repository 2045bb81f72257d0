// layer: merge
#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/merge/parts.hpp"

// Any bytes are parts of folds or an error; rows have one form. The input lacks the checksum, which
// is made right here: no mutation would find it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  Bytes file = to_bytes({data, size});
  const Hash sum = crypto::hash(crypto::Purpose("hn.fold.parts"), file);
  file.insert(file.end(), sum.begin(), sum.end());
  const auto rows = merge::decode_parts(file);
  if (rows) HN_ASSERT(merge::encode_parts(*rows) == file);
  return 0;
}
