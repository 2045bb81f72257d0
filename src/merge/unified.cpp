#include "hn/merge/unified.hpp"

#include <algorithm>

#include "merge/common_end.hpp"

// The unified format of diff(1), with git's way of counting empty ranges and of guessing headings.
namespace hn::merge {
namespace {

constexpr std::size_t kHeadingBytesMax = 80;

// What git takes for the begin of a function when no driver says otherwise.
bool begins_function(Line line) {
  if (line.empty()) return false;
  const char c = line.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

std::string_view trimmed_heading(Line line) {
  line = line.substr(0, std::min(line.size(), kHeadingBytesMax));
  const auto last = line.find_last_not_of(" \t\r\n\v\f");
  return line.substr(0, last == Line::npos ? 0 : last + 1);
}

class Unifier {
 public:
  Unifier(ByteView old_text, ByteView new_text, const UnifiedOptions& options)
      : old_(split_lines(old_text)),
        new_(split_lines(new_text)),
        differences_(options.context == 0 ? shown_differences(old_text, new_text, options)
                                          : shown_diff(old_, new_, options.shown)),
        options_(options) {}

  std::vector<UnifiedHunk> run() {
    std::vector<UnifiedHunk> hunks;
    for (std::size_t first = 0; first < differences_.size();) {
      std::size_t last = first;
      while (last + 1 < differences_.size() && share_hunk(last)) ++last;
      hunks.push_back(hunk(first, last));
      first = last + 1;
    }
    return hunks;
  }

 private:
  // Contexts that touch are one hunk.
  bool share_hunk(std::size_t i) const {
    const std::uint64_t gap = differences_[i + 1].a_begin - differences_[i].a_end;
    return gap <= 2 * std::uint64_t{options_.context};
  }

  UnifiedHunk hunk(std::size_t first, std::size_t last) {
    const auto& front = differences_[first];
    const auto& back = differences_[last];
    const auto lead = std::min(options_.context, front.a_begin);
    const auto old_begin = front.a_begin - lead;
    const auto old_left = static_cast<std::uint32_t>(old_.size()) - back.a_end;
    const auto old_end = back.a_end + std::min(options_.context, old_left);

    UnifiedHunk out;
    auto at = front.b_begin - lead;
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
  UnifiedOptions options_;
  std::uint32_t heading_searched_ = 0;
  std::string_view heading_;
};

void append_range(std::string& out, std::uint32_t begin, std::uint32_t count) {
  out += std::to_string(begin);
  if (count != 1) out += "," + std::to_string(count);
}

}  // namespace

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
  if (options.context == 0) {
    const std::size_t end = common_end(old_text, new_text);
    old_text = old_text.first(old_text.size() - end);
    new_text = new_text.first(new_text.size() - end);
  }
  return shown_diff(split_lines(old_text), split_lines(new_text), options.shown);
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
