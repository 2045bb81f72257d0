// Format: hn-sync(7), PROOFS.
#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/log/link.hpp"
#include "net/sync_wire.hpp"

namespace hn::net {

namespace {

// The stream's number is part of everything: a connection may carry a second session about the same
// repository, and no key may seal two first messages.
Bytes bound(const SessionBinding& binding, Role role) {
  return Encoder()
      .raw(binding.handshake)
      .u64(binding.control.value)
      .u8(static_cast<std::uint8_t>(role))
      .bytes();
}

}  // namespace

Hash handle_of(const SessionBinding& binding, Role role) noexcept {
  return crypto::hash(crypto::Purpose("hn.sync.handle"), bound(binding, role),
                      binding.repository.bytes);
}

crypto::AeadKey sealing_key(const SessionBinding& binding, Role role) noexcept {
  return crypto::hash(crypto::Purpose("hn.sync.seal"), bound(binding, role),
                      binding.repository.bytes);
}

Bytes hello_statement(const SessionBinding& binding, Role role,
                      const crypto::TransportKey& own_transport) {
  return Encoder()
      .raw(binding.repository.bytes)
      .raw(bound(binding, role))
      .raw(own_transport.bytes)
      .bytes();
}

Bytes receipt_statement(const log::EntryId& repository, const Hash& frontier, const Hash& state) {
  return Encoder().raw(repository.bytes).raw(frontier).raw(state).bytes();
}

bool verifies(const SyncReceipt& receipt, const log::EntryId& repository) noexcept {
  return crypto::verify(receipt.device, kReceiptPurpose,
                        receipt_statement(repository, receipt.frontier, receipt.state),
                        receipt.signature);
}

Hash join_proof(const std::array<Byte, 16>& secret, const log::EntryId& repository,
                const HandshakeHash& handshake, const log::Device& device) noexcept {
  const Bytes statement = Encoder().raw(repository.bytes).raw(handshake).raw(device.bytes).bytes();
  return crypto::hash(crypto::Purpose("hn.sync.join"), statement, secret);
}

bool JoinRequest::proves(const std::array<Byte, 16>& secret) const noexcept {
  return invitation == log::invitation_id(secret) &&
         crypto::equal_in_constant_time(proof, join_proof(secret, repository, handshake, device));
}

bool may_read(const log::View& view, const log::Device& device) {
  if (view.genesis() == nullptr) return false;
  if (view.genesis()->visibility == log::Visibility::open) return true;
  const auto member = view.member(device);
  return member && member->active();
}

std::string_view name_of(SyncRefusal refusal) noexcept {
  switch (refusal) {
    case SyncRefusal::unknown:
      return "unknown";
    case SyncRefusal::version:
      return "version";
    case SyncRefusal::busy:
      return "busy";
    case SyncRefusal::invitation_used:
      return "invitation_used";
    case SyncRefusal::invitation_expired:
      return "invitation_expired";
  }
  return "unknown";
}

std::string_view name_of(SyncFailure failure) noexcept {
  switch (failure) {
    case SyncFailure::unreachable:
      return "unreachable";
    case SyncFailure::closed:
      return "closed";
    case SyncFailure::protocol:
      return "protocol";
    case SyncFailure::wrong_block:
      return "wrong_block";
    case SyncFailure::wrong_device:
      return "wrong_device";
    case SyncFailure::no_right:
      return "no_right";
    case SyncFailure::local:
      return "local";
    case SyncFailure::ended:
      return "ended";
  }
  return "closed";
}

}  // namespace hn::net
