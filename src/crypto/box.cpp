#include "hn/crypto/box.hpp"

#include <algorithm>

#include "crypto/sodium.hpp"
#include "hn/base/assert.hpp"

namespace hn::crypto {
namespace {

std::array<Byte, 12> noise_nonce(std::uint64_t counter) noexcept {
  std::array<Byte, 12> n{};
  for (std::size_t i = 0; i < 8; ++i) n[4 + i] = static_cast<Byte>(counter >> (8 * i));
  return n;
}

}  // namespace

AgreementKey AgreementKey::generate(Random& random) {
  std::array<Byte, 32> secret{};
  random.fill(secret);
  AgreementKey key = from_secret(secret);
  wipe(secret);
  return key;
}

AgreementKey AgreementKey::from_secret(const std::array<Byte, 32>& secret) {
  ready();
  AgreementKey key;
  key.secret_ = secret;
  crypto_scalarmult_base(key.public_.bytes.data(), key.secret_.data());
  return key;
}

AgreementKey::~AgreementKey() {
  wipe(secret_);
}
AgreementKey::AgreementKey(AgreementKey&& other) noexcept {
  *this = std::move(other);
}

AgreementKey& AgreementKey::operator=(AgreementKey&& other) noexcept {
  if (this == &other) return *this;
  secret_ = other.secret_;
  public_ = other.public_;
  wipe(other.secret_);
  return *this;
}

std::optional<std::array<Byte, 32>> AgreementKey::agree(const TransportKey& other) const noexcept {
  std::array<Byte, 32> out{};
  if (crypto_scalarmult(out.data(), secret_.data(), other.bytes.data()) != 0) return std::nullopt;
  return out;
}

void seal(const AeadKey& key, std::uint64_t counter, ByteView ad, ByteView plain,
          std::span<Byte> out) noexcept {
  HN_ASSERT(out.size() == plain.size() + kTagBytes);
  const auto nonce = noise_nonce(counter);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(),
                                            ad.data(), ad.size(), nullptr, nonce.data(),
                                            key.data());
}

bool open(const AeadKey& key, std::uint64_t counter, ByteView ad, ByteView sealed,
          std::span<Byte> out) noexcept {
  if (sealed.size() < kTagBytes) return false;
  HN_ASSERT(out.size() == sealed.size() - kTagBytes);
  const auto nonce = noise_nonce(counter);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                sealed.size(), ad.data(), ad.size(), nonce.data(),
                                                key.data()) == 0) {
    return true;
  }
  std::ranges::fill(out, Byte{0});
  return false;
}

void seal_x(const AeadKey& key, const std::array<Byte, 24>& nonce, ByteView ad, ByteView plain,
            std::span<Byte> out) noexcept {
  HN_ASSERT(out.size() == plain.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(),
                                             ad.data(), ad.size(), nullptr, nonce.data(),
                                             key.data());
}

bool open_x(const AeadKey& key, const std::array<Byte, 24>& nonce, ByteView ad, ByteView sealed,
            std::span<Byte> out) noexcept {
  if (sealed.size() < kTagBytes) return false;
  HN_ASSERT(out.size() == sealed.size() - kTagBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                 sealed.size(), ad.data(), ad.size(), nonce.data(),
                                                 key.data()) == 0) {
    return true;
  }
  std::ranges::fill(out, Byte{0});
  return false;
}

void stream(const std::array<Byte, 32>& key, std::uint32_t counter,
            const std::array<Byte, 12>& nonce, std::span<Byte> out) noexcept {
  std::ranges::fill(out, Byte{0});
  crypto_stream_chacha20_ietf_xor_ic(out.data(), out.data(), out.size(), nonce.data(), counter,
                                     key.data());
}

bool equal_in_constant_time(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<Byte> secret) noexcept {
  sodium_memzero(secret.data(), secret.size());
}

}  // namespace hn::crypto
