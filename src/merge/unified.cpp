#include "hn/merge/unified.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "hn/base/text.hpp"
#include "merge/common_end.hpp"

// The unified format of diff(1), with git's way of counting empty ranges and of guessing headings.
namespace hn::merge {
namespace {

constexpr std::size_t kHeadingBytesMax = 80;

bool is_blank(Line line) {
  return line.find_first_not_of(" \t\r\n\v\f") == Line::npos;
}

// git calls a line blank that is empty, or all of blanks where these do not count. All lines of a
// difference are blank, or all are such as `ignored` names.
bool is_ignored(const Difference& difference, std::span<const Line> a, std::span<const Line> b,
                const UnifiedOptions& options) {
  if (!options.ignores_lines()) return false;
  const std::span<const Line> gone =
      a.subspan(difference.a_begin, difference.a_end - difference.a_begin);
  const std::span<const Line> came =
      b.subspan(difference.b_begin, difference.b_end - difference.b_begin);
  const auto all = [&](const auto& test) {
    return std::ranges::all_of(gone, test) && std::ranges::all_of(came, test);
  };
  const bool exact = options.shown.whitespace == Whitespace::exact;
  const auto blank = [&](Line line) { return exact ? line.size() <= 1 : is_blank(line); };
  const auto named = [&](Line line) { return options.ignored->ignores(line); };
  return (options.ignore_blank_lines && all(blank)) || (options.ignored != nullptr && all(named));
}

// As far as it is UTF-8: no character is cut in two.
std::string_view utf8_beginning(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto first = static_cast<unsigned char>(text[end]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (end + length > text.size() || !is_utf8(as_bytes(text.substr(end, length)))) break;
    end += length;
  }
  return text.substr(0, end);
}

std::string_view trimmed_heading(Line line) {
  line = line.substr(0, std::min(line.size(), kHeadingBytesMax));
  const auto last = line.find_last_not_of(" \t\r\n\v\f");
  return utf8_beginning(line.substr(0, last == Line::npos ? 0 : last + 1));
}

class Unifier {
 public:
  Unifier(ByteView old_text, ByteView new_text, const UnifiedOptions& options)
      : old_(split_lines(old_text)),
        new_(split_lines(new_text)),
        differences_(options.context == 0 && options.between == 0
                         ? shown_differences(old_text, new_text, options)
                         : shown_diff(old_, new_, options.shown)),
        options_(options) {
    ignored_.reserve(differences_.size());
    for (const Difference& difference : differences_)
      ignored_.push_back(is_ignored(difference, old_, new_, options));
  }

  std::vector<UnifiedHunk> run() {
    std::vector<UnifiedHunk> hunks;
    for (std::size_t first = 0; first < differences_.size();) {
      const auto counts = first_that_counts(first);
      if (!counts) break;
      first = *counts;
      std::size_t last = last_of_hunk(first);
      const std::uint32_t begin = begin_of(first);
      const std::uint32_t end = end_of(last);
      hunks.push_back(hunk(first, last, begin, end));
      first = last + 1;
    }
    return hunks;
  }

 private:
  std::uint64_t gap_behind(std::size_t i) const {
    return differences_[i + 1].a_begin - differences_[i].a_end;
  }

  // Where the next hunk begins: what does not count is in it where it is near to what follows.
  std::optional<std::size_t> first_that_counts(std::size_t first) const {
    for (std::size_t i = first; i < differences_.size() && ignored_[i]; ++i)
      if (i + 1 == differences_.size() || gap_behind(i) >= options_.context) first = i + 1;
    if (first == differences_.size()) return std::nullopt;
    return first;
  }

  // Contexts that touch are one hunk, as git's xdl_get_hunk has it: what does not count is part of
  // one that goes on behind it.
  std::size_t last_of_hunk(std::size_t first) const {
    const std::uint64_t near = 2 * std::uint64_t{options_.context} + options_.between;
    std::size_t last = first;
    std::uint64_t ignored = 0;  // lines
    for (std::size_t i = first; i + 1 < differences_.size() && gap_behind(i) <= near; ++i) {
      const Difference& next = differences_[i + 1];
      const bool close = gap_behind(i) < options_.context;
      const bool joins = close ? !ignored_[i + 1] || last == i : !ignored_[i + 1];
      if (!close && last != i && next.a_begin + ignored - differences_[last].a_end > near) break;
      ignored = joins ? 0 : ignored + (next.b_end - next.b_begin);
      if (joins) last = i + 1;
    }
    return last;
  }

  // Of the old text the first line that a hunk shows.
  std::uint32_t begin_of(std::size_t first) const {
    const Difference& front = differences_[first];
    const std::uint32_t begin = front.a_begin - std::min(options_.context, front.a_begin);
    if (!options_.functions) return begin;
    std::uint32_t at = front.a_begin;
    if (at >= old_.size()) {
      // Nothing but functions of its own was added: what is above does not matter.
      const auto added = std::span(new_).subspan(front.b_begin);
      if (old_.empty() || std::ranges::any_of(added, begins_function)) return begin;
      at = static_cast<std::uint32_t>(old_.size()) - 1;
    }
    while (at > 0 && !begins_function(old_[at])) --at;
    // With the comment above it.
    while (at > 0 && !is_blank(old_[at - 1]) && !begins_function(old_[at - 1])) --at;
    return std::min(begin, at);
  }

  // Of the old text the end of what a hunk shows. It takes in the differences behind `last` that
  // are in the same function.
  std::uint32_t end_of(std::size_t& last) const {
    const auto size = static_cast<std::uint32_t>(old_.size());
    for (;; ++last) {
      const Difference& back = differences_[last];
      const std::uint32_t end = back.a_end + std::min(options_.context, size - back.a_end);
      if (!options_.functions) return end;
      std::uint32_t next = back.a_end;
      while (next < size && !begins_function(old_[next])) ++next;
      if (next < size)
        while (next > 0 && is_blank(old_[next - 1])) --next;
      const std::uint32_t shown = std::max(end, next);
      if (last + 1 == differences_.size() || !reaches(shown, differences_[last + 1].a_begin))
        return shown;
    }
  }

  // Whether what is shown up to here goes on into a difference: it is near, or no function begins
  // in between.
  bool reaches(std::uint32_t shown, std::uint32_t difference) const {
    const auto last = std::min<std::size_t>(difference, old_.size() - 1);
    if (last <= std::uint64_t{shown} + options_.context) return true;
    for (std::size_t i = last; i > shown; --i)
      if (begins_function(old_[i])) return false;
    return true;
  }

  UnifiedHunk hunk(std::size_t first, std::size_t last, std::uint32_t old_begin,
                   std::uint32_t old_end) {
    const auto& front = differences_[first];
    const auto& back = differences_[last];
    const auto lead = front.a_begin - old_begin;

    UnifiedHunk out;
    auto at = front.b_begin - lead;
    std::size_t lines = old_end - old_begin;
    for (auto i = first; i <= last; ++i) lines += differences_[i].b_end - differences_[i].b_begin;
    out.lines.reserve(lines);
    for (auto i = first; i <= last; ++i) {
      const auto& d = differences_[i];
      add(out, ' ', new_, at, d.b_begin);
      add(out, '-', old_, d.a_begin, d.a_end);
      add(out, '+', new_, d.b_begin, d.b_end);
      at = d.b_end;
    }
    add(out, ' ', new_, at, at + old_end - back.a_end);
    for (const auto& line : out.lines) {
      out.old_count += line.sign != '+';
      out.new_count += line.sign != '-';
    }
    out.old_begin = old_begin + (out.old_count != 0);
    out.new_begin = front.b_begin - lead + (out.new_count != 0);
    if (options_.headings) out.heading = heading_before(old_begin);
    return out;
  }

  static void add(UnifiedHunk& hunk, char sign, const std::vector<Line>& lines, std::uint32_t begin,
                  std::uint32_t end) {
    for (; begin < end; ++begin) hunk.lines.push_back({sign, lines[begin]});
  }

  // The nearest one above; where a stretch has none, that of the hunk before it stays.
  std::string_view heading_before(std::uint32_t line) {
    for (auto i = line; i > heading_searched_; --i) {
      if (!begins_function(old_[i - 1])) continue;
      heading_ = trimmed_heading(old_[i - 1]);
      break;
    }
    heading_searched_ = line;
    return heading_;
  }

  std::vector<Line> old_;
  std::vector<Line> new_;
  std::vector<Difference> differences_;
  std::vector<bool> ignored_;  // by difference
  UnifiedOptions options_;
  std::uint32_t heading_searched_ = 0;
  std::string_view heading_;
};

void append_range(std::string& out, std::uint32_t begin, std::uint32_t count) {
  out += std::to_string(begin);
  if (count != 1) out += "," + std::to_string(count);
}

}  // namespace

bool begins_function(Line line) noexcept {
  if (line.empty()) return false;
  const char c = line.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

std::size_t common_end(ByteView a, ByteView b) {
  constexpr std::size_t kBlock = 1024;
  std::size_t equal = 0;
  while (equal + kBlock <= std::min(a.size(), b.size()) &&
         std::equal(a.end() - static_cast<std::ptrdiff_t>(equal + kBlock),
                    a.end() - static_cast<std::ptrdiff_t>(equal),
                    b.end() - static_cast<std::ptrdiff_t>(equal + kBlock))) {
    equal += kBlock;
  }
  std::size_t kept = 0;
  while (kept < equal && a[a.size() - equal + kept++] != '\n') {
  }
  return equal - kept;
}

std::vector<Difference> shown_differences(ByteView old_text, ByteView new_text,
                                          const UnifiedOptions& options) {
  if (options.context == 0 && !options.functions) {
    const std::size_t end = common_end(old_text, new_text);
    old_text = old_text.first(old_text.size() - end);
    new_text = new_text.first(new_text.size() - end);
  }
  const std::vector<Line> a = split_lines(old_text);
  const std::vector<Line> b = split_lines(new_text);
  std::vector<Difference> out = shown_diff(a, b, options.shown);
  std::erase_if(out, [&](const Difference& d) { return is_ignored(d, a, b, options); });
  return out;
}

std::vector<UnifiedHunk> unified_hunks(ByteView old_text, ByteView new_text,
                                       const UnifiedOptions& options) {
  return Unifier(old_text, new_text, options).run();
}

std::string header_of(const UnifiedHunk& hunk) {
  std::string out = "@@ -";
  append_range(out, hunk.old_begin, hunk.old_count);
  out += " +";
  append_range(out, hunk.new_begin, hunk.new_count);
  out += " @@";
  if (!hunk.heading.empty()) out.append(" ").append(hunk.heading);
  return out;
}

std::string unified_text(ByteView old_text, ByteView new_text, const UnifiedOptions& options) {
  std::string out;
  for (const auto& hunk : unified_hunks(old_text, new_text, options)) {
    out += header_of(hunk) + "\n";
    for (const auto& line : hunk.lines) {
      out += line.sign;
      out += line.text;
      if (line.text.back() != '\n') out += "\n\\ No newline at end of file\n";
    }
  }
  return out;
}

}  // namespace hn::merge
