#include "rate.hpp"

#include <charconv>

namespace hn::cli {
namespace {

constexpr std::uint64_t kRateMax = std::uint64_t{1} << 40;

// Of 1,024, by the power that a suffix stands for; 64 where it stands for none.
unsigned shift_of(std::string_view suffix) {
  if (suffix.empty()) return 0;
  if (suffix == "k" || suffix == "K") return 10;
  if (suffix == "m" || suffix == "M") return 20;
  if (suffix == "g" || suffix == "G") return 30;
  return 64;
}

}  // namespace

std::uint64_t parse_rate(const std::string& text) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const unsigned shift = error == std::errc{} ? shift_of({rest, end}) : 64;
  if (shift == 64 || count > kRateMax >> shift || count << shift < kRateMin) {
    throw Failure(Code::usage, "'" + text + "' is not a number of bytes a second from 1k on",
                  "as 500k, 2m or 1g");
  }
  return count << shift;
}

std::uint64_t limit_of(const Given& given) {
  const auto text = given.value("limit");
  return text ? parse_rate(*text) : 0;
}

}  // namespace hn::cli
