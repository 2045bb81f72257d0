// layer: repo
#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/repo/bundle.hpp"
#include "support/repo_device.hpp"

// Any file is a bundle, of which all is taken, or a failure, and then nothing is. Half of the files
// get a hash that is right, or almost nothing would come behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::testing;
  RepoDevice bob("bob", 2);
  // The repository of the corpus, which tests/vectors/bundle.json names.
  bob.clone(
      *log::entry_id_from_hex("93c4ad04a068ca7b26cfe1ba22e8403123dd06eec63386ac6904d7973a83b1ab"));
  Bytes file = to_bytes({data, size});
  constexpr std::size_t kHash = 32;
  if (size > kHash && size % 2 == 0) {
    const ByteView before = ByteView(file).first(size - kHash);
    const Hash hash = crypto::hash(crypto::Purpose{"hn.bundle"}, before);
    std::copy(hash.begin(), hash.end(), file.end() - static_cast<std::ptrdiff_t>(kHash));
  }
  const auto out = bob.fs.open("b.hn", os::Access::create);
  out->truncate(0);
  out->write_at(0, file);
  const std::size_t blocks = bob->store().find_blocks("", 1).size();
  try {
    const repo::BundleDone done = repo::apply_bundle(*bob, "b.hn");
    HN_ASSERT(bob->store().entry_count() == done.entries);
    HN_ASSERT(done.bytes == size);
  } catch (const Failure&) {
    HN_ASSERT(bob->store().entry_count() == 0);
    HN_ASSERT(bob->store().find_blocks("", 1).size() == blocks);
  }
  return 0;
}
