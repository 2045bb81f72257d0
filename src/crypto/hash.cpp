#include "hn/crypto/hash.hpp"

#include <algorithm>

#include "crypto/sodium.hpp"
#include "hn/base/assert.hpp"

namespace hn::crypto {

void ready() noexcept {
  static const bool initialised = sodium_init() >= 0;
  HN_ASSERT(initialised);
}

Hash hash(const Purpose& purpose, ByteView bytes, ByteView key) noexcept {
  ready();
  Hash out{};
  crypto_generichash_blake2b_salt_personal(out.data(), out.size(), bytes.data(), bytes.size(),
                                           key.empty() ? nullptr : key.data(), key.size(), nullptr,
                                           purpose.bytes().data());
  return out;
}

struct Hasher::State {
  crypto_generichash_blake2b_state blake;
};

Hasher::Hasher(const Purpose& purpose, ByteView key) : state_(std::make_unique<State>()) {
  ready();
  crypto_generichash_blake2b_init_salt_personal(&state_->blake, key.empty() ? nullptr : key.data(),
                                                key.size(), Hash{}.size(), nullptr,
                                                purpose.bytes().data());
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher& Hasher::update(ByteView bytes) {
  crypto_generichash_blake2b_update(&state_->blake, bytes.data(), bytes.size());
  return *this;
}

Hash Hasher::finish() {
  Hash out{};
  crypto_generichash_blake2b_final(&state_->blake, out.data(), out.size());
  return out;
}

std::array<Byte, 64> blake2b_512(ByteView bytes) noexcept {
  ready();
  std::array<Byte, 64> out{};
  crypto_generichash_blake2b(out.data(), out.size(), bytes.data(), bytes.size(), nullptr, 0);
  return out;
}

std::array<Byte, 64> hmac_blake2b_512(ByteView key, ByteView bytes) noexcept {
  constexpr std::size_t kBlock = 128;
  std::array<Byte, kBlock> pad{};
  if (key.size() > kBlock) {
    std::ranges::copy(blake2b_512(key), pad.begin());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  const auto keyed = [&](Byte mask, ByteView message) {
    std::array<Byte, kBlock> block = pad;
    for (Byte& b : block) b ^= mask;
    crypto_generichash_blake2b_state state;
    std::array<Byte, 64> out{};
    crypto_generichash_blake2b_init(&state, nullptr, 0, out.size());
    crypto_generichash_blake2b_update(&state, block.data(), block.size());
    crypto_generichash_blake2b_update(&state, message.data(), message.size());
    crypto_generichash_blake2b_final(&state, out.data(), out.size());
    return out;
  };
  return keyed(0x5c, keyed(0x36, bytes));
}

}  // namespace hn::crypto
