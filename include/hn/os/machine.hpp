#pragma once

#include <cstdint>
#include <string>

#include "hn/os/file_system.hpp"

namespace hn::os {

// What tells this installation from another: /etc/machine-id (machine-id(5)), or "host:" and the
// host's name where there is none. Never empty. To be compared only, and not to be sent anywhere.
std::string machine_id(FileSystem& fs);

// Which folder this is, whatever it is called: a copy has another inode, a moved one keeps its own.
struct Place {
  std::string machine;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

// Throws Failure (not_found) if there is no such folder.
Place place_of(FileSystem& fs, const std::string& folder);

// "MACHINE DEVICE INODE", the form in which a store remembers its place.
std::string to_text(const Place& place);
std::optional<Place> place_from(const std::string& text);

}  // namespace hn::os
