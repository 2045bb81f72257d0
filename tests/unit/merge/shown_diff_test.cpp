#include "hn/merge/shown_diff.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "hn/base/random.hpp"
#include "hn/merge/diff.hpp"
#include "hn/merge/unified.hpp"
#include "support/temp_folder.hpp"

// Held against git byte for byte; skipped where there is no git. HN_SHOWN_ROUNDS makes it longer.
using namespace hn;
using namespace hn::merge;

namespace {

struct Texts {
  std::string a;
  std::string b;
};

// Indented lines, many of them alike, some blank: what makes differences slide.
std::string random_line(SeededRandom& random, std::uint64_t kinds) {
  const std::uint64_t kind = random.below(kinds + 3);
  if (kind == 0) return random.below(2) == 0 ? "" : "  ";
  if (kind == 1) return std::string(random.below(4) * 2, ' ') + "}";
  if (kind == 2)
    return std::string(random.below(3), '\t') + "x" + std::string(random.below(3), ' ');
  return std::string(random.below(4) * 2, ' ') + "line " + std::to_string(random.below(kinds));
}

Texts random_texts(SeededRandom& random) {
  const std::uint64_t lines = random.below(20) == 0 ? 2000 : 1 + random.below(80);
  const std::uint64_t kinds = 1 + random.below(lines * 2);
  std::vector<std::string> a;
  for (std::uint64_t i = 0; i < lines; ++i) a.push_back(random_line(random, kinds));
  std::vector<std::string> b;
  const std::uint64_t rate = 2 + random.below(40);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::uint64_t what = random.below(rate * 4);
    if (what == 0) continue;
    if (what == 1) b.push_back(random_line(random, kinds));
    if (what == 2) {
      const std::size_t from = random.below(a.size());
      for (std::size_t k = from; k < std::min(a.size(), from + random.below(9)); ++k)
        b.push_back(a[k]);
    }
    b.push_back(what == 3 ? random_line(random, kinds) : a[i]);
    if (what == 4) b.back() += " ";
  }
  Texts out;
  for (const std::string& line : a) out.a += line + "\n";
  for (const std::string& line : b) out.b += line + "\n";
  if (random.below(6) == 0 && !out.a.empty()) out.a.pop_back();
  if (random.below(6) == 0 && !out.b.empty()) out.b.pop_back();
  return out;
}

// Functions that look alike, of which one is put in, taken out or changed: each difference could
// stand at several places.
std::string function_text(SeededRandom& random, std::uint64_t kinds) {
  std::string out = random.below(3) == 0 ? "\n" : "";
  out += "def f" + std::to_string(random.below(kinds)) + "\n";
  for (std::uint64_t i = random.below(5); i > 0; --i) {
    const std::string indent(2 + 2 * random.below(3), ' ');
    out +=
        random.below(5) == 0 ? "\n" : indent + "do " + std::to_string(random.below(kinds)) + "\n";
  }
  return out + (random.below(2) == 0 ? "end\n" : "  return\nend\n\n");
}

Texts random_code(SeededRandom& random) {
  const std::uint64_t kinds = 1 + random.below(4);
  std::vector<std::string> functions;
  for (std::uint64_t i = 2 + random.below(12); i > 0; --i)
    functions.push_back(function_text(random, kinds));
  Texts out;
  for (const std::string& function : functions) {
    const std::uint64_t what = random.below(6);
    if (what != 0) out.a += function;
    if (what != 1) out.b += function;
    if (what == 2) out.b += function;
    if (what == 3) out.b += function_text(random, kinds);
  }
  return out;
}

// Rare lines, none of which the other text has, between frequent ones.
Texts random_lonely(SeededRandom& random) {
  Texts out;
  for (std::string* text : {&out.a, &out.b}) {
    const std::string own = text == &out.a ? "a" : "b";
    const std::uint64_t rate = 1 + random.below(6);
    for (std::uint64_t i = 20 + random.below(300); i > 0; --i) {
      const std::uint64_t what = random.below(rate + 3);
      *text += what == 0   ? "both " + std::to_string(random.below(200)) + "\n"
               : what <= 2 ? "many " + std::to_string(random.below(2)) + "\n"
                           : own + std::to_string(random.below(1000)) + "\n";
    }
  }
  return out;
}

Texts random_case(SeededRandom& random) {
  const std::uint64_t kind = random.below(4);
  return kind == 0 ? random_code(random) : kind == 1 ? random_lonely(random) : random_texts(random);
}

class Git {
 public:
  bool is_here() const { return std::system("git --version >/dev/null 2>&1") == 0; }
  std::string diff(const Texts& texts, const std::string& options) {
    std::ofstream(folder_.path("a"), std::ios::binary) << texts.a;
    std::ofstream(folder_.path("b"), std::ios::binary) << texts.b;
    const std::string command = "cd '" + folder_.path() + "' && git diff --no-index --no-color " +
                                options + " a b 2>/dev/null | sed '1,/^+++ /d'";
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    pclose(pipe);
    return out;
  }

 private:
  test::TempFolder folder_;
};

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What a merge matches, as git heads its hunks without context.
std::string merged_hunks(const Texts& texts) {
  std::string out;
  const auto range = [](std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t first = begin == end ? begin : begin + 1;
    return std::to_string(first) + (end - begin == 1 ? "" : "," + std::to_string(end - begin));
  };
  for (const auto& d : diff_lines(as_bytes(texts.a), as_bytes(texts.b))) {
    out += "@@ -" + range(d.a_begin, d.a_end) + " +" + range(d.b_begin, d.b_end) + " @@\n";
  }
  return out;
}

std::string hunk_heads(const std::string& diff) {
  std::string out;
  std::istringstream in(diff);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("@@ ")) out += line.substr(0, line.find(" @@") + 3) + "\n";
  }
  return out;
}

std::string ours(const Texts& texts, const UnifiedOptions& options) {
  return unified_text(as_bytes(texts.a), as_bytes(texts.b), options);
}

}  // namespace

TEST_CASE("git shows the same differences, byte for byte") {
  Git git;
  if (!git.is_here()) return;
  const std::uint64_t seed = number_of("HN_SEED", 20261121);
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  for (std::uint64_t round = 0; round < number_of("HN_SHOWN_ROUNDS", 300); ++round) {
    const Texts texts = random_case(random);
    INFO("round " << round << "\n--a\n" << texts.a << "--b\n" << texts.b);
    const std::uint64_t way = random.below(6);
    UnifiedOptions options;
    std::string words;
    if (way == 1) words = "-U0", options.context = 0;
    if (way == 2) words = "-w", options.shown.whitespace = Whitespace::ignore_all;
    if (way == 3) words = "-b", options.shown.whitespace = Whitespace::ignore_changes;
    if (way == 4) {
      words = "--ignore-space-at-eol -U1";
      options = {1, true, {Whitespace::ignore_at_end, true}};
    }
    if (way == 5) words = "--no-indent-heuristic", options.shown.indent_heuristic = false;
    INFO(words);
    REQUIRE(ours(texts, options) == git.diff(texts, words));
  }
}

TEST_CASE("merges match the lines that git's histogram diff matches") {
  Git git;
  if (!git.is_here()) return;
  const std::uint64_t seed = number_of("HN_SEED", 20261121);
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  for (std::uint64_t round = 0; round < number_of("HN_SHOWN_ROUNDS", 300); ++round) {
    Texts texts = random_case(random);
    // Where the only common lines are frequent ones the shortest script is not git's.
    if (texts.a.size() > 3000) continue;
    INFO("round " << round << "\n--a\n" << texts.a << "--b\n" << texts.b);
    const auto theirs = git.diff(texts, "-U0 --diff-algorithm=histogram --no-indent-heuristic");
    REQUIRE(merged_hunks(texts) == hunk_heads(theirs));
  }
}

TEST_CASE("where a search is too dear git gives up at the same places") {
  Git git;
  if (!git.is_here()) return;
  const std::uint64_t seed = number_of("HN_SEED", 20261121);
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 12; ++round) {
    // Few kinds of lines, in an order of its own on each side, and now and then a run of equal
    // ones.
    Texts texts;
    const std::uint64_t kinds = 40U << random.below(7);
    const std::uint64_t equal = 15 + random.below(400);
    for (int i = 0; i < 8; ++i) {
      for (std::uint64_t k = 100 + random.below(500); k > 0; --k)
        texts.a += std::to_string(random.below(kinds)) + "\n";
      for (std::uint64_t k = 100 + random.below(500); k > 0; --k)
        texts.b += std::to_string(random.below(kinds)) + "\n";
      std::string run;
      for (std::uint64_t k = equal; k > 0; --k) run += std::to_string(random.below(kinds)) + "\n";
      texts.a += run, texts.b += run;
    }
    INFO("round " << round << ", kinds " << kinds);
    REQUIRE(ours(texts, {}) == git.diff(texts, ""));
  }
}

TEST_CASE("where much is equal in a long way git splits early at the same places") {
  Git git;
  if (!git.is_here()) return;
  const std::uint64_t seed = number_of("HN_SEED", 20261121);
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 8; ++round) {
    Texts texts;
    // With fewer than 65,536 lines git gives up before it looks for such a place, and it looks only
    // behind runs of more than 20 equal lines. Parts that moved make it choose between several.
    const std::uint64_t kinds = 300U << random.below(5);
    const std::uint64_t rate = 20 + random.below(60);
    std::vector<std::string> moved(1 + random.below(40));
    for (int i = 0; i < 40000; ++i) {
      const std::string line = std::to_string(random.below(kinds)) + "\n";
      const std::uint64_t what = random.below(rate);
      std::string& b = moved[static_cast<std::size_t>(i) * moved.size() / 40000];
      if (what != 0) texts.a += line;
      if (what != 1) b += line;
      if (what == 2 && random.below(3) == 0) b += std::to_string(random.below(kinds)) + "\n";
    }
    while (!moved.empty()) {
      const auto next = moved.begin() + static_cast<std::ptrdiff_t>(random.below(moved.size()));
      texts.b += *next;
      moved.erase(next);
    }
    INFO("round " << round << ", kinds " << kinds << ", rate " << rate);
    REQUIRE(ours(texts, {}) == git.diff(texts, ""));
  }
}

TEST_CASE("differences rebuild the second text") {
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    const Texts texts = random_texts(random);
    const auto a = split_lines(as_bytes(texts.a));
    const auto b = split_lines(as_bytes(texts.b));
    std::string built;
    std::uint32_t at = 0;
    for (const Difference& d : shown_diff(a, b)) {
      for (; at < d.a_begin; ++at) built += a[at];
      for (std::uint32_t j = d.b_begin; j < d.b_end; ++j) built += b[j];
      at = d.a_end;
    }
    for (; at < a.size(); ++at) built += a[at];
    REQUIRE(built == texts.b);
  }
}
