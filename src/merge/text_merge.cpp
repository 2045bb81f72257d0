#include "hn/merge/text_merge.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "hn/base/assert.hpp"
#include "hn/merge/diff.hpp"
#include "merge/nested_terms.hpp"
#include "merge/numbered_diff.hpp"

// Specified in hn-merge(7), TEXTS. All texts are compared with one of them, the first that is taken
// away; a line of it stands firm where every other text has a match for it, and what lies between
// firm lines is a hunk. With three texts that is diff3 (Khanna, Kunal, Pierce, "A Formal
// Investigation of Diff3", FSTTCS 2007, section 3). Comparing neighbours in a chain instead was
// rejected: a line could then stand firm though the ends of the chain never had it in common.
namespace hn::merge {
namespace {

// The bytes of lines [begin, end) as one view.
std::string_view join(const std::vector<Line>& lines, std::uint32_t begin, std::uint32_t end) {
  if (begin == end) return {};
  const char* first = lines[begin].data();
  const auto& last = lines[end - 1];
  return {first, static_cast<std::size_t>(last.data() + last.size() - first)};
}

using Differences = std::vector<BytesDiffer>;

// Where each line begins, and the end.
std::vector<std::uint32_t> offsets_of(const std::vector<Line>& lines) {
  std::vector<std::uint32_t> out{0};
  out.reserve(lines.size() + 1);
  for (const Line line : lines) out.push_back(out.back() + static_cast<std::uint32_t>(line.size()));
  return out;
}

// Compares texts with the first of them; what was compared before is not even cut into lines.
class Comparing {
 public:
  Comparing(ByteView reference, const KnownTexts* known)
      : known_(known), reference_(reference), id_(id_of(reference)) {}

  TextDiffs::Differences with(ByteView text) {
    const auto id = id_of(text);
    if (!id || !id_) return compare(text);
    if (auto known = known_->diffs.find({*id_, *id})) return known;
    auto made = compare(text);
    known_->diffs.keep({*id_, *id}, made);
    return made;
  }

 private:
  std::optional<object::Id> id_of(ByteView text) const {
    return known_ != nullptr ? known_->id_of(text) : std::nullopt;
  }

  TextDiffs::Differences compare(ByteView text) {
    if (!numbered_) {
      numbered_ = numbers_.add(reference_);
      offsets_ = offsets_of(numbered_->lines);
    }
    const NumberedText numbered = numbers_.add(text, &*numbered_);
    const auto offsets = offsets_of(numbered.lines);
    Differences out;
    for (const Difference& d : diff_numbered(*numbered_, numbered, numbers_.count()))
      out.push_back({offsets_[d.a_begin], offsets_[d.a_end], offsets[d.b_begin], offsets[d.b_end]});
    return std::make_shared<const Differences>(std::move(out));
  }

  const KnownTexts* known_;
  ByteView reference_;
  std::optional<object::Id> id_;
  LineNumbers numbers_;
  std::optional<NumberedText> numbered_;  // the reference,
  std::vector<std::uint32_t> offsets_;    // and its lines
};

// One of the texts: what differs from the reference, and how far it was cut.
struct Text {
  std::string_view bytes;
  TextDiffs::Differences differences;
  std::size_t next = 0;  // of the differences
  std::uint32_t at = 0;  // where the next piece begins

  const BytesDiffer* coming() const {
    return next < differences->size() ? &(*differences)[next] : nullptr;
  }
  std::string_view piece_until(std::uint32_t end) {
    const std::uint32_t begin = std::exchange(at, end);
    return bytes.substr(begin, end - begin);
  }
};

// Cuts aligned texts into hunks, each with the piece of every text.
class Aligner {
 public:
  Aligner(std::span<const ByteView> terms, const KnownTexts* known_texts) {
    HN_ASSERT(terms.size() % 2 == 1);
    // Terms at one place in memory are one text: of many heads most have a base in common.
    std::map<std::pair<const Byte*, std::size_t>, std::size_t> known;
    const ByteView reference = terms[terms.size() > 1 ? 1 : 0];
    known.emplace(std::pair(reference.data(), reference.size()), 0);
    texts_.push_back({as_text(reference), std::make_shared<const Differences>()});
    Comparing comparing(reference, known_texts);
    for (const ByteView term : terms) {
      const auto [at, is_new] = known.try_emplace({term.data(), term.size()}, texts_.size());
      if (is_new) texts_.push_back({as_text(term), comparing.with(term)});
      text_of_.push_back(at->second);
    }
  }

  // Calls run(piece) for each run of firm lines, which is the same in all texts, and hunk(pieces)
  // for what lies between them, in order. Of the reference a hunk is what differences that overlap
  // or touch take together.
  template <class Run, class Hunk>
  void run(Run run, Hunk hunk) {
    const auto end = static_cast<std::uint32_t>(texts_.front().bytes.size());
    while (const auto begin = next_difference()) {
      if (*begin > texts_.front().at) run(skip_to(*begin));
      const std::uint32_t hunk_ends = take_hunk(*begin);
      Terms<std::string_view> of_text;
      for (Text& text : texts_) of_text.push_back(text.piece_until(place_in(text, hunk_ends)));
      Terms<std::string_view> pieces;
      pieces.reserve(text_of_.size());
      for (const std::size_t text : text_of_) pieces.push_back(of_text[text]);
      hunk(std::move(pieces));
    }
    if (end > texts_.front().at) run(skip_to(end));
  }

 private:
  // Where in the reference the first difference is that no hunk has.
  std::optional<std::uint32_t> next_difference() const {
    std::optional<std::uint32_t> out;
    for (const Text& text : texts_) {
      const BytesDiffer* const coming = text.coming();
      if (coming != nullptr && (!out || coming->a_begin < *out)) out = coming->a_begin;
    }
    return out;
  }

  // Takes all differences of one hunk, which begins there; where it ends in the reference.
  std::uint32_t take_hunk(std::uint32_t end) {
    for (bool any = true; any;) {
      any = false;
      for (Text& text : texts_) {
        for (; text.coming() != nullptr && text.coming()->a_begin <= end; ++text.next) {
          end = std::max(end, text.coming()->a_end);
          any = true;
        }
      }
    }
    return end;
  }

  // Where a text has what stands at a place of the reference, behind the differences that were
  // taken.
  static std::uint32_t place_in(const Text& text, std::uint32_t place) {
    if (text.next == 0) return place;
    const BytesDiffer& last = (*text.differences)[text.next - 1];
    return last.b_end + (place - last.a_end);
  }

  // The run up to a place of the reference.
  std::string_view skip_to(std::uint32_t place) {
    for (Text& text : std::span(texts_).subspan(1)) text.at = place_in(text, place);
    return texts_.front().piece_until(place);
  }

  std::vector<Text> texts_;           // each once, the reference first
  std::vector<std::size_t> text_of_;  // by term
};

using Pieces = Terms<std::string_view>;

}  // namespace

TextMerge merge_nested_texts(const Terms<Terms<ByteView>>& nested, const KnownTexts* known) {
  // Where each term stands in flatten()'s order, in the shape of `nested`.
  Terms<Terms<std::size_t>> shape;
  std::size_t count = 0;
  for (const auto& inner : nested) {
    shape.emplace_back();
    for (std::size_t i = 0; i < inner.size(); ++i) shape.back().push_back(count++);
  }
  const auto flat_to_number = flatten(shape);
  std::vector<std::size_t> number_to_flat(count);
  for (std::size_t i = 0; i < count; ++i) number_to_flat[flat_to_number[i]] = i;

  TextMerge out;
  const bool is_flat = count == nested.size();
  const auto run = [&](std::string_view piece) { out.hunks.push_back({{piece}}); };
  Aligner(flatten(nested), known).run(run, [&](Pieces pieces) {
    if (is_flat) {
      const auto place = resolved_place(std::span<const std::string_view>(pieces));
      out.hunks.push_back({place ? Pieces{pieces[*place]} : std::move(pieces)});
      return;
    }
    Terms<Pieces> groups;
    for (const auto& numbers : shape) {
      groups.emplace_back();
      for (const auto number : numbers) groups.back().push_back(pieces[number_to_flat[number]]);
    }
    out.hunks.push_back({resolve_nested(std::move(groups))});
  });
  return out;
}

TextMerge merge_texts(std::span<const ByteView> terms) {
  Terms<Terms<ByteView>> nested;
  for (const auto& term : terms) nested.push_back({term});
  return merge_nested_texts(nested);
}

bool TextMerge::is_resolved() const noexcept {
  for (const auto& hunk : hunks) {
    if (!hunk.is_resolved()) return false;
  }
  return true;
}

Bytes TextMerge::text() const {
  HN_ASSERT(is_resolved());
  return term(0);
}

Bytes TextMerge::term(std::size_t place) const {
  std::size_t bytes = 0;
  for (const auto& hunk : hunks) bytes += hunk.terms[hunk.is_resolved() ? 0 : place].size();
  Bytes out;
  out.reserve(bytes);
  for (const auto& hunk : hunks) {
    const auto piece = as_bytes(hunk.is_resolved() ? hunk.terms[0] : hunk.terms[place]);
    out.insert(out.end(), piece.begin(), piece.end());
  }
  return out;
}

namespace {

// A last line without its newline is given one, so that it can be compared and followed.
std::string closed(std::string_view piece) {
  std::string out(piece);
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

// The lines of both in their order, those that match once.
std::string unite(const std::string& a, const std::string& b) {
  const auto old_lines = split_lines(as_bytes(a));
  const auto new_lines = split_lines(as_bytes(b));
  std::string out;
  std::uint32_t at = 0;
  const auto add = [&](const std::vector<Line>& lines, std::uint32_t begin, std::uint32_t end) {
    out += join(lines, begin, end);
  };
  for (const auto& d : diff_lines(as_bytes(a), as_bytes(b))) {
    add(old_lines, at, d.a_end);
    add(new_lines, d.b_begin, d.b_end);
    at = d.a_end;
  }
  add(old_lines, at, static_cast<std::uint32_t>(old_lines.size()));
  return out;
}

}  // namespace

std::optional<Bytes> TextMerge::united() const {
  Bytes out;
  const auto append = [&](std::string_view piece) {
    out.insert(out.end(), as_bytes(piece).begin(), as_bytes(piece).end());
  };
  for (const auto& hunk : hunks) {
    const auto terms = simplify(hunk.terms);
    if (terms.size() > 2 * kUnitedSidesMax) return std::nullopt;
    if (hunk.is_resolved()) {
      append(terms[0]);
      continue;
    }
    std::string all = closed(terms[0]);
    for (std::size_t side = 2; side < terms.size(); side += 2)
      all = unite(all, closed(terms[side]));
    append(all);
  }
  return out;
}

}  // namespace hn::merge
