#include "hn/repo/dates.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace hn;
using namespace hn::repo;

namespace {

constexpr std::int32_t kLocal = 120;

std::optional<WallTime> parse(std::string_view text) {
  return parse_date(text, kLocal);
}

void check(std::string_view text, std::int64_t seconds, std::int32_t zone) {
  INFO(std::string(text));
  const auto time = parse(text);
  REQUIRE(time);
  CHECK(time->seconds == seconds);
  CHECK(time->zone_minutes == zone);
}

}  // namespace

TEST_CASE("one moment in all the forms that are taken") {
  const std::int64_t moment = 1'795'174'245;  // date -d 2026-11-20T11:30:45Z +%s
  check("@1795174245", moment, kLocal);
  check("@1795174245 +0100", moment, 60);
  check("1795174245 +0100", moment, 60);
  check("2026-11-20T12:30:45+01:00", moment, 60);
  check("2026-11-20 12:30:45 +0100", moment, 60);
  check("2026-11-20T11:30:45Z", moment, 0);
  check("2026-11-20T13:30:45", moment, kLocal);
  check("Fri, 20 Nov 2026 12:30:45 +0100", moment, 60);
  check("20 Nov 2026 12:30:45 +0100", moment, 60);
  check("2026-11-20T06:00:45-0530", moment, -330);
  check("Fri Nov 20 12:30:45 2026 +0100", moment, 60);
  check("Nov 20 2026 12:30:45 +0100", moment, 60);
  check("Nov 20, 2026 13:30:45", moment, kLocal);
  check("2026/11/20 12:30:45 +0100", moment, 60);
  check("20.11.2026 13:30:45", moment, kLocal);
}

TEST_CASE("a date may lack its time and its seconds") {
  for (const char* day : {"2026-11-20", "Nov 20 2026", "2026/11/20", "20.11.2026", "20.11.2026"})
    check(day, 1'795'132'800 - kLocal * 60, kLocal);
  check("2026-11-20T12:30Z", 1'795'177'800, 0);
}

TEST_CASE("times before 1970 and leap days are dates") {
  check("@-1", -1, kLocal);
  check("1969-12-31T23:59:59Z", -1, 0);
  check("2024-02-29T00:00:00Z", 1'709'164'800, 0);
  check("2000-02-29T00:00Z", 951'782'400, 0);
  check("0001-01-01T00:00:00Z", -62'135'596'800, 0);
}

TEST_CASE("what is no date is refused") {
  for (const char* bad : {"",
                          " ",
                          "now",
                          "yesterday",
                          "@",
                          "@-",
                          "@1x",
                          "@1 1",
                          "@9999999999999999999",
                          "12",
                          "2026",
                          "2026-11",
                          "2026-13-01",
                          "2026-00-01",
                          "2026-11-00",
                          "2026-11-31",
                          "2026-02-29",
                          "1900-02-29",
                          "2026-11-20T24:00",
                          "2026-11-20T12:60",
                          "2026-11-20T12:30:61",
                          "2026-11-20T12",
                          "2026-11-20T12:30 +01",
                          "2026-11-20T12:30 +0160",
                          "2026-11-20T12:30 0100",
                          "2026-11-20T12:30 CET",
                          "2026-11-20T12:30Zx",
                          "-2026-11-20",
                          "2026-11-20\n",
                          "20 Foo 2026 12:30",
                          "32 Nov 2026 12:30",
                          "Fri, Nov 2026",
                          "Nov 32 2026",
                          "Nov 20",
                          "Nov 20 12:30 2026 13:30",
                          "2026/13/01",
                          "32.11.2026",
                          "20.11",
                          "\xff\xff",
                          "2026-11-20T12:30:45+01:00 and more"}) {
    INFO(std::string(bad));
    CHECK_FALSE(parse(bad));
  }
  CHECK_FALSE(parse(std::string_view("2026-11-20\0", 11)));
  CHECK_FALSE(parse(std::string(100000, '1')));
}

TEST_CASE("a zone is one that a commit can hold") {
  CHECK(parse("@1 +9959"));
  CHECK(parse("@1 -9959"));
  CHECK_FALSE(parse("@1 +10000"));
}

TEST_CASE("a time is written as git writes it, and read back") {
  const WallTime time{1'795'174'245, -330};
  CHECK(format_date(time) == "Fri Nov 20 06:00:45 2026 -0530");
  CHECK(format_iso(time) == "2026-11-20T06:00:45-05:30");
  check(format_iso(time), time.seconds, time.zone_minutes);
}

TEST_CASE("any 64 bits are written as some date") {
  for (const std::int64_t seconds :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
        std::int64_t{-62'167'219'201}, std::int64_t{253'402'300'800}}) {
    for (const std::int32_t zone : {-5999, 0, 5999, std::numeric_limits<std::int32_t>::min() + 1,
                                    std::numeric_limits<std::int32_t>::max()}) {
      CHECK(format_date({seconds, zone}).size() < 100);
      CHECK(format_iso({seconds, zone}).size() < 100);
    }
  }
}

TEST_CASE("dates told from now on") {
  // Sat 2026-11-21 09:30:00 +0100
  const hn::WallTime now{1795249800, 60};
  const auto about = [&](std::string_view text) -> std::string {
    const auto time = hn::repo::parse_date_about(text, now);
    return time ? hn::repo::format_iso(*time) : "none";
  };
  CHECK(about("now") == "2026-11-21T09:30:00+01:00");
  CHECK(about("yesterday") == "2026-11-20T09:30:00+01:00");
  CHECK(about("3 days ago") == "2026-11-18T09:30:00+01:00");
  CHECK(about("2.weeks.ago") == "2026-11-07T09:30:00+01:00");
  CHECK(about("1 hour 30 minutes ago") == "2026-11-21T08:00:00+01:00");
  CHECK(about("last month") == "2026-10-21T09:30:00+01:00");
  CHECK(about("1.year.2.months.ago") == "2025-09-21T09:30:00+01:00");
  CHECK(about("nine months ago") == "2026-02-21T09:30:00+01:00");
  CHECK(about("noon") == "2026-11-20T12:00:00+01:00");
  CHECK(about("yesterday noon") == "2026-11-19T12:00:00+01:00");
  CHECK(about("midnight") == "2026-11-21T00:00:00+01:00");
  CHECK(about("last monday") == "2026-11-16T09:30:00+01:00");
  CHECK(about("last saturday") == "2026-11-14T09:30:00+01:00");
  CHECK(about("2026-11-01") == "2026-11-01T00:00:00+01:00");
  CHECK(about("@5") == "1970-01-01T01:00:05+01:00");
  for (const char* bad : {"", "soon", "ago", "3", "3 moons ago", "last", "99999999999 days ago"})
    CHECK_MESSAGE(about(bad) == "none", bad);
}
