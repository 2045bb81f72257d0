#include "hn/merge/text_merge.hpp"

#include <map>

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

constexpr std::uint32_t kNone = UINT32_MAX;

struct Text : NumberedText {
  std::vector<std::uint32_t> match;  // for each line of the reference, or kNone
};

std::vector<std::uint32_t> matches_in(const Text& reference, const Text& text,
                                      std::uint32_t count) {
  std::vector<std::uint32_t> match(reference.lines.size(), kNone);
  std::uint32_t a = 0, b = 0;
  const auto run_until = [&](std::uint32_t end) {
    while (a < end) match[a++] = b++;
  };
  for (const auto& d : diff_numbered(reference, text, count)) {
    run_until(d.a_begin);
    a = d.a_end;
    b = d.b_end;
  }
  run_until(static_cast<std::uint32_t>(reference.lines.size()));
  return match;
}

// The bytes of lines [begin, end) as one view.
std::string_view join(const std::vector<Line>& lines, std::uint32_t begin, std::uint32_t end) {
  if (begin == end) return {};
  const char* first = lines[begin].data();
  const auto& last = lines[end - 1];
  return {first, static_cast<std::size_t>(last.data() + last.size() - first)};
}

// Cuts aligned texts into hunks, each with the piece of every text.
class Aligner {
 public:
  explicit Aligner(std::span<const ByteView> terms) {
    HN_ASSERT(terms.size() % 2 == 1);
    // Terms at one place in memory are one text: of many heads most have a base in common.
    std::map<std::pair<const Byte*, std::size_t>, std::size_t> known;
    LineNumbers numbers;
    const auto add = [&](ByteView term) {
      const auto [at, is_new] = known.try_emplace({term.data(), term.size()}, texts_.size());
      if (is_new) {
        NumberedText text = numbers.add(term, texts_.empty() ? nullptr : &texts_.front());
        texts_.push_back({std::move(text), {}});
      }
      return at->second;
    };
    add(terms[terms.size() > 1 ? 1 : 0]);
    for (const ByteView term : terms) text_of_.push_back(add(term));
    at_.resize(texts_.size());
    const Text& reference = texts_.front();
    lines_ = static_cast<std::uint32_t>(reference.lines.size());
    for (auto& text : texts_) text.match = matches_in(reference, text, numbers.count());
  }

  // Calls sink(pieces) for each hunk in order; all pieces of a firm run are equal.
  template <class Sink>
  void run(Sink sink) {
    for (std::uint32_t i = 0; i < lines_;) {
      if (!is_firm(i)) {
        ++i;
        continue;
      }
      emit_until([&](const Text& text) { return text.match[i]; }, sink);
      const auto end = firm_end(i);
      emit_until([&](const Text& text) { return text.match[end - 1] + 1; }, sink);
      i = end;
    }
    emit_until([](const Text& t) { return static_cast<std::uint32_t>(t.lines.size()); }, sink);
  }

 private:
  bool is_firm(std::uint32_t line) const {
    for (const auto& text : texts_) {
      if (text.match[line] == kNone) return false;
    }
    return true;
  }

  // The end of the run of firm lines that begins at `line`, without a gap in any text.
  std::uint32_t firm_end(std::uint32_t line) const {
    auto end = line + 1;
    const auto goes_on = [&] {
      for (const auto& text : texts_) {
        if (text.match[end] != text.match[end - 1] + 1) return false;
      }
      return true;
    };
    while (end < lines_ && is_firm(end) && goes_on()) ++end;
    return end;
  }

  template <class End, class Sink>
  void emit_until(End end_in, Sink sink) {
    std::vector<std::string_view> of_text;
    bool any = false;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const auto end = end_in(texts_[i]);
      of_text.push_back(join(texts_[i].lines, at_[i], end));
      any = any || end != at_[i];
      at_[i] = end;
    }
    if (!any) return;
    Terms<std::string_view> pieces;
    pieces.reserve(text_of_.size());
    for (const std::size_t text : text_of_) pieces.push_back(of_text[text]);
    sink(std::move(pieces));
  }

  std::vector<Text> texts_;           // each once, the reference first
  std::vector<std::size_t> text_of_;  // by term
  std::vector<std::uint32_t> at_;     // where the next hunk begins in each text
  std::uint32_t lines_ = 0;           // of the reference
};

using Pieces = Terms<std::string_view>;

}  // namespace

TextMerge merge_nested_texts(const Terms<Terms<ByteView>>& nested) {
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
  Aligner(flatten(nested)).run([&](Pieces pieces) {
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
  Bytes out;
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
