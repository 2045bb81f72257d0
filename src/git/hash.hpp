#pragma once

#include <memory>

#include "hn/git/form.hpp"

struct evp_md_ctx_st;

namespace hn::git {

// Git's hashes, over libcrypto: SHA-1 (20 bytes) or SHA-256 (32). Nothing in hn relies on the
// collision resistance of the first; git's objects are named by hn's ids as well.
class GitHash {
 public:
  explicit GitHash(std::uint8_t size);
  GitHash& update(ByteView bytes);
  GitId finish();  // once

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  std::uint8_t size_;
};

}  // namespace hn::git
