#include "merge/numbered_lines.hpp"

#include <algorithm>
#include <cstring>

#include "hn/base/checksum.hpp"

namespace hn::merge {
namespace {

std::size_t common_start(std::string_view a, std::string_view b) {
  const std::size_t length = std::min(a.size(), b.size());
  std::size_t at = 0;
  constexpr std::size_t kStep = 256;
  while (at + kStep <= length && std::memcmp(a.data() + at, b.data() + at, kStep) == 0) at += kStep;
  while (at < length && a[at] == b[at]) ++at;
  return at;
}

std::size_t common_end(std::string_view a, std::string_view b) {
  const std::size_t length = std::min(a.size(), b.size());
  const char* const a_end = a.data() + a.size();
  const char* const b_end = b.data() + b.size();
  std::size_t at = 0;
  constexpr std::size_t kStep = 256;
  while (at + kStep <= length && std::memcmp(a_end - at - kStep, b_end - at - kStep, kStep) == 0)
    at += kStep;
  while (at < length &&
         a_end[-1 - static_cast<std::ptrdiff_t>(at)] == b_end[-1 - static_cast<std::ptrdiff_t>(at)])
    ++at;
  return at;
}

// A line further down in the text beside is looked for so far away.
constexpr std::size_t kLinesAhead = 64;

Line first_line(std::string_view text) {
  return text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
}

// Whether the text begins with this line and not with a longer one.
bool begins_with_line(std::string_view text, Line line) {
  return text.starts_with(line) && (line.ends_with('\n') || line.size() == text.size());
}

// The lines of a text from one on, as they stand in another place.
void copy_lines(const NumberedText& from, std::size_t first, std::size_t last, const char* to,
                NumberedText& out) {
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t size = from.lines[i].size();
    out.lines.emplace_back(to, size);
    out.numbers.push_back(from.numbers[i]);
    to += size;
  }
}

}  // namespace

NumberedText LineNumbers::add(ByteView bytes, const NumberedText* like) {
  const std::string_view text = as_text(bytes);
  NumberedText out;
  if (like == nullptr || like->lines.empty() || text.empty()) {
    number(text, out);
    return out;
  }
  const char* const like_begin = like->lines.front().data();
  const std::string_view other(
      like_begin,
      static_cast<std::size_t>(like->lines.back().data() + like->lines.back().size() - like_begin));
  out.lines.reserve(like->lines.size() + 16);
  out.numbers.reserve(like->lines.size() + 16);
  // Whole lines, of both texts: the last one may lack its newline in one of them alone.
  std::size_t start = common_start(text, other);
  const bool all = start == text.size() && start == other.size();
  if (!all) start = start == 0 ? 0 : text.substr(0, start).rfind('\n') + 1;
  const auto line_at = [&](std::size_t offset) {
    const auto at =
        std::partition_point(like->lines.begin(), like->lines.end(),
                             [&](const Line& line) { return line.data() < like_begin + offset; });
    return static_cast<std::size_t>(at - like->lines.begin());
  };
  const std::size_t lines_before = line_at(start);
  copy_lines(*like, 0, lines_before, text.data(), out);

  const std::string_view rest = text.substr(start);
  const std::string_view other_rest = other.substr(start);
  std::size_t end = common_end(rest, other_rest);
  // Both begin a line there only behind a newline that is common too, or where the rest begins.
  if (end < rest.size() || end < other_rest.size()) {
    const auto newline = rest.find('\n', rest.size() - end);
    end = newline == std::string_view::npos ? 0 : rest.size() - newline - 1;
  }
  const std::size_t lines_until = line_at(other.size() - end);
  number_beside(rest.substr(0, rest.size() - end), *like, lines_before, lines_until, out);
  copy_lines(*like, lines_until, like->lines.size(), rest.data() + rest.size() - end, out);
  return out;
}

void LineNumbers::number(std::string_view text, NumberedText& out) {
  while (!text.empty()) {
    const Line line = first_line(text);
    out.lines.push_back(line);
    out.numbers.push_back(number_of(line));
    text.remove_prefix(line.size());
  }
}

// A change of several places leaves most lines between them as they were: each that stands in the
// other text where it is expected takes its number from there. Behind a line that does not, the
// next place is where it stands further down, together with what follows it: blank lines and braces
// alone stand everywhere.
void LineNumbers::number_beside(std::string_view text, const NumberedText& like, std::size_t first,
                                std::size_t last, NumberedText& out) {
  std::size_t expected = first;
  while (!text.empty()) {
    if (expected < last && begins_with_line(text, like.lines[expected])) {
      out.lines.push_back(text.substr(0, like.lines[expected].size()));
      out.numbers.push_back(like.numbers[expected++]);
      text.remove_prefix(out.lines.back().size());
      continue;
    }
    const Line line = first_line(text);
    out.lines.push_back(line);
    out.numbers.push_back(number_of(line));
    text.remove_prefix(line.size());
    const std::size_t until = std::min(last, expected + kLinesAhead);
    for (std::size_t i = expected; i + 1 < until; ++i) {
      if (like.numbers[i] != out.numbers.back() || !begins_with_line(text, like.lines[i + 1]))
        continue;
      expected = i + 1;
      break;
    }
  }
}

std::uint32_t LineNumbers::number_of(Line line) {
  const std::uint64_t hash = checksum(as_bytes(line));
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at] != kFree; at = (at + 1) & (slots_.size() - 1)) {
    if (hashes_[slots_[at]] == hash && lines_[slots_[at]] == line) return slots_[at];
  }
  const std::uint32_t number = count();
  slots_[at] = number;
  lines_.push_back(keeps_ == Keeps::views ? line : Line(copies_.emplace_back(line)));
  hashes_.push_back(hash);
  if (lines_.size() * 2 > slots_.size()) grow();
  return number;
}

void LineNumbers::grow() {
  slots_.assign(slots_.size() * 4, kFree);
  for (std::uint32_t number = 0; number < lines_.size(); ++number) {
    std::size_t at = hashes_[number] & (slots_.size() - 1);
    while (slots_[at] != kFree) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = number;
  }
}

}  // namespace hn::merge
