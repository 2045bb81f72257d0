#include "hn/merge/text_diffs.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "hn/crypto/hash.hpp"
#include "hn/merge/diff.hpp"
#include "hn/merge/text_merge.hpp"
#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

using Hunks = std::vector<std::vector<std::string>>;

object::Id id_of(const std::string& text) {
  constexpr crypto::Purpose kPurpose("hn.test.text");
  return {crypto::hash(kPurpose, as_bytes(text))};
}

// Texts that lie in memory as long as this, each once.
struct Kept {
  std::vector<std::string> texts;

  KnownTexts known(TextDiffs& diffs) const {
    KnownTexts out{diffs, {}};
    for (const std::string& text : texts)
      if (!text.empty()) out.ids.emplace_back(as_bytes(text).data(), id_of(text));
    std::ranges::sort(out.ids);
    return out;
  }
};

// Versions of a text; few of them differ much.
Kept random_texts(Random& random, const std::vector<std::string>& base, std::size_t count) {
  Kept out;
  for (std::size_t i = 0; i < count; ++i)
    out.texts.push_back(joined(edited(base, random, random.below(6), 9), random.below(4) != 0));
  if (random.below(8) == 0) out.texts[random.below(count)].clear();
  return out;
}

// Where the reference's lines stand in a text, line by line; -1 where they do not.
std::vector<int> places(const std::string& reference, const std::string& text) {
  std::vector<int> out(split_lines(as_bytes(reference)).size(), -1);
  std::uint32_t a = 0, b = 0;
  const auto match_until = [&](std::size_t end) {
    for (; a < end; ++a, ++b) out[a] = static_cast<int>(b);
  };
  for (const Difference& d : diff_lines(as_bytes(reference), as_bytes(text))) {
    match_until(d.a_begin);
    a = d.a_end;
    b = d.b_end;
  }
  match_until(out.size());
  return out;
}

// The pieces of all texts by the definition: runs of firm lines, and what lies between them.
Hunks hunks_by_definition(const std::vector<std::string>& texts) {
  const std::string& reference = texts[1];
  std::vector<std::vector<int>> at;
  std::vector<std::vector<Line>> lines;
  for (const std::string& text : texts) {
    at.push_back(places(reference, text));
    lines.push_back(split_lines(as_bytes(text)));
  }
  std::vector<std::size_t> done(texts.size(), 0);
  Hunks out;
  const auto cut = [&](auto end_in) {
    std::vector<std::string> pieces(texts.size());
    bool any = false;
    for (std::size_t t = 0; t < texts.size(); ++t) {
      for (const std::size_t end = end_in(t); done[t] < end; any = true)
        pieces[t] += lines[t][done[t]++];
    }
    if (any) out.push_back(pieces);
  };
  const auto is_firm = [&](std::size_t line) {
    return std::ranges::all_of(at, [&](const auto& places) { return places[line] >= 0; });
  };
  const auto follows = [&](std::size_t line) {
    return is_firm(line) && std::ranges::all_of(at, [&](const auto& places) {
             return places[line] == places[line - 1] + 1;
           });
  };
  for (std::size_t line = 0; line < lines[1].size(); ++line) {
    if (!is_firm(line)) continue;
    cut([&](std::size_t t) { return static_cast<std::size_t>(at[t][line]); });
    while (line + 1 < lines[1].size() && follows(line + 1)) ++line;
    cut([&](std::size_t t) { return static_cast<std::size_t>(at[t][line]) + 1; });
  }
  cut([&](std::size_t t) { return lines[t].size(); });
  return out;
}

bool same(const TextMerge& a, const TextMerge& b) {
  return std::ranges::equal(a.hunks, b.hunks, {}, &TextHunk::terms, &TextHunk::terms);
}

}  // namespace

TEST_CASE("hunks are cut as they are defined") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  for (int round = 0; round < 400; ++round) {
    const auto base = random_lines(random, random.below(20), 7);
    const auto kept = random_texts(random, base, 3 + 2 * random.below(3));
    const auto merge = merge_texts(views(kept.texts));
    const Hunks expected = hunks_by_definition(kept.texts);
    INFO("round " << round);
    REQUIRE(merge.hunks.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      Terms<std::string_view> pieces(expected[i].begin(), expected[i].end());
      const auto place = resolved_place(std::span<const std::string_view>(pieces));
      if (place) pieces = {pieces[*place]};
      CHECK(merge.hunks[i].terms == pieces);
    }
  }
}

TEST_CASE("what texts were compared before changes no merge") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  // Also so few bytes that nothing stays.
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{1} << 12, std::size_t{1} << 20}) {
    TextDiffs diffs(bytes);
    const auto base = random_lines(random, 12, 7);
    const auto kept = random_texts(random, base, 12);
    const KnownTexts known = kept.known(diffs);
    for (int round = 0; round < 300; ++round) {
      Terms<Terms<ByteView>> nested;
      for (std::size_t i = 0, n = 3 + 2 * random.below(2); i < n; ++i) {
        nested.emplace_back();
        for (std::size_t k = 0, m = 1 + 2 * random.below(2); k < m; ++k)
          nested.back().push_back(as_bytes(kept.texts[random.below(kept.texts.size())]));
      }
      INFO("bytes " << bytes << ", round " << round);
      CHECK(same(merge_nested_texts(nested, &known), merge_nested_texts(nested)));
    }
  }
}

TEST_CASE("the differences of two texts are those of this pair, in this order") {
  TextDiffs diffs(1 << 20);
  const Kept kept{{text("a b c"), text("a x c"), text("b c"), text("")}};
  const KnownTexts known = kept.known(diffs);
  const auto view = [&](std::size_t i) { return as_bytes(kept.texts[i]); };
  CHECK(diffs.find({id_of(kept.texts[0]), id_of(kept.texts[1])}) == nullptr);
  merge_nested_texts({{view(1)}, {view(0)}, {view(2)}}, &known);
  const auto found = diffs.find({id_of(kept.texts[0]), id_of(kept.texts[1])});
  REQUIRE(found != nullptr);
  REQUIRE(found->size() == 1);
  CHECK(found->front().a_begin == 2);
  CHECK(found->front().b_end == 4);
  CHECK(diffs.find({id_of(kept.texts[1]), id_of(kept.texts[0])}) == nullptr);
  CHECK(diffs.find({id_of(kept.texts[0]), id_of(kept.texts[2])}) != nullptr);
  CHECK_FALSE(known.id_of(view(3)).has_value());
}
