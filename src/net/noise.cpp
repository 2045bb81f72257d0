// hn-protocol(7), HANDSHAKE.
#include "net/noise.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::net {
namespace {

using Digest = std::array<Byte, 64>;

// HKDF with two outputs (Noise, section 4.3).
std::pair<Digest, Digest> derive(const Digest& chaining_key, ByteView input) {
  const Digest key = crypto::hmac_blake2b_512(chaining_key, input);
  const std::array<Byte, 1> one{1};
  const Digest first = crypto::hmac_blake2b_512(key, one);
  std::array<Byte, 65> second_input{};
  std::ranges::copy(first, second_input.begin());
  second_input[64] = 2;
  return {first, crypto::hmac_blake2b_512(key, second_input)};
}

crypto::AeadKey first_half(const Digest& digest) {
  crypto::AeadKey key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

std::string_view name_of(NoisePattern pattern) {
  return pattern == NoisePattern::ik ? "Noise_IK_25519_ChaChaPoly_BLAKE2b"
                                     : "Noise_XX_25519_ChaChaPoly_BLAKE2b";
}

}  // namespace

NoiseSymmetric::NoiseSymmetric(std::string_view protocol_name) {
  HN_ASSERT(protocol_name.size() <= h_.size());
  std::ranges::copy(as_bytes(protocol_name), h_.begin());
  ck_ = h_;
}

void NoiseSymmetric::mix_key(ByteView input) {
  const auto [ck, k] = derive(ck_, input);
  ck_ = ck;
  k_ = first_half(k);
  n_ = 0;
  has_key_ = true;
}

void NoiseSymmetric::mix_hash(ByteView bytes) {
  Bytes all(h_.begin(), h_.end());
  all.insert(all.end(), bytes.begin(), bytes.end());
  h_ = crypto::blake2b_512(all);
}

void NoiseSymmetric::encrypt_and_hash(ByteView plain, Bytes& out) {
  const std::size_t begin = out.size();
  if (has_key_) {
    out.resize(begin + plain.size() + crypto::kTagBytes);
    crypto::seal(k_, n_++, h_, plain, std::span(out).subspan(begin));
  } else {
    out.insert(out.end(), plain.begin(), plain.end());
  }
  mix_hash(ByteView(out).subspan(begin));
}

bool NoiseSymmetric::decrypt_and_hash(ByteView sealed, Bytes& out) {
  if (has_key_) {
    if (sealed.size() < crypto::kTagBytes) return false;
    out.resize(sealed.size() - crypto::kTagBytes);
    if (!crypto::open(k_, n_, h_, sealed, out)) return false;
    ++n_;
  } else {
    out = to_bytes(sealed);
  }
  mix_hash(sealed);
  return true;
}

std::pair<crypto::AeadKey, crypto::AeadKey> NoiseSymmetric::split() const {
  const auto [a, b] = derive(ck_, {});
  return {first_half(a), first_half(b)};
}

NoiseHandshake::NoiseHandshake(NoisePattern pattern, bool initiator,
                               const crypto::AgreementKey& self, Random& random, ByteView prologue,
                               const std::optional<crypto::TransportKey>& remote)
    : pattern_(pattern),
      initiator_(initiator),
      symmetric_(name_of(pattern)),
      ephemeral_(crypto::AgreementKey::generate(random)),
      remote_static_(remote) {
  HN_ASSERT(remote.has_value() == (initiator && pattern == NoisePattern::ik));
  symmetric_.mix_hash(prologue);
  if (pattern == NoisePattern::ik) {  // the pre-message: <- s
    symmetric_.mix_hash(initiator ? remote->bytes : self.public_key().bytes);
  }
}

NoiseHandshake::~NoiseHandshake() = default;

std::span<const NoiseHandshake::Token> NoiseHandshake::tokens() const noexcept {
  using enum Token;
  static constexpr Token kIk0[] = {e, es, s, ss};
  static constexpr Token kIk1[] = {e, ee, se};
  static constexpr Token kXx0[] = {e};
  static constexpr Token kXx1[] = {e, ee, s, es};
  static constexpr Token kXx2[] = {s, se};
  if (pattern_ == NoisePattern::ik) return next_ == 0 ? std::span<const Token>(kIk0) : kIk1;
  if (next_ == 0) return kXx0;
  return next_ == 1 ? std::span<const Token>(kXx1) : kXx2;
}

bool NoiseHandshake::done() const noexcept {
  return next_ == (pattern_ == NoisePattern::ik ? 2U : 3U);
}

bool NoiseHandshake::agree(Token token, const crypto::AgreementKey& self) {
  // The first letter is the initiator's key, the second the responder's.
  const bool initiator_static = token == Token::se || token == Token::ss;
  const bool responder_static = token == Token::es || token == Token::ss;
  const bool mine_static = initiator_ ? initiator_static : responder_static;
  const bool theirs_static = initiator_ ? responder_static : initiator_static;
  const auto& theirs = theirs_static ? remote_static_ : remote_ephemeral_;
  HN_ASSERT(theirs.has_value());
  auto shared = (mine_static ? self : ephemeral_).agree(*theirs);
  if (!shared) return false;
  symmetric_.mix_key(*shared);
  crypto::wipe(*shared);
  return true;
}

Result<void> NoiseHandshake::write(const crypto::AgreementKey& self, ByteView payload, Bytes& out) {
  HN_ASSERT(my_turn() && !done());
  for (const Token token : tokens()) {
    if (token == Token::e) {
      const auto& key = ephemeral_.public_key().bytes;
      out.insert(out.end(), key.begin(), key.end());
      symmetric_.mix_hash(key);
    } else if (token == Token::s) {
      symmetric_.encrypt_and_hash(self.public_key().bytes, out);
    } else if (!agree(token, self)) {
      return fail(Code::protocol, "key of small order");
    }
  }
  symmetric_.encrypt_and_hash(payload, out);
  ++next_;
  return {};
}

Result<Bytes> NoiseHandshake::read(const crypto::AgreementKey& self, ByteView message) {
  HN_ASSERT(!my_turn() && !done());
  const auto before = std::tuple(symmetric_, remote_static_, remote_ephemeral_);
  const auto refuse = [&](const char* rule) {
    std::tie(symmetric_, remote_static_, remote_ephemeral_) = before;
    return fail(Code::protocol, rule);
  };
  for (const Token token : tokens()) {
    if (token == Token::e || token == Token::s) {
      const bool sealed = token == Token::s && symmetric_.has_key();
      const std::size_t n = 32 + (sealed ? crypto::kTagBytes : 0);
      if (message.size() < n) return refuse("noise message too short");
      crypto::TransportKey key;
      if (token == Token::e) {
        std::copy_n(message.begin(), n, key.bytes.begin());
        symmetric_.mix_hash(key.bytes);
        remote_ephemeral_ = key;
      } else {
        Bytes plain;
        if (!symmetric_.decrypt_and_hash(message.first(n), plain))
          return refuse("noise static key");
        std::ranges::copy(plain, key.bytes.begin());
        remote_static_ = key;
      }
      message = message.subspan(n);
    } else if (!agree(token, self)) {
      return refuse("key of small order");
    }
  }
  Bytes payload;
  if (!symmetric_.decrypt_and_hash(message, payload)) return refuse("noise payload");
  ++next_;
  return payload;
}

}  // namespace hn::net
