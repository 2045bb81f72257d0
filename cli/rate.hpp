#pragma once

#include <cstdint>
#include <string>

#include "command.hpp"

// Bytes per second as people write them: 500k, 2m, 1g, of 1,024 as in git.
namespace hn::cli {

// Less would not get a datagram across before a peer takes it for gone.
inline constexpr std::uint64_t kRateMin = 1024;

// Throws Failure (usage) for what is no rate, and for less than that.
std::uint64_t parse_rate(const std::string& text);

// Of --limit; 0 where it is not given.
std::uint64_t limit_of(const Given& given);

}  // namespace hn::cli
