#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "hn/base/bytes.hpp"

// BLAKE2b-256 (RFC 7693) with personalisation: the one hash of hn. The purposes in use are listed
// in hn-objects(5), PERSONALISATION; equal bytes under two purposes have unrelated hashes.
namespace hn::crypto {

// A personalisation: at most 16 bytes of text, zero padded, such as "hn.commit".
class Purpose {
 public:
  consteval explicit Purpose(std::string_view text) : bytes_{} {
    if (text.size() > bytes_.size()) throw "a purpose has at most 16 bytes";
    for (std::size_t i = 0; i < text.size(); ++i) bytes_[i] = static_cast<Byte>(text[i]);
  }
  constexpr const std::array<Byte, 16>& bytes() const noexcept { return bytes_; }

 private:
  std::array<Byte, 16> bytes_;
};

// `key` is empty or 16 to 64 bytes.
Hash hash(const Purpose& purpose, ByteView bytes, ByteView key = {}) noexcept;

struct HashInput {
  const Purpose* purpose = nullptr;  // outlives the call
  ByteView bytes;
};
// hash() of each, without a key. Two or more at a time cost less than one after the other, by a
// factor of up to 2.6 where the processor has AVX2, and of 4 with AVX-512; best are sixteen or
// more.
std::vector<Hash> hash_many(std::span<const HashInput> inputs);

// The same as hash() over bytes that come in parts.
class Hasher {
 public:
  explicit Hasher(const Purpose& purpose, ByteView key = {});
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  Hasher& update(ByteView bytes);
  Hash finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// BLAKE2b-512 without key or personalisation, as Noise's HASH().
std::array<Byte, 64> blake2b_512(ByteView bytes) noexcept;
// HMAC (RFC 2104) over BLAKE2b-512, block length 128, as Noise's HMAC-HASH().
std::array<Byte, 64> hmac_blake2b_512(ByteView key, ByteView bytes) noexcept;

// For what is named by it already; all that hn names itself goes through hash().
Hash sha256(ByteView bytes) noexcept;

}  // namespace hn::crypto
