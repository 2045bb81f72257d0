// layer: git
#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/git/git_map.hpp"

// Any bytes are a map or an error; a map has one form. The input lacks the checksum, which is made
// right here: no mutation would find it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  Bytes file = to_bytes({data, size});
  const Hash sum = crypto::hash(crypto::Purpose("hn.gitmap"), file);
  file.insert(file.end(), sum.begin(), sum.end());
  const auto rows = git::decode_git_map(file);
  if (rows) HN_ASSERT(git::encode_git_map(*rows) == file);
  return 0;
}
