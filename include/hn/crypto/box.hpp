#pragma once

#include <compare>
#include <optional>

#include "hn/base/bytes.hpp"
#include "hn/base/random.hpp"

// Key agreement and sealing, thin over libsodium.
namespace hn::crypto {

// An X25519 public key: a peer's transport identity.
struct TransportKey {
  std::array<Byte, 32> bytes{};
  friend auto operator<=>(const TransportKey&, const TransportKey&) = default;
};

// An X25519 key pair (RFC 7748). Wiped when it goes; move only.
class AgreementKey {
 public:
  static AgreementKey generate(Random& random);
  static AgreementKey from_secret(const std::array<Byte, 32>& secret);
  ~AgreementKey();
  AgreementKey(AgreementKey&&) noexcept;
  AgreementKey& operator=(AgreementKey&&) noexcept;
  AgreementKey(const AgreementKey&) = delete;
  AgreementKey& operator=(const AgreementKey&) = delete;

  const TransportKey& public_key() const noexcept { return public_; }
  const std::array<Byte, 32>& secret() const noexcept { return secret_; }

  // The shared secret, or nullopt where the other key is of small order (an all-zero result).
  std::optional<std::array<Byte, 32>> agree(const TransportKey& other) const noexcept;

 private:
  AgreementKey() = default;
  std::array<Byte, 32> secret_{};
  TransportKey public_;
};

using AeadKey = std::array<Byte, 32>;
inline constexpr std::size_t kTagBytes = 16;

// ChaCha20-Poly1305 (RFC 8439) with the nonce of Noise: 32 zero bits, then `counter` little endian.
// seal: out has plain.size() + kTagBytes bytes. open: out has sealed.size() - kTagBytes bytes;
// false (and out zeroed) where the tag is wrong. Input and output may be the same memory.
void seal(const AeadKey& key, std::uint64_t counter, ByteView ad, ByteView plain,
          std::span<Byte> out) noexcept;
bool open(const AeadKey& key, std::uint64_t counter, ByteView ad, ByteView sealed,
          std::span<Byte> out) noexcept;

// XChaCha20-Poly1305 with a 24-byte nonce, for cookies.
void seal_x(const AeadKey& key, const std::array<Byte, 24>& nonce, ByteView ad, ByteView plain,
            std::span<Byte> out) noexcept;
bool open_x(const AeadKey& key, const std::array<Byte, 24>& nonce, ByteView ad, ByteView sealed,
            std::span<Byte> out) noexcept;

// The first out.size() (at most 64) bytes of the ChaCha20 (RFC 8439) key stream, for header
// protection.
void stream(const std::array<Byte, 32>& key, std::uint32_t counter,
            const std::array<Byte, 12>& nonce, std::span<Byte> out) noexcept;

bool equal_in_constant_time(ByteView a, ByteView b) noexcept;
void wipe(std::span<Byte> secret) noexcept;

}  // namespace hn::crypto
