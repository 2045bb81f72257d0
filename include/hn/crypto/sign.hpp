#pragma once

#include <compare>
#include <string_view>

#include "hn/base/bytes.hpp"
#include "hn/base/random.hpp"

namespace hn::crypto {

// An Ed25519 public key.
struct PublicKey {
  std::array<Byte, 32> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

struct Signature {
  std::array<Byte, 64> bytes{};
  friend bool operator==(const Signature&, const Signature&) = default;
};

// An Ed25519 key pair (RFC 8032). The secret is wiped when the object goes; move only.
class SigningKey {
 public:
  static SigningKey generate(Random& random);
  static SigningKey from_seed(const std::array<Byte, 32>& seed);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  const PublicKey& public_key() const noexcept { return public_; }
  const std::array<Byte, 32>& seed() const noexcept { return seed_; }

  // Signs purpose ‖ 0x00 ‖ bytes: a signature for one purpose is none for another.
  Signature sign(std::string_view purpose, ByteView bytes) const;

 private:
  SigningKey() = default;
  std::array<Byte, 32> seed_{};
  std::array<Byte, 64> secret_{};
  PublicKey public_;
};

// False for a wrong signature and for keys or signatures that are not canonical (libsodium's
// strict verification: no small-order keys, S in range).
bool verify(const PublicKey& key, std::string_view purpose, ByteView bytes,
            const Signature& s) noexcept;

}  // namespace hn::crypto
