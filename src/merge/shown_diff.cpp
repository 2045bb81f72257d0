// Git's default diff (xdiff/xprepare.c, xdiffi.c), made anew from what it does, since every choice
// shows: equal ends are cut off; lines without a partner, and frequent lines among such, are set
// aside; Eugene Myers' search from both ends ("An O(ND) Difference Algorithm and Its Variations",
// Algorithmica 1 (1986), section 4b) with git's ways to give up early matches the rest; and each
// difference slides to where it reads best (slide.cpp).
#include "hn/merge/shown_diff.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "hn/merge/version_lines.hpp"
#include "merge/changed_lines.hpp"
#include "merge/common_end.hpp"
#include "merge/middle_snake.hpp"
#include "merge/numbered_lines.hpp"
#include "merge/slide.hpp"

namespace hn::merge {
namespace {

// A line that stands more often than this in the other text is frequent, whatever its length.
constexpr std::uint64_t kFrequentMax = 1024;
// How far around a frequent line its neighbours are looked at.
constexpr std::size_t kNeighboursMax = 100;
// It is set aside where at least one in so many neighbours that are set aside has no partner.
constexpr std::uint64_t kFrequentShare = 4;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view without_end(std::string_view line) {
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

// As git has it, what stands at the end of a text that lacks its newline counts.
std::string_view without_return(std::string_view line) {
  if (!line.ends_with('\n')) return line;
  line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// What is compared instead of the line.
std::string folded(Line line, Whitespace whitespace) {
  if (whitespace == Whitespace::ignore_return_at_end) return std::string(without_return(line));
  std::string out;
  bool space = false;
  for (const char c : without_end(line)) {
    if (whitespace == Whitespace::ignore_at_end || !is_space(c)) {
      if (space && whitespace == Whitespace::ignore_changes) out += ' ';
      space = false;
      out += c;
    } else {
      space = true;
    }
  }
  return out;
}

struct Numbered {
  std::span<const std::uint32_t> a;
  std::span<const std::uint32_t> b;
  std::vector<std::uint64_t> count_a;  // by number
  std::vector<std::uint64_t> count_b;
};

void count(std::size_t numbers, Numbered& lines) {
  lines.count_a.resize(numbers);
  lines.count_b.resize(numbers);
  for (const std::uint32_t n : lines.a) ++lines.count_a[n];
  for (const std::uint32_t n : lines.b) ++lines.count_b[n];
}

// Equal lines get equal numbers. The tables are never iterated.
class Numbering {
 public:
  explicit Numbering(Whitespace whitespace) : whitespace_(whitespace) {}

  std::uint32_t number_of(Line line) {
    const std::uint32_t exact = exact_.number_of(line);
    if (whitespace_ == Whitespace::exact) return exact;
    if (exact == alike_of_.size())
      alike_of_.push_back(
          alike_.try_emplace(folded(line, whitespace_), alike_.size()).first->second);
    return alike_of_[exact];
  }

  std::size_t count() const noexcept { return exact_.count(); }

 private:
  Whitespace whitespace_;
  LineNumbers exact_;
  std::unordered_map<std::string, std::uint32_t> alike_;
  std::vector<std::uint32_t> alike_of_;  // by exact number
};

struct BothNumbers {
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  std::size_t count = 0;
};

// What both have in common at their ends is looked up once.
BothNumbers number_lines(std::span<const Line> a, std::span<const Line> b, Whitespace whitespace) {
  BothNumbers out;
  Numbering numbering(whitespace);
  out.a.reserve(a.size());
  for (const Line line : a) out.a.push_back(numbering.number_of(line));
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t begin = 0;
  while (begin < shorter && a[begin] == b[begin]) ++begin;
  std::size_t ending = 0;
  while (ending < shorter - begin && a[a.size() - 1 - ending] == b[b.size() - 1 - ending]) ++ending;
  out.b.reserve(b.size());
  out.b.assign(out.a.begin(), out.a.begin() + static_cast<std::ptrdiff_t>(begin));
  for (std::size_t i = begin; i < b.size() - ending; ++i)
    out.b.push_back(numbering.number_of(b[i]));
  out.b.insert(out.b.end(), out.a.end() - static_cast<std::ptrdiff_t>(ending), out.a.end());
  out.count = numbering.count();
  return out;
}

enum class Partner : std::uint8_t { none, some, many };

// Whether a frequent line stands among lines that are set aside: then it would only match by
// chance.
bool stands_among_lonely(const std::vector<Partner>& partners, std::size_t at) {
  std::uint64_t frequent = 2;
  const auto look = [&](std::size_t place, std::uint64_t& lonely_here) {
    if (partners[place] == Partner::some) return false;
    if (partners[place] == Partner::none)
      ++lonely_here;
    else
      ++frequent;
    return true;
  };
  const std::size_t first = at > kNeighboursMax ? at - kNeighboursMax : 0;
  std::uint64_t before = 0;
  for (std::size_t i = at; i-- > first && look(i, before);) {
  }
  if (before == 0) return false;
  const std::size_t last = std::min(partners.size() - 1, at + kNeighboursMax);
  std::uint64_t behind = 0;
  for (std::size_t i = at + 1; i <= last && look(i, behind); ++i) {
  }
  if (behind == 0) return false;
  return frequent * kFrequentShare < frequent + before + behind;
}

// One side between the equal ends: the lines that take part in the search, and where they stand.
struct Searched {
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint32_t> places;
};

Searched searched(std::span<const std::uint32_t> lines, std::size_t begin, std::size_t end,
                  const std::vector<std::uint64_t>& in_other, std::vector<char>& changed) {
  const std::uint64_t limit = std::min(rough_root(lines.size()), kFrequentMax);
  std::vector<Partner> partners;
  partners.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint64_t n = in_other[lines[i]];
    partners.push_back(n == 0 ? Partner::none : n >= limit ? Partner::many : Partner::some);
  }
  Searched out;
  for (std::size_t i = 0; i < partners.size(); ++i) {
    const bool stays = partners[i] == Partner::some ||
                       (partners[i] == Partner::many && !stands_among_lonely(partners, i));
    if (stays) {
      out.numbers.push_back(lines[begin + i]);
      out.places.push_back(static_cast<std::uint32_t>(begin + i));
    } else {
      changed[begin + i] = 1;
    }
  }
  return out;
}

std::vector<Difference> compare(std::span<const Line> a, std::span<const Line> b,
                                const Numbered& lines, const ShownOptions& options) {
  std::vector<char> changed_a(a.size());
  std::vector<char> changed_b(b.size());
  std::size_t begin = 0;
  const std::size_t shorter = std::min(a.size(), b.size());
  while (begin < shorter && lines.a[begin] == lines.b[begin]) ++begin;
  std::size_t ending = 0;
  while (ending < shorter - begin &&
         lines.a[a.size() - 1 - ending] == lines.b[b.size() - 1 - ending])
    ++ending;
  const Searched left = searched(lines.a, begin, a.size() - ending, lines.count_b, changed_a);
  const Searched right = searched(lines.b, begin, b.size() - ending, lines.count_a, changed_b);
  find_changes(left.numbers, right.numbers, [&](Side side, std::size_t at) {
    if (side == Side::a)
      changed_a[left.places[at]] = 1;
    else
      changed_b[right.places[at]] = 1;
  });
  slide_changes({a, lines.a, changed_a}, changed_b, options.indent_heuristic);
  slide_changes({b, lines.b, changed_b}, changed_a, options.indent_heuristic);
  return differences_of(changed_a, changed_b);
}

}  // namespace

bool is_same_line(Line a, Line b, Whitespace whitespace) {
  return whitespace == Whitespace::exact ? a == b : folded(a, whitespace) == folded(b, whitespace);
}

std::vector<Difference> shown_diff(std::span<const Line> a, std::span<const Line> b,
                                   const ShownOptions& options) {
  if (a.empty() || b.empty()) {
    if (a.empty() && b.empty()) return {};
    return {{0, static_cast<std::uint32_t>(a.size()), 0, static_cast<std::uint32_t>(b.size())}};
  }
  const BothNumbers numbers = number_lines(a, b, options.whitespace);
  Numbered lines{numbers.a, numbers.b, {}, {}};
  count(numbers.count, lines);
  return compare(a, b, lines, options);
}

struct VersionLines::Version {
  Bytes bytes;
  NumberedText text;
};

struct VersionLines::State {
  LineNumbers numbers{LineNumbers::Keeps::copies};
};

VersionLines::VersionLines() : state_(std::make_unique<State>()) {}
VersionLines::~VersionLines() = default;

VersionLines::Text VersionLines::add(Bytes bytes, const Text& like) {
  const auto out = std::make_shared<Version>();
  out->bytes = std::move(bytes);
  out->text = state_->numbers.add(out->bytes, like ? &like->text : nullptr);
  return out;
}

std::vector<Difference> VersionLines::differences(const Text& old_text,
                                                  const Text& new_text) const {
  const std::size_t end = common_end(old_text->bytes, new_text->bytes);
  const auto left = [&](const Version& version) {
    const char* const stop = as_text(version.bytes).data() + (version.bytes.size() - end);
    const auto& lines = version.text.lines;
    const auto at =
        std::ranges::partition_point(lines, [&](const Line& line) { return line.data() < stop; });
    return static_cast<std::size_t>(at - lines.begin());
  };
  const auto a = std::span(old_text->text.lines).first(left(*old_text));
  const auto b = std::span(new_text->text.lines).first(left(*new_text));
  Numbered lines;
  lines.a = std::span(old_text->text.numbers).first(a.size());
  lines.b = std::span(new_text->text.numbers).first(b.size());
  count(state_->numbers.count(), lines);
  return compare(a, b, lines, {});
}

}  // namespace hn::merge
