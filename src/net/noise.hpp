#pragma once

#include <optional>

#include "hn/base/random.hpp"
#include "hn/base/result.hpp"
#include "hn/crypto/box.hpp"

// Noise_IK_25519_ChaChaPoly_BLAKE2b and Noise_XX_25519_ChaChaPoly_BLAKE2b (Perrin: The Noise
// Protocol Framework, revision 34, 2018), with nothing added. hn-protocol(7), HANDSHAKE.
namespace hn::net {

enum class NoisePattern { ik, xx };

inline constexpr std::size_t kNoiseMessageMax = 65535;  // Noise, section 3

// Noise section 5.2: chaining key, hash, and the cipher of the handshake.
class NoiseSymmetric {
 public:
  explicit NoiseSymmetric(std::string_view protocol_name);

  void mix_key(ByteView input);
  void mix_hash(ByteView bytes);
  void encrypt_and_hash(ByteView plain, Bytes& out);
  bool decrypt_and_hash(ByteView sealed, Bytes& out);
  // The two keys of transport: initiator to responder, responder to initiator.
  std::pair<crypto::AeadKey, crypto::AeadKey> split() const;
  const std::array<Byte, 64>& hash() const noexcept { return h_; }
  bool has_key() const noexcept { return has_key_; }

 private:
  std::array<Byte, 64> h_{};
  std::array<Byte, 64> ck_{};
  crypto::AeadKey k_{};
  std::uint64_t n_ = 0;
  bool has_key_ = false;
};

// One side of one handshake: write and read alternate, the initiator writes first. A failed read
// leaves the object as it was, so forged messages do no harm.
class NoiseHandshake {
 public:
  // `remote` is the responder's key, and is there exactly for the initiator of IK. `ephemeral` is
  // made here from `random`.
  NoiseHandshake(NoisePattern pattern, bool initiator, const crypto::AgreementKey& self,
                 Random& random, ByteView prologue,
                 const std::optional<crypto::TransportKey>& remote);
  ~NoiseHandshake();
  NoiseHandshake(NoiseHandshake&&) noexcept = default;
  NoiseHandshake& operator=(NoiseHandshake&&) noexcept = default;

  // Appends the next message with `payload` to `out`.
  Result<void> write(const crypto::AgreementKey& self, ByteView payload, Bytes& out);
  // The payload of the next message.
  Result<Bytes> read(const crypto::AgreementKey& self, ByteView message);

  bool done() const noexcept;
  bool my_turn() const noexcept { return (next_ % 2 == 0) == initiator_; }
  const std::optional<crypto::TransportKey>& remote_static() const noexcept {
    return remote_static_;
  }
  std::array<Byte, 64> hash() const noexcept { return symmetric_.hash(); }
  std::pair<crypto::AeadKey, crypto::AeadKey> split() const { return symmetric_.split(); }

 private:
  enum class Token : std::uint8_t { e, s, ee, es, se, ss };
  std::span<const Token> tokens() const noexcept;
  bool agree(Token token, const crypto::AgreementKey& self);

  NoisePattern pattern_;
  bool initiator_;
  std::size_t next_ = 0;  // index of the next message
  NoiseSymmetric symmetric_;
  crypto::AgreementKey ephemeral_;
  std::optional<crypto::TransportKey> remote_static_;
  std::optional<crypto::TransportKey> remote_ephemeral_;
};

}  // namespace hn::net
