#include <algorithm>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/diff.hpp"
#include "merge/file_merge.hpp"
#include "merge/markers.hpp"

// The marked text and the resolution are compared line by line; what stands in the place of a
// hunk's markers, between lines that both have, is what was made of it.
namespace hn::merge {
namespace {

struct Place {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// Where lines [begin, end) of the first text stand in the second; nothing where a difference
// reaches over one of the borders.
std::optional<Place> place_of(std::span<const Difference> differences, std::uint32_t begin,
                              std::uint32_t end) {
  std::int64_t before = 0;
  std::int64_t behind = 0;
  for (const Difference& d : differences) {
    const std::int64_t shift = std::int64_t{d.b_end} - d.a_end;
    if (d.a_end < begin || (d.a_end == begin && d.a_begin < begin)) {
      before = behind = shift;
    } else if (d.a_begin <= end) {
      if (d.a_begin < begin || d.a_end > end) return std::nullopt;
      behind = shift;
    }
  }
  return Place{static_cast<std::uint32_t>(begin + before),
               static_cast<std::uint32_t>(end + behind)};
}

// The texts of a conflict, and how it is marked; none where it is not one of texts.
struct Read {
  std::vector<Bytes> texts;
  std::uint32_t length = 0;
  Marked marked;
};

Result<Read> read_marked(const object::BlockReader& reader, const object::Conflict& conflict) {
  Read out;
  if (!has_text_form(conflict.terms)) return out;
  HN_TRY(const auto contents, read_texts(reader, conflict.terms));
  if (!contents) return out;
  for (const auto& term : conflict.terms) out.texts.push_back(to_bytes(contents->of(term)));
  const Terms<ByteView> texts(out.texts.begin(), out.texts.end());
  out.length = marker_length_for(texts);
  const std::vector<std::string> labels(texts.size());
  out.marked = mark(merge_texts(texts), labels, out.length);
  return out;
}

}  // namespace

Result<OpenHunks> open_hunks(const object::BlockReader& reader, const object::Conflict& conflict) {
  HN_TRY(auto read, read_marked(reader, conflict));
  OpenHunks out;
  out.texts = std::move(read.texts);
  for (Marked::Hunk& hunk : read.marked.open) out.hunks.push_back(std::move(hunk.pieces));
  return out;
}

Result<AnswersGiven> answers_given(const object::BlockReader& reader,
                                   const object::Conflict& conflict, ByteView now) {
  HN_TRY(auto read, read_marked(reader, conflict));
  AnswersGiven out;
  out.texts = std::move(read.texts);
  const Marked& marked = read.marked;
  const std::uint32_t length = read.length;
  const auto lines = split_lines(now);
  const auto differences = diff_lines(marked.text, now);
  for (const Marked::Hunk& hunk : marked.open) {
    const auto place = place_of(differences, hunk.begin, hunk.end);
    if (!place || place->begin > place->end || place->end > lines.size()) continue;
    Answer answer{hunk.pieces, {}};
    for (std::uint32_t i = place->begin; i < place->end; ++i)
      answer.made.insert(answer.made.end(), lines[i].begin(), lines[i].end());
    if (!has_markers(answer.made, length)) out.hunks.push_back(std::move(answer));
  }
  return out;
}

}  // namespace hn::merge
