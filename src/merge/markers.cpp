#include "merge/markers.hpp"

#include <algorithm>

// Specified in hn-merge(7), MARKERS. Two sides show as git shows them with
// merge.conflictStyle=zdiff3: what both sides begin or end with in common stands outside.
namespace hn::merge {
namespace {

constexpr std::string_view kMarkers = "<|=>+-";

// The length of the marker that a line is, or 0: a run of one marker byte, then a blank or the end.
std::size_t marker_in(Line line) {
  if (line.empty() || kMarkers.find(line[0]) == std::string_view::npos) return 0;
  const auto end = std::min(line.find_first_not_of(line[0]), line.size());
  if (end == line.size() || line[end] == ' ' || line[end] == '\r' || line[end] == '\n') return end;
  return 0;
}

class Marker {
 public:
  Marker(const TextMerge& merge, std::span<const std::string> labels, std::uint32_t length,
         const MarkForm& form)
      : labels_(labels), length_(length), form_(form), newline_(newline_of(merge)) {
    for (const auto& hunk : merge.hunks) {
      if (hunk.is_resolved()) {
        append(hunk.terms[0]);
      } else {
        show(hunk);
      }
    }
  }

  Marked take() && { return std::move(out_); }

 private:
  // Markers end as the first line of the file does.
  static std::string_view newline_of(const TextMerge& merge) {
    for (const auto& hunk : merge.hunks) {
      for (const auto piece : hunk.terms) {
        const auto at = piece.find('\n');
        if (at != std::string_view::npos) return at > 0 && piece[at - 1] == '\r' ? "\r\n" : "\n";
      }
    }
    return "\n";
  }

  void show(const TextHunk& hunk) {
    const auto places = simplified_places(std::span<const std::string_view>(hunk.terms));
    Marked::Hunk shown;
    for (const std::size_t place : places) shown.pieces.push_back(hunk.terms[place]);
    if (const auto answer = form_.answers ? form_.answers(shown.pieces) : std::nullopt)
      return append(as_text(*answer));
    shown.begin = lines_;
    if (places.size() == 3) {
      show_two(hunk, places);
    } else {
      show_many(hunk, places);
    }
    shown.end = lines_;
    out_.open.push_back(std::move(shown));
  }

  void show_two(const TextHunk& hunk, const std::vector<std::size_t>& places) {
    auto ours = split_lines(as_bytes(hunk.terms[places[0]]));
    auto theirs = split_lines(as_bytes(hunk.terms[places[2]]));
    std::size_t lead = 0, tail = 0;
    const auto shorter = std::min(ours.size(), theirs.size());
    const bool whole = form_.style == MarkerStyle::diff3;
    while (!whole && lead < shorter && ours[lead] == theirs[lead]) ++lead;
    while (!whole && tail < shorter - lead &&
           ours[ours.size() - 1 - tail] == theirs[theirs.size() - 1 - tail])
      ++tail;
    append_lines(std::span(ours).first(lead));
    marker('<', labels_[places[0]]);
    body(std::span(ours).subspan(lead, ours.size() - lead - tail));
    if (form_.style != MarkerStyle::merge) {
      marker('|', labels_[places[1]]);
      body(split_lines(as_bytes(hunk.terms[places[1]])));
    }
    marker('=', {});
    body(std::span(theirs).subspan(lead, theirs.size() - lead - tail));
    marker('>', labels_[places[2]]);
    append_lines(std::span(ours).last(tail));
  }

  void show_many(const TextHunk& hunk, const std::vector<std::size_t>& places) {
    const auto sides = std::to_string(places.size() / 2 + 1) + " sides";
    marker('<', sides);
    for (std::size_t i = 0; i < places.size(); ++i) {
      marker(i % 2 == 0 ? '+' : '-', labels_[places[i]]);
      body(split_lines(as_bytes(hunk.terms[places[i]])));
    }
    marker('>', sides);
  }

  void marker(char c, std::string_view label) {
    append(std::string(length_, c));
    if (!label.empty()) append(" " + std::string(label));
    append(newline_);
  }

  void append_lines(std::span<const Line> lines) {
    for (const auto line : lines) append(line);
  }

  // A last line without its newline gets one, so that the marker after it is a line.
  void body(std::span<const Line> lines) {
    append_lines(lines);
    if (!lines.empty() && lines.back().back() != '\n') append(newline_);
  }

  void append(std::string_view text) {
    lines_ += static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
    out_.text.insert(out_.text.end(), text.begin(), text.end());
  }

  std::span<const std::string> labels_;
  std::uint32_t length_;
  const MarkForm& form_;
  std::string_view newline_;
  std::uint32_t lines_ = 0;  // that were ended
  Marked out_;
};

}  // namespace

std::uint32_t marker_length_for(std::span<const ByteView> texts) {
  std::size_t longest = kMarkerLengthMin - 1;
  for (const auto& text : texts) {
    for (const auto line : split_lines(text)) longest = std::max(longest, marker_in(line));
  }
  return static_cast<std::uint32_t>(longest + 1);
}

Marked mark(const TextMerge& merge, std::span<const std::string> labels, std::uint32_t length,
            const MarkForm& form) {
  return Marker(merge, labels, length, form).take();
}

bool has_markers(ByteView text, std::uint32_t length) {
  const auto lines = split_lines(text);
  return std::any_of(lines.begin(), lines.end(),
                     [&](Line line) { return marker_in(line) == length; });
}

}  // namespace hn::merge
