#include "hn/os/clock.hpp"

#include <ctime>

namespace hn::os {
namespace {

std::int32_t zone_minutes_at(std::time_t seconds) {
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return 0;
  return static_cast<std::int32_t>(local.tm_gmtoff / 60);
}

}  // namespace

Time SystemClock::now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return {std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)};
}

WallTime SystemClock::wall() {
  const std::time_t seconds = std::time(nullptr);
  return {static_cast<std::int64_t>(seconds), zone_minutes_at(seconds)};
}

std::int32_t local_zone_minutes(std::int64_t seconds) {
  return zone_minutes_at(static_cast<std::time_t>(seconds));
}

}  // namespace hn::os
