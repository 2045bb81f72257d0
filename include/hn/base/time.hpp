#pragma once

#include <chrono>
#include <cstdint>

namespace hn {

// Monotonic time as protocol code sees it: nanoseconds since a start that means nothing.
using Duration = std::chrono::nanoseconds;
struct Time {
  Duration since_start{};
  friend constexpr auto operator<=>(const Time&, const Time&) = default;
  friend constexpr Time operator+(Time t, Duration d) { return {t.since_start + d}; }
  friend constexpr Time operator-(Time t, Duration d) { return {t.since_start - d}; }
  friend constexpr Duration operator-(Time a, Time b) { return a.since_start - b.since_start; }
};

// The time of day, for people only: seconds since 1970 and minutes east of Greenwich.
struct WallTime {
  std::int64_t seconds = 0;
  std::int32_t zone_minutes = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
  virtual WallTime wall() = 0;
};

}  // namespace hn
