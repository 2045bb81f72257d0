#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hn/base/time.hpp"

namespace hn::repo {

// A date as people type it: "@SECONDS", "SECONDS ZONE" (git's own form), ISO 8601 ("2026-11-20",
// "2026-11-20T12:30", "2026-11-20 12:30:45 +0100", "...Z") and RFC 2822 ("Fri, 20 Nov 2026
// 12:30:45 +0100"). `local_zone`, in minutes, stands where the text names none. nullopt for
// anything else.
std::optional<WallTime> parse_date(std::string_view text, std::int32_t local_zone);

// "Fri Nov 20 12:30:45 2026 +0100", as git log prints; any time that fits 64 bits.
std::string format_date(const WallTime& time);
// "2026-11-20T12:30:45+01:00".
std::string format_iso(const WallTime& time);
// "+0100".
std::string format_zone(std::int32_t minutes);

}  // namespace hn::repo
