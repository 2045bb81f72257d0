#include "hn/merge/version_lines.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "hn/base/random.hpp"
#include "hn/merge/unified.hpp"

using namespace hn;
using namespace hn::merge;

namespace {

std::uint64_t seed_of_run() {
  const char* given = std::getenv("HN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 3;
}

bool same(const std::vector<Difference>& a, const std::vector<Difference>& b) {
  return std::ranges::equal(a, b, [](const Difference& x, const Difference& y) {
    return x.a_begin == y.a_begin && x.a_end == y.a_end && x.b_begin == y.b_begin &&
           x.b_end == y.b_end;
  });
}

}  // namespace

TEST_CASE("versions that share their lines differ as the texts do") {
  const std::uint64_t seed = seed_of_run();
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(random.next() % n); };
  for (int run = 0; run < 30; ++run) {
    VersionLines versions;
    std::vector<std::string> lines(400);
    for (std::string& line : lines)
      line = "  line " + std::to_string(below(run % 2 == 0 ? 40 : 2)) + "\n";
    std::vector<std::pair<Bytes, VersionLines::Text>> all;
    for (int version = 0; version < 12; ++version) {
      for (std::size_t edits = below(4); edits > 0; --edits) {
        const auto at = lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size()));
        if (below(2) == 0)
          lines.insert(at, "  line " + std::to_string(below(run % 2 == 0 ? 100 : 2)) + "\n");
        else
          lines.erase(at);
      }
      std::string text;
      for (const std::string& line : lines) text += line;
      if (below(3) == 0) text.pop_back();
      if (below(20) == 0) text.clear();
      const Bytes bytes = to_bytes(as_bytes(text));
      const auto like = all.empty() ? nullptr : all[below(all.size())].second;
      all.emplace_back(bytes, versions.add(bytes, like));
    }
    UnifiedOptions options;
    options.context = 0;
    for (const auto& before : all) {
      for (const auto& after : all) {
        REQUIRE(same(versions.differences(before.second, after.second),
                     shown_differences(before.first, after.first, options)));
      }
    }
  }
}
