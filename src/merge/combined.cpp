#include "hn/merge/combined.hpp"

#include <algorithm>
#include <utility>

#include "hn/base/assert.hpp"
#include "hn/merge/unified.hpp"

namespace hn::merge {
namespace {

// Lost lines of two texts are compared each with each: not where that were too many.
constexpr std::size_t kComparedMax = std::size_t{1} << 24;
// A heading is looked for in so many bytes of a line.
constexpr std::size_t kHeadingBytes = 40;

using Texts = std::uint64_t;  // a bit for each

struct Lost {
  Line text;
  Texts had = 0;
};

// A line of the result with what was lost in front of it; behind the last one there is one more.
struct Row {
  Line text;
  Texts lacked = 0;  // by these
  std::vector<Lost> lost;
  bool shown = false;
  bool bare = false;  // shown without what was lost in front of it
  bool differs() const noexcept { return lacked != 0 || !lost.empty(); }
};

Line without_newline(Line line) noexcept {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

// The lines that one more text lost, among those of the texts before it.
std::vector<Lost> put_together(std::vector<Lost> base, std::span<const Line> fresh, Texts text,
                               Whitespace whitespace) {
  const std::size_t columns = fresh.size() + 1;
  const bool compared = base.size() < kComparedMax / columns;
  std::vector<std::uint32_t> common(compared ? (base.size() + 1) * columns : 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return common[i * columns + j];
  };
  const auto match = [&](std::size_t i, std::size_t j) {
    return is_same_line(base[i - 1].text, fresh[j - 1], whitespace);
  };
  if (compared)
    for (std::size_t i = 1; i <= base.size(); ++i)
      for (std::size_t j = 1; j < columns; ++j)
        at(i, j) = match(i, j) ? at(i - 1, j - 1) + 1 : std::max(at(i, j - 1), at(i - 1, j));
  std::vector<Lost> out;
  std::size_t i = base.size();
  std::size_t j = fresh.size();
  while (i > 0 || j > 0) {
    if (compared && i > 0 && j > 0 && match(i, j)) {
      out.push_back({base[--i].text, base[i].had | text});
      --j;
    } else if (i == 0 || (j > 0 && (!compared || at(i, j - 1) >= at(i - 1, j)))) {
      out.push_back({fresh[--j], text});
    } else {
      out.push_back(base[--i]);
    }
  }
  std::ranges::reverse(out);
  return out;
}

class Combiner {
 public:
  Combiner(std::span<const ByteView> texts, ByteView result, const CombinedOptions& options)
      : options_(options), result_(result), lines_(split_lines(result)) {
    for (const Line line : lines_) rows_.push_back({without_newline(line), 0, {}, false, false});
    rows_.emplace_back();
    for (std::size_t n = 0; n < texts.size(); ++n) add(n, texts[n]);
    all_ = (Texts{1} << texts.size()) - 1;
  }

  std::vector<CombinedHunk> hunks() {
    for (Row& row : rows_) row.shown = row.differs();
    if (options_.dense) leave_out_dull();
    add_context();
    std::vector<CombinedHunk> out;
    for (std::size_t begin = 0;;) {
      std::string_view heading;
      for (; begin < rows_.size() && !rows_[begin].shown; ++begin)
        if (begin < lines_.size() && begins_function(lines_[begin])) heading = rows_[begin].text;
      if (begin == rows_.size()) return out;
      const std::size_t end = next(begin, false);
      out.push_back(hunk(begin, end, heading));
      begin = end;
    }
  }

 private:
  void add(std::size_t number, ByteView text) {
    const Texts bit = Texts{1} << number;
    const std::vector<Line> old = split_lines(text);
    std::vector<std::uint32_t> lost(rows_.size());
    // git compares these as for a patch without context.
    UnifiedOptions closely;
    closely.context = 0;
    closely.shown = options_.shown;
    for (const Difference& d : shown_differences(text, result_, closely)) {
      std::vector<Line> gone;
      for (std::uint32_t i = d.a_begin; i < d.a_end; ++i) gone.push_back(without_newline(old[i]));
      lost[d.b_begin] = d.a_end - d.a_begin;
      Row& row = rows_[d.b_begin];
      if (!gone.empty())
        row.lost = put_together(std::move(row.lost), gone, bit, options_.shown.whitespace);
      for (std::uint32_t i = d.b_begin; i < d.b_end; ++i) rows_[i].lacked |= bit;
    }
    std::vector<std::uint32_t>& places = places_.emplace_back();
    std::uint32_t place = 1;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      places.push_back(place);
      place += lost[i];
      if (i < lines_.size() && (rows_[i].lacked & bit) == 0) ++place;
    }
    places.push_back(place);
  }

  std::size_t next(std::size_t from, bool shown) const {
    while (from < rows_.size() && rows_[from].shown != shown) ++from;
    return from;
  }
  // Before `end` a row may be there for what was lost in front of it alone.
  std::size_t tail(std::size_t begin, std::size_t end) const {
    return begin + 1 <= end && rows_[end - 1].lacked == 0 ? end - 1 : end;
  }
  std::size_t further(std::size_t from) const {
    return std::min(from + options_.context, rows_.size());
  }

  // Where the next rows that differ are further away than the context.
  std::size_t end_of_group(std::size_t begin) const {
    std::size_t end = begin + 1;
    for (; end < rows_.size(); ++end) {
      if (rows_[end].shown) continue;
      std::size_t ahead = further(tail(begin, end));
      while (ahead > end && !rows_[ahead - 1].shown) --ahead;
      if (ahead <= end) break;
      end = ahead - 1;
    }
    return end;
  }

  // All that differs there differs from the same texts, and not from all.
  bool is_dull(std::size_t begin, std::size_t end) const {
    Texts same = 0;
    const auto other = [&](Texts texts) {
      if (texts == 0) return false;
      if (same == 0) same = texts;
      return same != texts;
    };
    for (std::size_t i = begin; i < end; ++i) {
      if (other(rows_[i].lacked)) return false;
      for (const Lost& lost : rows_[i].lost)
        if (other(lost.had)) return false;
    }
    return same != all_;
  }

  void leave_out_dull() {
    for (std::size_t begin = next(0, true); begin < rows_.size();) {
      const std::size_t end = end_of_group(begin);
      if (is_dull(begin, end))
        for (std::size_t i = begin; i < end; ++i) rows_[i].shown = false;
      begin = next(end, true);
    }
  }

  void add_context() {
    std::size_t at = next(0, true);
    while (at < rows_.size()) {
      for (std::size_t i = at - std::min<std::size_t>(at, options_.context); i < at; ++i) {
        rows_[i].bare = rows_[i].bare || !rows_[i].shown;
        rows_[i].shown = true;
      }
      for (;;) {
        std::size_t end = next(at, false);
        if (end == rows_.size()) return;
        const std::size_t again = next(end, true);
        end = tail(at, end);
        const bool near = again < end + options_.context;
        const std::size_t last = near ? again : further(end);
        for (; end < last; ++end) rows_[end].shown = true;
        at = again;
        if (!near) break;
      }
    }
  }

  CombinedHunk hunk(std::size_t begin, std::size_t end, std::string_view heading) const {
    CombinedHunk out;
    // Rows that are there for what was lost in front of them alone.
    const auto is_hanger = [&](std::size_t i) {
      return options_.context == 0 && i < lines_.size() && rows_[i].lacked == 0;
    };
    std::uint32_t hangers = 0;
    for (std::size_t i = begin; i < end; ++i) hangers += is_hanger(i) ? 1U : 0U;
    for (const std::vector<std::uint32_t>& places : places_)
      out.old.push_back({places[begin], places[end] - places[begin] - hangers});
    const std::size_t count = std::min(end, lines_.size()) - std::min(begin, lines_.size());
    out.now = {static_cast<std::uint32_t>(begin + 1), static_cast<std::uint32_t>(count) - hangers};
    out.heading = shown_heading(heading);
    for (std::size_t i = begin; i < end; ++i) {
      if (!rows_[i].bare)
        for (const Lost& lost : rows_[i].lost)
          out.lines.push_back({signs(lost.had, '-'), lost.text});
      if (i < lines_.size() && !is_hanger(i))
        out.lines.push_back({signs(rows_[i].lacked, '+'), rows_[i].text});
    }
    return out;
  }

  // As far as git shows it: without the last of the bytes that it looks at.
  static std::string_view shown_heading(std::string_view heading) {
    heading = heading.substr(0, kHeadingBytes);
    const std::size_t last = heading.find_last_not_of(" \t\n\v\f\r");
    return last == heading.npos ? std::string_view() : heading.substr(0, last);
  }

  std::string signs(Texts texts, char sign) const {
    std::string out;
    for (std::size_t n = 0; n < places_.size(); ++n) out += (texts >> n & 1U) != 0 ? sign : ' ';
    return out;
  }

  const CombinedOptions& options_;
  ByteView result_;
  std::vector<Line> lines_;
  std::vector<Row> rows_;
  // For each text the line at which it stands before each row, counted from 1, and behind the last.
  std::vector<std::vector<std::uint32_t>> places_;
  Texts all_ = 0;
};

}  // namespace

std::vector<CombinedHunk> combined_hunks(std::span<const ByteView> texts, ByteView result,
                                         const CombinedOptions& options) {
  HN_ASSERT(texts.size() >= 2 && texts.size() <= kCombinedMax);
  return Combiner(texts, result, options).hunks();
}

}  // namespace hn::merge
