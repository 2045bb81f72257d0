#pragma once

#include "hn/crypto/box.hpp"
#include "hn/log/payload.hpp"

// Invitation links (hn-log(5), LINKS): everything that a newcomer needs to find a repository and to
// ask for a grant, as one word to paste.
namespace hn::log {

struct Link {
  EntryId repository;
  crypto::TransportKey transport;      // the inviter's peer
  Device device;                       // the inviter's device, which will sign the grant
  std::vector<std::string> addresses;  // host:port or [v6]:port, see is_address()
  Right right = Right::read;           // offered
  std::array<Byte, 16> secret{};       // serves once
  friend bool operator==(const Link&, const Link&) = default;
};

inline constexpr std::size_t kLinkAddressesMax = 8;
inline constexpr std::size_t kAddressBytesMax = 255;
inline constexpr std::size_t kLinkTextMax = 4096;

// Letters, digits, '.', '-', ':', '[', ']', ending in a colon and a port from 1 to 65535.
bool is_address(std::string_view text) noexcept;

// The link must keep the rules (asserted).
std::string encode_link(const Link& link);
// Code::bad_link with a rule that says what is wrong: not a link, cut short, mistyped, or (as
// Code::unsupported) of a later version. White space around it is ignored.
Result<Link> decode_link(std::string_view text);

// The name by which a grant refers to the invitation without giving its secret away.
InvitationId invitation_id(const std::array<Byte, 16>& secret) noexcept;

}  // namespace hn::log
