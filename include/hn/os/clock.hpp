#pragma once

#include "hn/base/time.hpp"

namespace hn::os {

// The system's monotonic clock, and its time of day with the offset of the local zone.
class SystemClock final : public Clock {
 public:
  Time now() override;
  WallTime wall() override;
};

// Minutes east of Greenwich of the local zone at a moment (seconds since 1970), for showing times.
std::int32_t local_zone_minutes(std::int64_t seconds);

}  // namespace hn::os
