// Log order, hn-log(5).
#include "hn/log/order.hpp"

#include "hn/crypto/hash.hpp"

namespace hn::log {

Hash tie_of(const EntryId& repository, std::uint64_t depth, const Device& device) noexcept {
  std::array<Byte, 72> in{};
  std::copy(repository.bytes.begin(), repository.bytes.end(), in.begin());
  for (std::size_t i = 0; i < 8; ++i) in[32 + i] = static_cast<Byte>(depth >> (8 * i));
  std::copy(device.bytes.begin(), device.bytes.end(), in.begin() + 40);
  return crypto::hash(crypto::Purpose("hn.tie"), in);
}

OrderKey order_key(const SignedEntry& e) noexcept {
  return {e.entry.depth, tie_of(repository_of(e), e.entry.depth, e.entry.device), e.entry.device,
          e.entry.seq, e.id};
}

}  // namespace hn::log
