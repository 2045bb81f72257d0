// After git's diff.c: add_lines_to_move_detection, mark_color_as_moved, dim_moved_lines.
#include "moved_lines.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

namespace hn::cli {
namespace {

// A block with fewer letters and digits counts as not moved.
constexpr int kLettersMin = 20;
constexpr std::size_t kTabWidth = 8;
constexpr std::size_t kNone = SIZE_MAX;
constexpr int kBlank = std::numeric_limits<int>::min();

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What lines are compared by.
std::string folded(std::string_view line, merge::Whitespace whitespace) {
  if (whitespace == merge::Whitespace::exact) return std::string(line);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  if (whitespace == merge::Whitespace::ignore_at_end) return std::string(line);
  std::string out;
  bool space = false;
  for (const char c : line) {
    if (is_space(c)) {
      space = true;
      continue;
    }
    if (space && whitespace == merge::Whitespace::ignore_changes) out += ' ';
    space = false;
    out += c;
  }
  return out;
}

struct Indent {
  std::size_t bytes = 0;
  int columns = 0;  // kBlank for a line of nothing else
};

Indent indent_of(std::string_view line) {
  const auto at = [&](std::size_t i) { return i < line.size() ? line[i] : '\0'; };
  std::size_t i = 0;
  while (at(i) == '\f' || at(i) == '\v' || at(i) == '\r') ++i;
  std::size_t columns = 0;
  for (; at(i) == ' ' || at(i) == '\t'; ++i)
    columns += at(i) == ' ' ? 1 : kTabWidth - columns % kTabWidth;
  std::size_t rest = i;
  while (rest < line.size() && is_space(line[rest])) ++rest;
  if (rest == line.size()) return {line.size(), kBlank};
  return {i, static_cast<int>(columns)};
}

// What is known of each line that was added or removed.
struct Entry {
  std::size_t number = 0;         // equal lines have equal ones
  std::size_t behind = kNone;     // the next line, if it is one of the same side
  std::size_t next_like = kNone;  // the same text on the same side, further up
  Indent indent;
};

struct Heads {
  std::size_t added = kNone;
  std::size_t removed = kNone;
};

class Marker {
 public:
  Marker(std::span<PatchLine> lines, const MovedOptions& options)
      : lines_(lines), options_(options), entries_(lines.size()) {
    std::unordered_map<std::string, std::size_t> numbers;  // asked, never iterated
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const PatchLine& line = lines[i];
      if (line.sign != '+' && line.sign != '-') continue;
      Entry& entry = entries_[i];
      if (options.indentation) entry.indent = indent_of(line.text);
      std::string key = folded(line.text.substr(entry.indent.bytes), options.whitespace);
      entry.number = numbers.try_emplace(std::move(key), numbers.size()).first->second;
      heads_.resize(numbers.size());
      std::size_t& head =
          line.sign == '+' ? heads_[entry.number].added : heads_[entry.number].removed;
      entry.next_like = head;
      head = i;
      if (i > 0 && lines[i - 1].sign == line.sign) entries_[i - 1].behind = i;
    }
  }

  void mark() {
    for (std::size_t n = 0; n < lines_.size(); ++n) n = step(n);
    end_block(lines_.size());
  }

 private:
  // A place where the block could come from: its line that stands for the current one.
  struct Candidate {
    std::size_t at = 0;
    int indent = 0;  // by how much the indentation changed
  };

  std::size_t match_of(std::size_t n) const {
    const char sign = lines_[n].sign;
    if (sign == '+') return heads_[entries_[n].number].removed;
    if (sign == '-') return heads_[entries_[n].number].added;
    return kNone;
  }

  // Looks at a line and answers the one that was looked at last: an earlier one where a block that
  // was too short is looked at again from its second line on.
  std::size_t step(std::size_t n) {
    std::size_t match = match_of(n);
    if (lines_[n].sign != '+' && lines_[n].sign != '-') flipped_ = false;
    if (!candidates_.empty() && (match == kNone || lines_[n].sign != side_)) {
      if (!end_block(n) && length_ > 1) {
        match = kNone;
        n -= length_;
      }
      candidates_.clear();
      length_ = 0;
      flipped_ = false;
    }
    if (match == kNone) {
      side_ = ' ';
      return n;
    }
    if (options_.mode == MovedMode::plain) {
      lines_[n].moved = true;
      return n;
    }
    advance(n);
    if (candidates_.empty()) n = begin_block(n, match);
    if (candidates_.empty()) return n;
    ++length_;
    lines_[n].moved = true;
    if (flipped_ && options_.mode != MovedMode::blocks) lines_[n].alternate = true;
    return n;
  }

  std::size_t begin_block(std::size_t n, std::size_t match) {
    const bool touches = end_block(n);
    const char sign = lines_[n].sign;
    if (!touches && length_ > 1) {
      n -= length_;
    } else {
      for (; match != kNone; match = entries_[match].next_like)
        candidates_.push_back({match, indent_change(n, match)});
    }
    flipped_ = touches && !candidates_.empty() && !flipped_;
    side_ = candidates_.empty() ? ' ' : sign;
    length_ = 0;
    return n;
  }

  int indent_change(std::size_t n, std::size_t match) const {
    const int a = entries_[n].indent.columns;
    const int b = entries_[match].indent.columns;
    return a == kBlank && b == kBlank ? kBlank : a - b;
  }

  // Keeps the places whose next line is like this one.
  void advance(std::size_t n) {
    std::size_t kept = 0;
    for (Candidate candidate : candidates_) {
      candidate.at = entries_[candidate.at].behind;
      if (candidate.at == kNone || entries_[candidate.at].number != entries_[n].number) continue;
      if (options_.indentation && !same_indent(n, candidate)) continue;
      candidates_[kept++] = candidate;
    }
    candidates_.resize(kept);
  }

  bool same_indent(std::size_t n, Candidate& candidate) const {
    const int before = entries_[candidate.at].indent.columns;
    if (before == kBlank) return true;
    const int change = entries_[n].indent.columns - before;
    if (candidate.indent == kBlank) candidate.indent = change;  // the lines above it are blank
    return change == candidate.indent;
  }

  // Whether the block before the line at n stays one; else its marks go.
  bool end_block(std::size_t n) {
    if (options_.mode == MovedMode::plain) return length_ > 0;
    int letters = 0;
    for (std::size_t i = n - length_; i < n; ++i) {
      for (const char c : lines_[i].text) {
        if (c == '\0') break;
        if (is_letter(c) && ++letters >= kLettersMin) return true;
      }
    }
    for (std::size_t i = n - length_; i < n; ++i) lines_[i].moved = lines_[i].alternate = false;
    return false;
  }

  std::span<PatchLine> lines_;
  const MovedOptions& options_;
  std::vector<Entry> entries_;
  std::vector<Heads> heads_;  // by number
  std::vector<Candidate> candidates_;
  std::size_t length_ = 0;  // of the block so far
  char side_ = ' ';         // of the block
  bool flipped_ = false;
};

// Blocks that touch others show their ends, all else of them is dim.
void dim(std::span<PatchLine> lines) {
  const auto beside = [&](std::size_t i) -> const PatchLine* {
    if (i >= lines.size() || (lines[i].sign != '+' && lines[i].sign != '-')) return nullptr;
    return &lines[i];
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    PatchLine& line = lines[i];
    if (!line.moved) continue;
    const PatchLine* const neighbours[] = {i == 0 ? nullptr : beside(i - 1), beside(i + 1)};
    line.dim = true;
    for (const PatchLine* other : neighbours) {
      if (other != nullptr && other->moved && other->alternate != line.alternate) line.dim = false;
    }
  }
}

MovedMode mode_of(const std::string& text) {
  if (text == "no" || text == "false") return MovedMode::no;
  if (text == "plain") return MovedMode::plain;
  if (text == "blocks") return MovedMode::blocks;
  if (text == "zebra" || text == "default" || text == "true") return MovedMode::zebra;
  if (text == "dimmed-zebra" || text == "dimmed_zebra") return MovedMode::dimmed;
  throw Failure(Code::usage, "'" + text + "' is no way to show moved lines",
                "no, default, plain, blocks, zebra or dimmed-zebra");
}

// Names between commas; of those that say how much whitespace counts, the widest holds.
void read_whitespace(const std::string& text, MovedOptions& options) {
  bool some = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, end - begin);
    const auto widen = [&](merge::Whitespace to) {
      options.whitespace = std::max(options.whitespace, to);
      some = true;
    };
    if (name == "no") {
      options.whitespace = merge::Whitespace::exact;
      options.indentation = some = false;
    } else if (name == "ignore-space-at-eol") {
      widen(merge::Whitespace::ignore_at_end);
    } else if (name == "ignore-space-change") {
      widen(merge::Whitespace::ignore_changes);
    } else if (name == "ignore-all-space") {
      widen(merge::Whitespace::ignore_all);
    } else if (name == "allow-indentation-change") {
      options.indentation = true;
    } else {
      throw Failure(Code::usage, "'" + name + "' is no way to compare moved lines",
                    "no, ignore-space-at-eol, ignore-space-change, ignore-all-space or "
                    "allow-indentation-change");
    }
    begin = end + 1;
  }
  if (some && options.indentation)
    throw Failure(Code::usage, "allow-indentation-change goes with no other whitespace mode");
}

}  // namespace

std::vector<Option> MovedOptions::option_rows() {
  return {{"--color-moved", "MODE",
           "lines that moved in colours of their own: no, default, plain, blocks, zebra or "
           "dimmed-zebra",
           Offers::words, "no default plain blocks zebra dimmed-zebra"},
          {"--no-color-moved", "", "no colours for lines that moved"},
          {"--color-moved-ws", "MODES", "what of whitespace does not count in them", Offers::words,
           "no ignore-space-at-eol ignore-space-change ignore-all-space "
           "allow-indentation-change"}};
}

MovedOptions MovedOptions::from(const Given& given) {
  MovedOptions out;
  if (const auto text = given.value("color-moved"); text && !given.has("no-color-moved"))
    out.mode = mode_of(*text);
  if (const auto text = given.value("color-moved-ws")) read_whitespace(*text, out);
  return out;
}

void mark_moved(std::span<PatchLine> lines, const MovedOptions& options) {
  Marker(lines, options).mark();
  if (options.mode == MovedMode::dimmed) dim(lines);
}

}  // namespace hn::cli
