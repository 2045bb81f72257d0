// The ways in which git shows a time (date.c).
#include <array>
#include <ctime>

#include "commit_format.hpp"
#include "hn/os/clock.hpp"
#include "hn/repo/dates.hpp"

namespace hn::cli {
namespace {

std::string counted(std::int64_t n, const char* unit) {
  return std::to_string(n) + " " + unit + (n == 1 ? "" : "s");
}

// By the pattern of strftime(3), with the time's own zone for %z; %Z is that of the machine.
std::string by_pattern(const std::string& pattern, const WallTime& time) {
  std::string with_zone;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      with_zone += pattern[i];
      continue;
    }
    const char c = pattern[++i];
    if (c == 'z')
      with_zone += repo::format_zone(time.zone_minutes);
    else if (c == 's')
      with_zone += std::to_string(time.seconds);
    else
      with_zone += std::string("%") + c;
  }
  const std::time_t local = time.seconds + time.zone_minutes * 60;
  std::tm parts{};
  if (gmtime_r(&local, &parts) == nullptr || with_zone.empty()) return "";
  std::string out(with_zone.size() * 4 + 256, '\0');
  out.resize(std::strftime(out.data(), out.size(), with_zone.c_str(), &parts));
  return out;
}

// "Fri Nov 20 12:30:45 2026 +0100": weekday, month, day, clock, year, zone.
using Parts = std::array<std::string, 6>;
Parts parts_of(const std::string& plain) {
  Parts out;
  std::size_t at = 0;
  for (const char c : plain) {
    if (c == ' ')
      ++at;
    else
      out[at] += c;
  }
  return out;
}

// As much as is needed to know the moment (date.c: show_date_normal): of today how long ago it was,
// of the last days the weekday, of this year the day, else the date alone.
std::string human_date(const WallTime& time, const WallTime& now, bool local) {
  const std::int32_t zone = os::local_zone_minutes(now.seconds);
  const Parts then = parts_of(repo::format_date(time));
  const Parts today = parts_of(repo::format_date({now.seconds, zone}));
  if (then[4] != today[4]) return then[1] + " " + then[2] + " " + then[4];
  const int day = std::stoi(then[2]);
  const int day_now = std::stoi(today[2]);
  const bool same_month = then[1] == today[1];
  if (same_month && day == day_now) return relative_date(time.seconds, now.seconds);
  const std::string clock = then[3].substr(0, 5);
  if (!same_month || day > day_now || day + 5 <= day_now)
    return then[0] + " " + then[1] + " " + then[2] + " " + clock;
  const bool here = local || time.zone_minutes == zone;
  return then[0] + " " + clock + (here ? "" : " " + then[5]);
}

}  // namespace

DateMode DateMode::parse(const std::string& text) {
  constexpr std::array<std::string_view, 10> kNames{
      "default", "iso", "iso-strict", "rfc", "short", "raw", "unix", "relative", "local", "human"};
  DateMode out;
  if (text.starts_with("format:") || text.starts_with("format-local:")) {
    out.local_ = text.starts_with("format-local:");
    out.name_ = "format";
    out.format_ = text.substr(text.find(':') + 1);
    return out;
  }
  out.name_ = text;
  if (text.ends_with("-local")) {
    out.local_ = true;
    out.name_.resize(text.size() - 6);
  }
  if (out.name_ == "iso8601") out.name_ = "iso";
  if (out.name_ == "iso8601-strict") out.name_ = "iso-strict";
  if (out.name_ == "rfc2822") out.name_ = "rfc";
  for (const std::string_view name : kNames) {
    if (out.name_ != name) continue;
    if (name == "local") out.local_ = true;
    return out;
  }
  throw Failure(Code::usage, "there is no way '" + text + "' to show a date",
                "default, human, iso, iso-strict, rfc, short, raw, unix, relative or format:TEXT");
}

std::string DateMode::shown(const WallTime& given, const WallTime& now) const {
  WallTime time = given;
  if (local_) time.zone_minutes = os::local_zone_minutes(time.seconds);
  if (name_ == "human") return human_date(time, now, local_);
  if (name_ == "relative") return relative_date(time.seconds, now.seconds);
  if (name_ == "unix") return std::to_string(time.seconds);
  if (name_ == "raw")
    return std::to_string(time.seconds) + " " + repo::format_zone(time.zone_minutes);
  std::string strict = repo::format_iso(time);
  if (name_ == "iso-strict") return strict;
  const std::size_t t = strict.find('T');
  if (name_ == "short") return strict.substr(0, t);
  const std::string zone = repo::format_zone(time.zone_minutes);
  if (name_ == "iso") return strict.substr(0, t) + " " + strict.substr(t + 1, 8) + " " + zone;
  if (name_ == "format") return by_pattern(format_, time);
  const std::string plain = repo::format_date(time);
  if (name_ == "rfc") {
    const Parts part = parts_of(plain);
    return part[0] + ", " + part[2] + " " + part[1] + " " + part[4] + " " + part[3] + " " + part[5];
  }
  return local_ ? plain.substr(0, plain.rfind(' ')) : plain;
}

std::string relative_date(std::int64_t seconds, std::int64_t now) {
  if (now < seconds) return "in the future";
  std::int64_t n = now - seconds;
  if (n < 90) return counted(n, "second") + " ago";
  n = (n + 30) / 60;
  if (n < 90) return counted(n, "minute") + " ago";
  n = (n + 30) / 60;
  if (n < 36) return counted(n, "hour") + " ago";
  n = (n + 12) / 24;  // days from here on
  if (n < 14) return counted(n, "day") + " ago";
  if (n < 70) return counted((n + 3) / 7, "week") + " ago";
  if (n < 365) return counted((n + 15) / 30, "month") + " ago";
  if (n < 1825) {
    const std::int64_t months = (n * 12 * 2 + 365) / (365 * 2);
    if (months % 12 == 0) return counted(months / 12, "year") + " ago";
    return counted(months / 12, "year") + ", " + counted(months % 12, "month") + " ago";
  }
  return counted((n + 183) / 365, "year") + " ago";
}

}  // namespace hn::cli
