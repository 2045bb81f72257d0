#include "hn/repo/dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace hn::repo {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int64_t kSecondsMax = std::int64_t{1} << 55;

struct Civil {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
};

// Days since 1970-01-01 and back (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms).
std::int64_t days_from(const Civil& c) noexcept {
  const std::int64_t y = c.month <= 2 ? c.year - 1 : c.year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

Civil civil_from(std::int64_t days) noexcept {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t doe = days - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

// Cuts tokens off the front of a text; every getter leaves the text alone where it does not match.
struct Scanner {
  std::string_view rest;

  void spaces() {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  }
  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::optional<std::int64_t> number(std::size_t digits_min, std::size_t digits_max) {
    std::size_t n = 0;
    while (n < rest.size() && n < digits_max && rest[n] >= '0' && rest[n] <= '9') ++n;
    if (n < digits_min) return std::nullopt;
    std::int64_t value = 0;
    if (std::from_chars(rest.data(), rest.data() + n, value).ec != std::errc{}) return std::nullopt;
    rest.remove_prefix(n);
    return value;
  }
  std::optional<int> month() {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (rest.starts_with(kMonths[i])) return rest.remove_prefix(3), static_cast<int>(i + 1);
    }
    return std::nullopt;
  }
  // "Z", "+0100", "+01:00"; the default where nothing is left.
  std::optional<std::int32_t> zone(std::int32_t otherwise) {
    spaces();
    if (rest.empty()) return otherwise;
    if (take('Z')) return 0;
    const bool west = rest.front() == '-';
    if (!take('+') && !take('-')) return std::nullopt;
    const auto hours = number(2, 2);
    take(':');
    const auto minutes = number(2, 2);
    if (!hours || !minutes || *minutes > 59) return std::nullopt;
    const auto total = static_cast<std::int32_t>(*hours * 60 + *minutes);
    return west ? -total : total;
  }
  // "12:30" or "12:30:45"; seconds of the day.
  std::optional<std::int64_t> clock() {
    const auto hour = number(1, 2);
    if (!hour || !take(':')) return std::nullopt;
    const auto minute = number(2, 2);
    std::optional<std::int64_t> second = 0;
    if (take(':')) second = number(2, 2);
    if (!minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
  }
};

bool is_day(const Civil& c) noexcept {
  if (c.month < 1 || c.month > 12 || c.day < 1) return false;
  const Civil back = civil_from(days_from(c));
  return back.month == c.month && back.day == c.day;
}

std::optional<WallTime> finish(Scanner& s, const Civil& date, std::int64_t seconds,
                               std::int32_t local_zone) {
  const auto zone = s.zone(local_zone);
  if (!zone || !s.rest.empty() || !is_day(date)) return std::nullopt;
  return WallTime{days_from(date) * kDaySeconds + seconds - *zone * 60, *zone};
}

std::optional<WallTime> parse_raw(Scanner s, std::int32_t local_zone) {
  const bool at = s.take('@');
  const bool negative = at && s.take('-');
  const auto seconds = s.number(at ? 1 : 9, 18);
  if (!seconds) return std::nullopt;
  const auto zone = s.zone(local_zone);
  if (!zone || !s.rest.empty()) return std::nullopt;
  return WallTime{negative ? -*seconds : *seconds, *zone};
}

std::optional<WallTime> parse_iso(Scanner s, std::int32_t local_zone) {
  const auto year = s.number(4, 4);
  if (!year || !s.take('-')) return std::nullopt;
  const auto month = s.number(2, 2);
  if (!month || !s.take('-')) return std::nullopt;
  const auto day = s.number(2, 2);
  if (!day) return std::nullopt;
  std::optional<std::int64_t> clock = 0;
  if (!s.take('T')) s.spaces();
  if (!s.rest.empty()) clock = s.clock();
  if (!clock) return std::nullopt;
  return finish(s, {*year, static_cast<int>(*month), static_cast<int>(*day)}, *clock, local_zone);
}

std::optional<WallTime> parse_mail(Scanner s, std::int32_t local_zone) {
  for (const std::string_view day : kDays) {
    if (!s.rest.starts_with(day)) continue;
    s.rest.remove_prefix(3);
    s.take(',');
    s.spaces();
    break;
  }
  const auto day = s.number(1, 2);
  s.spaces();
  const auto month = s.month();
  s.spaces();
  const auto year = s.number(4, 4);
  s.spaces();
  if (!day || !month || !year) return std::nullopt;
  const auto clock = s.clock();
  if (!clock) return std::nullopt;
  return finish(s, {*year, *month, static_cast<int>(*day)}, *clock, local_zone);
}

bool take_weekday(Scanner& s) {
  for (const std::string_view day : kDays) {
    if (!s.rest.starts_with(day)) continue;
    s.rest.remove_prefix(3);
    s.take(',');
    s.spaces();
    return true;
  }
  return false;
}

// As git prints it: "Wed Nov 15 03:00:00 2023 +0100", and "Nov 15 2023", "Nov 15, 2023 03:00".
std::optional<WallTime> parse_printed(Scanner s, std::int32_t local_zone) {
  take_weekday(s);
  const auto month = s.month();
  s.spaces();
  const auto day = s.number(1, 2);
  if (!month || !day) return std::nullopt;
  s.take(',');
  s.spaces();
  Scanner ahead = s;
  std::optional<std::int64_t> clock = ahead.clock();
  if (clock) {
    s = ahead;
    s.spaces();
  }
  const auto year = s.number(4, 4);
  if (!year) return std::nullopt;
  s.spaces();
  ahead = s;
  if (const auto late = clock ? std::nullopt : ahead.clock()) {
    clock = late;
    s = ahead;
  }
  return finish(s, {*year, *month, static_cast<int>(*day)}, clock.value_or(0), local_zone);
}

// "2023/11/15" and "15.11.2023".
std::optional<WallTime> parse_digits(Scanner s, std::int32_t local_zone) {
  Scanner german = s;
  auto year = s.number(4, 4);
  std::optional<std::int64_t> month;
  std::optional<std::int64_t> day;
  if (year && s.take('/')) {
    month = s.number(1, 2);
    if (s.take('/')) day = s.number(1, 2);
  } else {
    s = german;
    day = s.number(1, 2);
    if (s.take('.')) month = s.number(1, 2);
    year = s.take('.') ? s.number(4, 4) : std::nullopt;
  }
  if (!year || !month || !day) return std::nullopt;
  std::optional<std::int64_t> clock = 0;
  s.spaces();
  if (!s.rest.empty()) clock = s.clock();
  if (!clock) return std::nullopt;
  return finish(s, {*year, static_cast<int>(*month), static_cast<int>(*day)}, *clock, local_zone);
}

struct Broken {
  Civil date;
  int weekday, hour, minute, second;
};

Broken broken_down(const WallTime& time) noexcept {
  // Far years are cut off where their arithmetic would leave 64 bits.
  const std::int64_t seconds = std::clamp(time.seconds, -kSecondsMax, kSecondsMax);
  const std::int64_t local = seconds + static_cast<std::int64_t>(time.zone_minutes) * 60;
  std::int64_t days = local / kDaySeconds;
  std::int64_t rest = local % kDaySeconds;
  if (rest < 0) rest += kDaySeconds, --days;
  const auto weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  return {civil_from(days), weekday, static_cast<int>(rest / 3600),
          static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60)};
}

template <class... Args>
std::string printed(const char* format, Args... args) {
  std::array<char, 96> out{};
  const int n = std::snprintf(out.data(), out.size(), format, args...);
  return {out.data(), static_cast<std::size_t>(n)};
}

}  // namespace

std::optional<WallTime> parse_date(std::string_view text, std::int32_t local_zone) {
  for (const auto parse : {parse_raw, parse_iso, parse_mail, parse_printed, parse_digits}) {
    if (auto time = parse(Scanner{text}, local_zone)) return time;
  }
  return std::nullopt;
}

std::optional<std::int64_t> months_before(const WallTime& time, std::int64_t months) {
  const Broken b = broken_down(time);
  const std::int64_t month = b.date.year * 12 + b.date.month - 1 - months;
  if (month < 0) return std::nullopt;
  const std::int64_t first = days_from({month / 12, static_cast<int>(month % 12) + 1, 1});
  return (first + b.date.day - 1) * kDaySeconds + b.hour * 3600 + b.minute * 60 + b.second -
         static_cast<std::int64_t>(time.zone_minutes) * 60;
}

std::string format_zone(std::int32_t minutes) {
  const int size = std::abs(minutes);
  return printed("%c%02d%02d", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

std::string format_date(const WallTime& time) {
  const Broken b = broken_down(time);
  return printed("%s %s %d %02d:%02d:%02d %lld ", kDays[static_cast<std::size_t>(b.weekday)].data(),
                 kMonths[static_cast<std::size_t>(b.date.month - 1)].data(), b.date.day, b.hour,
                 b.minute, b.second, static_cast<long long>(b.date.year)) +
         format_zone(time.zone_minutes);
}

std::string format_iso(const WallTime& time) {
  const Broken b = broken_down(time);
  const int zone = std::abs(time.zone_minutes);
  return printed("%04lld-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", static_cast<long long>(b.date.year),
                 b.date.month, b.date.day, b.hour, b.minute, b.second,
                 time.zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
}

}  // namespace hn::repo
