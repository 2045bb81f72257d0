#include "git/hash.hpp"

#include <openssl/evp.h>

namespace hn::git {
namespace {

// Looked up once: a look-up costs as much as hashing a kilobyte.
const EVP_MD* algorithm(std::uint8_t size) {
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const EVP_MD* const found = size == 20 ? sha1 : sha256;
  if (found == nullptr)
    throw Failure(Code::unsupported, "libcrypto does not offer git's hash",
                  "it may be set up to allow approved algorithms only");
  return found;
}

}  // namespace

GitHash::GitHash(std::uint8_t size) : context_(EVP_MD_CTX_new()), size_(size) {
  HN_ASSERT(size == 20 || size == 32);
  const bool ready = context_ && EVP_DigestInit_ex2(context_.get(), algorithm(size), nullptr) == 1;
  HN_ASSERT(ready);
}

GitHash& GitHash::update(ByteView bytes) {
  const bool done = EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
  HN_ASSERT(done);
  return *this;
}

GitId GitHash::finish() {
  GitId id;
  id.size = size_;
  const bool done = EVP_DigestFinal_ex(context_.get(), id.bytes.data(), nullptr) == 1;
  HN_ASSERT(done);
  return id;
}

void GitHash::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

}  // namespace hn::git
