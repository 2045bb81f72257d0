#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/net/address.hpp"

// Addresses as people write them and as net carries them.
namespace hn::node {

// Where hn listens if nobody says otherwise. Unassigned by IANA in the user range.
inline constexpr std::uint16_t kDefaultPort = 4697;

struct HostPort {
  std::string host;  // a name or an address; empty: every address of this machine
  std::uint16_t port = kDefaultPort;
};

// "HOST", "HOST:PORT", ":PORT", "[V6]:PORT"; nullopt for anything else.
std::optional<HostPort> parse_host_port(std::string_view text);

// "192.0.2.1:4697" or "[2001:db8::1]:4697"; "pipe" for a pipe.
std::string to_text(const net::PeerAddress& address);

// The one address of a pipe.
net::PeerAddress pipe_address();

// Asks the system's resolver. Failure unreachable where the name has no address.
std::vector<net::PeerAddress> resolve(const HostPort& target);

// Whether it makes sense to call there, by hearsay: a port and the address of one host, loopback
// only where what was heard came that way.
bool may_be_called(const net::PeerAddress& address, bool over_loopback);
bool is_loopback(const net::PeerAddress& address);
// Of the whole internet, not of a private network (RFC 1918, RFC 6598, RFC 4193) or this machine.
bool is_global(const net::PeerAddress& address);
// The port of an address, 0 for a pipe's; and the same host with another port.
std::uint16_t port_of(const net::PeerAddress& address);
net::PeerAddress with_port(const net::PeerAddress& address, std::uint16_t port);

// Whether all are known and have that port; false where there are none.
bool all_at(const std::vector<std::optional<net::PeerAddress>>& places, std::uint16_t port);

// "192.0.2.1:4697" and the like as net carries it, without asking anybody; nullopt for names.
std::optional<net::PeerAddress> numeric_address(std::string_view text);

// This machine's addresses that others may reach, loopback left out unless there are no others,
// with a port.
std::vector<std::string> own_addresses(std::uint16_t port);

}  // namespace hn::node
