// The line diff and the text merge beside git's, where git is installed: random small texts, the
// same verdict and the same bytes nearly always. HN_ROUNDS says how many.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "hn/merge/unified.hpp"
#include "merge/markers.hpp"
#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "hn-merge-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const char* name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
  }
  std::string read(const char* name) const {
    std::stringstream out;
    out << std::ifstream(path / name, std::ios::binary).rdbuf();
    return out.str();
  }
  int run(const std::string& command) const {
    return std::system(("cd " + path.string() + " && " + command).c_str());
  }
};

bool has_git() {
  return std::system("git --version >/dev/null 2>&1") == 0;
}

int rounds() {
  const char* given = std::getenv("HN_ROUNDS");
  return given != nullptr ? std::atoi(given) : 200;
}

// Lines as source code has them: most once or twice, a few many times.
std::vector<std::string> base_lines(Random& random) {
  auto lines = random_lines(random, 5 + random.below(30), 60);
  for (auto& line : lines) {
    if (random.below(4) == 0) line = random.below(2) == 0 ? "}" : "";
  }
  return lines;
}

}  // namespace

TEST_CASE("text merges come out as git merge-file's") {
  if (!has_git()) return;
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  const Folder folder;
  int same_verdict = 0, both_clean = 0, same_bytes = 0;
  for (int round = 0; round < rounds(); ++round) {
    const auto lines = base_lines(random);
    const std::vector<std::string> texts{joined(edited(lines, random, 1 + random.below(4), 60)),
                                         joined(lines),
                                         joined(edited(lines, random, 1 + random.below(4), 60))};
    const auto merge = merge_texts(views(texts));
    folder.write("ours", texts[0]);
    folder.write("base", texts[1]);
    folder.write("theirs", texts[2]);
    const bool clean = folder.run("git merge-file -p ours base theirs >out 2>/dev/null") == 0;
    same_verdict += clean == merge.is_resolved();
    if (!clean || !merge.is_resolved()) continue;
    ++both_clean;
    same_bytes += folder.read("out") == to_string(merge.text());
  }
  MESSAGE("same verdict " << same_verdict << " of " << rounds() << ", same bytes " << same_bytes
                          << " of " << both_clean);
  CHECK(same_verdict * 100 >= rounds() * 99);
  CHECK(same_bytes * 100 >= both_clean * 99);
}

TEST_CASE("conflicts of two sides show as git's zdiff3 does") {
  if (!has_git()) return;
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  const Folder folder;
  const std::vector<std::string> labels{"ours", "base", "theirs"};
  int same = 0, compared = 0;
  for (int round = 0; round < rounds() / 2; ++round) {
    const auto lines = base_lines(random);
    const std::vector<std::string> texts{joined(edited(lines, random, 1 + random.below(4), 60)),
                                         joined(lines),
                                         joined(edited(lines, random, 1 + random.below(4), 60))};
    const auto merge = merge_texts(views(texts));
    if (merge.is_resolved()) continue;
    for (std::size_t i = 0; i < 3; ++i) folder.write(labels[i].c_str(), texts[i]);
    folder.run("git merge-file -p --zdiff3 ours base theirs >out 2>/dev/null");
    same += folder.read("out") == to_string(mark(merge, labels, kMarkerLengthMin).text);
    ++compared;
  }
  MESSAGE("same marked text " << same << " of " << compared);
  CHECK(same * 100 >= compared * 90);
}

TEST_CASE("git apply takes unified text, and git's own is the same") {
  if (!has_git()) return;
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  const Folder folder;
  int same = 0, compared = 0;
  for (int round = 0; round < rounds() / 2; ++round) {
    const auto lines = base_lines(random);
    const auto a = joined(lines, random.below(3) != 0);
    const auto b = joined(edited(lines, random, 1 + random.below(5), 60), random.below(3) != 0);
    if (a == b || a.empty() || b.empty()) continue;
    const auto ours = unified_text(as_bytes(a), as_bytes(b));
    folder.write("f", a);
    folder.write("g", b);
    folder.write("patch", "--- a/f\n+++ b/f\n" + ours);
    REQUIRE(folder.run(
                "git diff --no-index -U3 --no-color f g 2>/dev/null | sed '1,/^+++ /d' >theirs") ==
            0);
    same += folder.read("theirs") == ours;
    ++compared;
    INFO(ours);
    REQUIRE(folder.run("git apply --unidiff-zero --whitespace=nowarn patch") == 0);
    REQUIRE(folder.read("f") == b);
  }
  MESSAGE("same text " << same << " of " << compared);
  CHECK(same == compared);
}
