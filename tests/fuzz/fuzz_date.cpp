// layer: repo
#include "hn/base/assert.hpp"
#include "hn/base/bytes.hpp"
#include "hn/repo/dates.hpp"

// What is taken for a date is one that a commit can hold, and comes back from its ISO form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto time = hn::repo::parse_date(hn::as_text({data, size}), -90);
  if (!time) return 0;
  HN_ASSERT(time->zone_minutes > -6000 && time->zone_minutes < 6000);
  static_cast<void>(hn::repo::format_date(*time));
  const std::string iso = hn::repo::format_iso(*time);
  // Years that ISO 8601 writes with four digits.
  if (iso.size() != 25 || iso.front() == '-') return 0;
  const auto again = hn::repo::parse_date(iso, 0);
  HN_ASSERT(again && again->seconds == time->seconds && again->zone_minutes == time->zone_minutes);
  return 0;
}
