#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hn/base/bytes.hpp"

namespace hn {

std::string to_hex(ByteView bytes);
// Lower or upper case; nullopt for an odd length or any other character.
std::optional<Bytes> from_hex(std::string_view hex);

// RFC 4648 base32, lower case, without padding.
std::string to_base32(ByteView bytes);
// Lower case only, minimal: non-zero trailing bits are refused.
std::optional<Bytes> from_base32(std::string_view text);

bool is_utf8(ByteView bytes) noexcept;

// Text from data made safe for a terminal: control bytes (newline and tab too, unless
// `keep_lines`), DEL, C1 controls and bytes that are not UTF-8 as \xNN. A backslash stands as it
// is.
std::string escape_controls(std::string_view text, bool keep_lines = false);

}  // namespace hn
