#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hn/base/time.hpp"

namespace hn::repo {

// A date as people type it: "@SECONDS", "SECONDS ZONE" (git's own form), ISO 8601 ("2026-11-20",
// "2026-11-20T12:30", "2026-11-20 12:30:45 +0100", "...Z"), RFC 2822 ("Fri, 20 Nov 2026 12:30:45
// +0100"), as git prints it ("Fri Nov 20 12:30:45 2026 +0100", "Nov 20 2026"), "2026/11/20" and
// "20.11.2026". `local_zone`, in minutes, stands where the text names none. nullopt for
// anything else.
std::optional<WallTime> parse_date(std::string_view text, std::int32_t local_zone);

// The same, or a date told from now on, in words that git takes too, separated by spaces or dots:
// "now", "yesterday", "noon", "midnight", "tea", "last monday", "last week", "3 days ago",
// "1.year.2.months.ago". Years reach months back by the calendar, all else by its length.
std::optional<WallTime> parse_date_about(std::string_view text, const WallTime& now);

// So many months earlier by the calendar, at the same time of day in the zone; a day that the month
// does not have counts on into the next. nullopt before the year 0.
std::optional<std::int64_t> months_before(const WallTime& time, std::int64_t months);

// "Fri Nov 20 12:30:45 2026 +0100", as git log prints; any time that fits 64 bits.
std::string format_date(const WallTime& time);
// "2026-11-20T12:30:45+01:00".
std::string format_iso(const WallTime& time);
// "+0100".
std::string format_zone(std::int32_t minutes);

}  // namespace hn::repo
