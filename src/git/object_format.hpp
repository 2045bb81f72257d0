#pragma once

#include "git/parse.hpp"
#include "hn/git/export.hpp"

// SHA-1 or SHA-256. What came from git has its id under the hash of its repository, and what stands
// on it names that id, so a history holds one kind; what was made in hn can go out as either.
namespace hn::git {

std::string_view format_name(std::uint8_t id_bytes) noexcept;  // "SHA-1"

// The length of the ids in the history beneath the references that are to go out: none where all of
// it was made in hn. Failure(unsupported) where both kinds are in it. Reads commits down to those
// that came from git.
std::optional<std::uint8_t> id_bytes_of_history(const ExportOptions& options);

// Failure(unsupported) where that is another than this.
void require_format(const ExportOptions& options, std::uint8_t id_bytes);

}  // namespace hn::git
