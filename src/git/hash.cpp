#include "git/hash.hpp"

#include <openssl/evp.h>

#include "git/late.hpp"

namespace hn::git {
namespace {

struct Libcrypto {
  Libcrypto();

  decltype(&::EVP_MD_CTX_new) make = nullptr;
  decltype(&::EVP_MD_CTX_free) free = nullptr;
  decltype(&::EVP_DigestInit_ex2) begin = nullptr;
  decltype(&::EVP_DigestUpdate) update = nullptr;
  decltype(&::EVP_DigestFinal_ex) finish = nullptr;
  // Looked up once: a look-up costs as much as hashing a kilobyte.
  const EVP_MD* sha1 = nullptr;
  const EVP_MD* sha256 = nullptr;
};

Libcrypto::Libcrypto() {
  const LateLibrary library(HN_LIBCRYPTO_SONAME);
  library.bind(make, "EVP_MD_CTX_new");
  library.bind(free, "EVP_MD_CTX_free");
  library.bind(begin, "EVP_DigestInit_ex2");
  library.bind(update, "EVP_DigestUpdate");
  library.bind(finish, "EVP_DigestFinal_ex");
  decltype(&::EVP_MD_fetch) fetch = nullptr;
  library.bind(fetch, "EVP_MD_fetch");
  sha1 = fetch(nullptr, "SHA1", nullptr);
  sha256 = fetch(nullptr, "SHA256", nullptr);
}

const Libcrypto& libcrypto() {
  static const Libcrypto loaded;
  return loaded;
}

const EVP_MD* algorithm(std::uint8_t size) {
  const EVP_MD* const found = size == 20 ? libcrypto().sha1 : libcrypto().sha256;
  if (found == nullptr)
    throw Failure(Code::unsupported, "libcrypto does not offer git's hash",
                  "it may be set up to allow approved algorithms only");
  return found;
}

}  // namespace

GitHash::GitHash(std::uint8_t size) : context_(libcrypto().make()), size_(size) {
  HN_ASSERT(size == 20 || size == 32);
  const bool ready = context_ && libcrypto().begin(context_.get(), algorithm(size), nullptr) == 1;
  HN_ASSERT(ready);
}

GitHash& GitHash::update(ByteView bytes) {
  const bool done = libcrypto().update(context_.get(), bytes.data(), bytes.size()) == 1;
  HN_ASSERT(done);
  return *this;
}

GitId GitHash::finish() {
  GitId id;
  id.size = size_;
  const bool done = libcrypto().finish(context_.get(), id.bytes.data(), nullptr) == 1;
  HN_ASSERT(done);
  return id;
}

void GitHash::Free::operator()(evp_md_ctx_st* context) const noexcept {
  libcrypto().free(context);
}

}  // namespace hn::git
