// Dates told from now on. The words and what they mean are git's (date.c: approxidate); what git
// guesses about other words is refused here.
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "hn/repo/dates.hpp"

namespace hn::repo {
namespace {

constexpr std::int64_t kDay = 86400;
// Further back or forth than this no clock goes, and sums stay within 64 bits.
constexpr std::int64_t kNumberMax = 1'000'000'000;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == ' ' || c == '.' || c == '\t' || c == '_') {
      if (!out.back().empty()) out.emplace_back();
    } else {
      out.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

struct Unit {
  std::string_view name;  // singular
  std::int64_t seconds;   // 0: by the calendar
  int months;
};
constexpr std::array kUnits{Unit{"second", 1, 0},      Unit{"minute", 60, 0},
                            Unit{"hour", 3600, 0},     Unit{"day", kDay, 0},
                            Unit{"week", 7 * kDay, 0}, Unit{"fortnight", 14 * kDay, 0},
                            Unit{"month", 0, 1},       Unit{"year", 0, 12}};

const Unit* unit_of(std::string_view word) {
  if (word.ends_with('s')) word.remove_suffix(1);
  const auto* at = std::ranges::find(kUnits, word, &Unit::name);
  return at == kUnits.end() ? nullptr : at;
}

std::optional<std::int64_t> number_of(std::string_view word) {
  constexpr std::array<std::string_view, 11> kNumbers{
      "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
  const auto* named = std::ranges::find(kNumbers, word);
  if (named != kNumbers.end()) return named - kNumbers.begin();
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc{} || end != word.data() + word.size() || n < 0 || n > kNumberMax)
    return std::nullopt;
  return n;
}

// Places in the week, Sunday first, by at least three letters.
std::optional<int> weekday_of(std::string_view word) {
  constexpr std::array<std::string_view, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                                  "thursday", "friday", "saturday"};
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    if (word.size() >= 3 && kDays[i].starts_with(word)) return static_cast<int>(i);
  }
  return std::nullopt;
}

class About {
 public:
  explicit About(const WallTime& now) : zone_(now.zone_minutes), at_(now.seconds + zone_ * 60LL) {}

  std::optional<WallTime> run(std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    if (words.empty()) return std::nullopt;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!word(words, i)) return std::nullopt;
    }
    return WallTime{at_ - zone_ * 60LL, zone_};
  }

 private:
  bool word(const std::vector<std::string>& words, std::size_t& i) {
    const std::string& word = words[i];
    if (word == "now" || (word == "ago" && i > 0)) return true;
    if (word == "yesterday") return at_ -= kDay, true;
    if (word == "midnight") return at_hour(0);
    if (word == "noon") return at_hour(12);
    if (word == "tea") return at_hour(17);
    const auto number = word == "last" || word == "a" || word == "an" ? 1 : number_of(word);
    if (!number || ++i == words.size()) return false;
    if (const auto day = weekday_of(words[i]); day && word == "last") return last_weekday(*day);
    const Unit* unit = unit_of(words[i]);
    return unit != nullptr && back(*unit, *number);
  }

  // The last time that a clock showed it.
  bool at_hour(std::int64_t hour) {
    const std::int64_t midnight = at_ - ((at_ % kDay) + kDay) % kDay;
    const bool was_today = (at_ - midnight) / 3600 >= hour;
    at_ = midnight + hour * 3600 - (was_today ? 0 : kDay);
    return true;
  }

  bool last_weekday(int day) {
    const std::int64_t days = (at_ - ((at_ % kDay) + kDay) % kDay) / kDay;
    const auto today = static_cast<int>(((days + 4) % 7 + 7) % 7);
    const int back = today - day <= 0 ? today - day + 7 : today - day;
    at_ -= back * kDay;
    return true;
  }

  bool back(const Unit& unit, std::int64_t number) {
    if (unit.seconds > 0) return at_ -= unit.seconds * number, true;
    const auto moved = months_before({at_, 0}, number * unit.months);
    if (moved) at_ = *moved;
    return moved.has_value();
  }

  std::int32_t zone_;
  std::int64_t at_;  // on the clock of the zone
};

}  // namespace

std::optional<WallTime> parse_date_about(std::string_view text, const WallTime& now) {
  if (const auto exact = parse_date(text, now.zone_minutes)) return exact;
  return About(now).run(text);
}

}  // namespace hn::repo
