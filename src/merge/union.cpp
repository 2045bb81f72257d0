#include "hn/merge/conflicts.hpp"
#include "hn/merge/diff.hpp"
#include "merge/file_merge.hpp"
#include "merge/markers.hpp"

// Specified in hn-merge(7), ALL SIDES.
namespace hn::merge {
namespace {

using Lines = std::vector<Line>;

// Both one after the other at each place where they differ; what the diff matches once.
Lines both(const Lines& a, const Lines& b) {
  Lines out;
  std::uint32_t at = 0;
  const auto take = [&](const Lines& from, std::uint32_t begin, std::uint32_t end) {
    out.insert(out.end(), from.begin() + begin, from.begin() + end);
  };
  for (const Difference& d : diff_lines(a, b)) {
    take(a, at, d.a_end);
    take(b, d.b_begin, d.b_end);
    at = d.a_end;
  }
  take(a, at, static_cast<std::uint32_t>(a.size()));
  return out;
}

void append(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

// A line in the middle gets the newline that it lacked at the end of its side.
void append(Bytes& out, const Lines& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    append(out, lines[i]);
    if (i + 1 < lines.size() && !lines[i].ends_with('\n')) out.push_back('\n');
  }
}

Bytes union_text(const TextMerge& merge) {
  Bytes out;
  for (const TextHunk& hunk : merge.hunks) {
    if (hunk.is_resolved()) {
      append(out, hunk.terms[0]);
      continue;
    }
    const auto places = simplified_places(std::span<const std::string_view>(hunk.terms));
    Lines lines;
    for (std::size_t i = 0; i < places.size(); i += 2) {
      const Lines side = split_lines(as_bytes(hunk.terms[places[i]]));
      lines = i == 0 ? side : both(lines, side);
    }
    append(out, lines);
  }
  return out;
}

}  // namespace

Result<std::optional<UnionFile>> union_of(const object::BlockReader& reader,
                                          const object::Conflict& conflict) {
  if (!has_text_form(conflict.terms)) return std::optional<UnionFile>();
  HN_TRY(const auto contents, read_texts(reader, conflict.terms));
  if (!contents) return std::optional<UnionFile>();
  Terms<ByteView> texts;
  for (const auto& term : conflict.terms) texts.push_back(contents->of(term));
  return std::optional(UnionFile{merged_mode(conflict.terms), union_text(merge_texts(texts))});
}

}  // namespace hn::merge
