#include "hn/crypto/sign.hpp"

#include "crypto/sodium.hpp"
#include "hn/crypto/box.hpp"

namespace hn::crypto {
namespace {

Bytes message_of(std::string_view purpose, ByteView bytes) {
  Bytes out;
  out.reserve(purpose.size() + 1 + bytes.size());
  out.insert(out.end(), purpose.begin(), purpose.end());
  out.push_back(0);
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

}  // namespace

SigningKey SigningKey::generate(Random& random) {
  std::array<Byte, 32> seed{};
  random.fill(seed);
  SigningKey key = from_seed(seed);
  wipe(seed);
  return key;
}

SigningKey SigningKey::from_seed(const std::array<Byte, 32>& seed) {
  ready();
  SigningKey key;
  key.seed_ = seed;
  crypto_sign_seed_keypair(key.public_.bytes.data(), key.secret_.data(), seed.data());
  return key;
}

SigningKey::~SigningKey() {
  wipe(seed_);
  wipe(secret_);
}

SigningKey::SigningKey(SigningKey&& other) noexcept {
  *this = std::move(other);
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this == &other) return *this;
  seed_ = other.seed_;
  secret_ = other.secret_;
  public_ = other.public_;
  wipe(other.seed_);
  wipe(other.secret_);
  return *this;
}

Signature SigningKey::sign(std::string_view purpose, ByteView bytes) const {
  const Bytes message = message_of(purpose, bytes);
  Signature out;
  crypto_sign_detached(out.bytes.data(), nullptr, message.data(), message.size(), secret_.data());
  return out;
}

bool verify(const PublicKey& key, std::string_view purpose, ByteView bytes,
            const Signature& s) noexcept {
  ready();
  const Bytes message = message_of(purpose, bytes);
  return crypto_sign_verify_detached(s.bytes.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

}  // namespace hn::crypto
