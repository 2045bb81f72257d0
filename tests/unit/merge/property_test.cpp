// Folds of random histories: several devices add lines, make each other's changes too, give files
// and folders other names, add files under the same names, publish folds of what they have seen and
// resolve conflicts. Nobody ever removes a line, so every line that a head holds must stand in the
// fold or in a term that a conflict in it adds.
#include <doctest/doctest.h>

#include <array>
#include <set>
#include <sstream>

#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

using Lines = std::vector<std::string>;

class Crowd : public World {
 public:
  // With attributes, which somebody changes now and then if they are `changing`.
  Crowd(Random& random, std::size_t devices, const std::string& attributes = "",
        bool changing = false)
      : random_(random), changing_(changing) {
    Files files;
    if (!attributes.empty()) files[kAttributes] = attributes;
    for (std::uint64_t f = 0; f < 3; ++f) files[name(f)] = "a b c d e f g h";
    heads_.assign(devices, commit(files));
  }

  void step() {
    auto& mine = heads_[random_.below(heads_.size())];
    const auto other = heads_[random_.below(heads_.size())];
    const auto what = random_.below(10);
    if (what < 3) {
      mine = fold(live({mine, other, heads_[random_.below(heads_.size())]})).commit;
    } else {
      mine = edit(mine, what);
    }
  }

  // Those that no other contains, each once, in a fixed order.
  std::vector<Id> live(std::vector<Id> all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::vector<Id> out;
    for (const auto& head : all) {
      const bool contained = std::any_of(all.begin(), all.end(), [&](const Id& by) {
        return by != head && *object::is_ancestor(history, head, by);
      });
      if (!contained) out.push_back(head);
    }
    return out;
  }

  std::vector<Id> heads() { return live(heads_); }

  Id tree_of(const Id& commit_id) { return object::read_commit(blocks, commit_id)->tree; }

  // All lines below a root, those of the added terms of conflicts too.
  std::set<std::string> lines_in(const Id& root) {
    std::set<std::string> out;
    for (const auto& [path, terms] : added_terms(root)) {
      for (const auto& lines : terms) out.insert(lines.begin(), lines.end());
    }
    return out;
  }

 private:
  // All of d/ to e/, or the other way round.
  static void rename_folder(std::map<std::string, std::vector<Lines>>& files) {
    const std::string from = files.begin()->first.substr(0, 2);
    std::map<std::string, std::vector<Lines>> moved;
    for (const auto& [path, sides] : files) {
      if (!path.starts_with(from)) return;
      moved[(from == "d/" ? "e/" : "d/") + path.substr(2)] = sides;
    }
    files = moved;
  }
  std::string another_name() { return "d/r" + std::to_string(random_.below(4)); }
  static std::string name(std::uint64_t file) { return "d/f" + std::to_string(file); }

  std::map<std::string, std::vector<Lines>> added_terms(const Id& root) {
    std::map<std::string, std::vector<Lines>> out;
    const auto walked =
        object::walk_paths(blocks, root, [&](const std::string& path, const Value& v) {
          if (v.mode != Mode::conflict) {
            out[path].push_back(lines_of(v));
            return true;
          }
          const auto conflict = object::read_conflict(blocks, v.id());
          for (std::size_t i = 0; i < conflict->terms.size(); i += 2) {
            if (conflict->terms[i]) out[path].push_back(lines_of(*conflict->terms[i]));
          }
          return true;
        });
    REQUIRE(walked.has_value());
    return out;
  }

  Lines lines_of(const Value& v) {
    std::istringstream in(show(v));
    Lines out;
    for (std::string line; std::getline(in, line, ' ');) out.push_back(line);
    return out;
  }

  // A new line at a random place, a new name for a file or a folder, or a new file; in a conflict
  // its resolution by all lines of all sides.
  Id edit(const Id& head, std::uint64_t what) {
    const bool same_as_others = what == 3, renames = what == 4, adds = what == 5;
    auto terms = added_terms(tree_of(head));
    Files files;
    for (const auto& [path, sides] : terms) {
      Lines all;
      for (const auto& side : sides) {
        for (const auto& line : side) {
          if (std::find(all.begin(), all.end(), line) == all.end()) all.push_back(line);
        }
      }
      terms[path] = {all};
    }
    if (what == 6) rename_folder(terms);
    if (adds)
      terms.try_emplace(another_name(), std::vector<Lines>{{"n" + std::to_string(next_++)}});
    auto chosen = terms.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(random_.below(terms.size())));
    if (renames) {
      const std::string to = another_name();
      if (!terms.contains(to)) {
        auto moved = terms.extract(chosen);
        moved.key() = to;
        chosen = terms.insert(std::move(moved)).position;
      }
    }
    if (changing_ && random_.below(4) == 0) add_policy(terms);
    auto& lines = chosen->second[0];
    const auto token = same_as_others && next_ > 0 ? random_.below(next_) : next_++;
    const auto line = "t" + std::to_string(token);
    const auto anchor =
        std::find(lines.begin(), lines.end(), std::string(1, static_cast<char>('a' + token % 8)));
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.insert(anchor, line);
    for (const auto& [path, sides] : terms) {
      files[path];
      for (const auto& l : sides[0]) files[path] += (files[path].empty() ? "" : " ") + l;
    }
    return commit(files, {head});
  }

  // At a random place of the file.
  void add_policy(std::map<std::string, std::vector<Lines>>& terms) {
    constexpr std::array<std::string_view, 7> kNames{"text",      "binary", "union", "last-writer",
                                                     "authority", "json",   "none"};
    constexpr std::array<std::string_view, 4> kPatterns{"d/f0", "f1", "d/r*", "/d/**"};
    const auto line = std::string(kPatterns[random_.below(kPatterns.size())]) +
                      "\tmerge=" + std::string(kNames[random_.below(kNames.size())]);
    const std::string where = random_.below(3) == 0 ? "d/" : "";
    auto& file = terms.try_emplace(where + kAttributes, std::vector<Lines>{{}}).first->second[0];
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(random_.below(file.size() + 1)), line);
  }

  static constexpr const char* kAttributes = ".hnattributes";
  Random& random_;
  bool changing_;
  std::vector<Id> heads_;
  std::uint64_t next_ = 0;
};

}  // namespace

namespace {

int rounds() {
  const char* given = std::getenv("HN_ROUNDS");
  return given != nullptr ? std::atoi(given) : 60;
}

void check_that_no_line_is_lost(const std::string& attributes) {
  for (int round = 0; round < rounds(); ++round) {
    const auto this_seed = seed() + static_cast<std::uint64_t>(round);
    SeededRandom random(this_seed);
    Crowd crowd(random, 2 + random.below(4), attributes);
    const auto steps = 5 + random.below(25);
    for (std::uint64_t i = 0; i < steps; ++i) crowd.step();
    const auto heads = crowd.heads();
    std::set<std::string> wanted;
    for (const auto& head : heads) wanted.merge(crowd.lines_in(crowd.tree_of(head)));

    const auto folded = crowd.fold(heads);
    INFO("seed " << this_seed << ", " << heads.size() << " heads");
    const auto found = crowd.lines_in(folded.tree);
    for (const auto& line : wanted) {
      INFO(line);
      CHECK(found.contains(line));
    }
    if (folded.is_auto_merge) {
      CHECK(*recompute(crowd.blocks, crowd.history, folded.commit) == folded.commit);
    }
  }
}

}  // namespace

TEST_CASE("a fold of a random history loses no line that a head holds, and is recomputable") {
  MESSAGE("HN_SEED=" << seed());
  check_that_no_line_is_lost("");
}

TEST_CASE("nor where lines of all sides are united, or files are never merged by lines") {
  MESSAGE("HN_SEED=" << seed());
  check_that_no_line_is_lost("d/*\tmerge=union");
  check_that_no_line_is_lost("d/f0\tmerge=binary d/f1\tmerge=union d/r*\tmerge=json");
  check_that_no_line_is_lost("d/f*\tmerge=keyvalue d/r*\tmerge=keyvalue");
}

TEST_CASE("whatever policies come and go, a fold is recomputable, and its choices are its heads'") {
  MESSAGE("HN_SEED=" << seed());
  std::size_t chosen = 0;
  for (int round = 0; round < rounds(); ++round) {
    const auto this_seed = seed() + static_cast<std::uint64_t>(round);
    SeededRandom random(this_seed);
    Crowd crowd(random, 2 + random.below(4), "d/*\tmerge=last-writer d/f1\tmerge=authority", true);
    const auto steps = 5 + random.below(25);
    for (std::uint64_t i = 0; i < steps; ++i) crowd.step();
    const auto heads = crowd.heads();
    const auto folded = crowd.fold(heads);
    INFO("seed " << this_seed << ", " << heads.size() << " heads");
    if (folded.is_auto_merge)
      CHECK(*recompute(crowd.blocks, crowd.history, folded.commit) == folded.commit);
    for (const auto& decision : folded.decisions) {
      if (!decision.winner) continue;
      ++chosen;
      CHECK(*decision.winner / 2 < heads.size());
      CHECK(std::ranges::count(decision.losers, *decision.winner) == 0);
      CHECK_FALSE(decision.losers.empty());
    }
  }
  CHECK(chosen > 0);
}

TEST_CASE("what earlier folds have made changes no fold") {
  MESSAGE("HN_SEED=" << seed());
  for (int round = 0; round < rounds(); ++round) {
    const auto this_seed = seed() + static_cast<std::uint64_t>(round);
    SeededRandom random(this_seed);
    const bool with_policies = round % 2 == 1;
    Crowd crowd(random, 2 + random.below(4),
                with_policies ? "d/f0\tmerge=last-writer d/f1\tmerge=union" : "", with_policies);
    // Also so few bytes that all is forgotten again and again.
    VirtualBases bases(crowd.blocks,
                       random.below(2) == 0 ? std::size_t{2000} : std::size_t{1} << 20);
    const CommonAncestors of = [&] {
      return std::make_unique<object::GrowingAncestors>(crowd.history);
    };
    for (std::uint64_t i = 0; i < 30; ++i) {
      crowd.step();
      const auto heads = crowd.heads();
      std::vector<std::uint32_t> seniority(heads.size());
      for (std::uint32_t n = 0; n < seniority.size(); ++n) seniority[n] = n;
      const object::BlockReader& below = bases.begin();
      ScratchBlocks scratch(below), alone(crowd.blocks);
      const auto cold = fold(alone, alone, of, heads, seniority);
      const auto warm = fold(scratch, scratch, of, heads, seniority, &bases);
      INFO("seed " << this_seed << ", step " << i << ", " << heads.size() << " heads");
      REQUIRE(cold.has_value());
      REQUIRE(warm.has_value());
      CHECK(warm->commit == cold->commit);
      CHECK(warm->conflicts == cold->conflicts);
      REQUIRE(warm->decisions.size() == cold->decisions.size());
      for (std::size_t n = 0; n < cold->decisions.size(); ++n) {
        CHECK(warm->decisions[n].path == cold->decisions[n].path);
        CHECK(warm->decisions[n].winner == cold->decisions[n].winner);
        CHECK(warm->decisions[n].losers == cold->decisions[n].losers);
      }
      // All that it comes to can be read.
      std::size_t files = 0;
      CHECK(object::walk_paths(scratch, warm->tree, [&](const std::string&, const Value& value) {
              ++files;
              return value.mode == Mode::submodule || scratch.has(value.id());
            }).has_value());
      CHECK(files > 0);
    }
  }
}

TEST_CASE("what folds have written down of their parts changes no fold") {
  MESSAGE("HN_SEED=" << seed());
  std::size_t taken = 0;
  for (int round = 0; round < rounds(); ++round) {
    const auto this_seed = seed() + static_cast<std::uint64_t>(round);
    SeededRandom random(this_seed);
    const bool with_policies = round % 2 == 1;
    Crowd crowd(random, 2 + random.below(4),
                with_policies ? "d/f0\tmerge=last-writer d/f1\tmerge=union" : "", with_policies);
    ScratchBlocks store(crowd.blocks);
    Bytes written = encode_parts({});
    for (std::uint64_t i = 0; i < 30; ++i) {
      crowd.step();
      const auto heads = crowd.heads();
      std::vector<std::uint32_t> seniority(heads.size());
      for (std::uint32_t n = 0; n < seniority.size(); ++n) seniority[n] = n;
      Parts parts(std::size_t{1} << 20, Parts::Changes::kept);
      auto rows = decode_parts(written);
      REQUIRE(rows.has_value());
      taken += rows->size();
      parts.take(std::move(*rows));
      ScratchBlocks alone(crowd.blocks);
      const auto cold = fold(alone, alone, crowd.history, heads, seniority);
      const auto warm = fold(store, store, crowd.history, heads, seniority, &parts);
      INFO("seed " << this_seed << ", step " << i << ", " << heads.size() << " heads");
      REQUIRE(cold.has_value());
      REQUIRE(warm.has_value());
      CHECK(warm->commit == cold->commit);
      CHECK(warm->conflicts == cold->conflicts);
      REQUIRE(warm->decisions.size() == cold->decisions.size());
      for (std::size_t n = 0; n < cold->decisions.size(); ++n)
        CHECK(warm->decisions[n].path == cold->decisions[n].path);
      CHECK(object::walk_paths(store, warm->tree, [&](const std::string&, const Value& value) {
              return value.mode == Mode::submodule || store.has(value.id());
            }).has_value());
      const std::size_t bytes_max = random.below(3) == 0 ? 400 : std::size_t{1} << 20;
      written = encode_parts(parts.rows(bytes_max));
      CHECK(written.size() <= bytes_max);
    }
  }
  CHECK(taken > 0);
}
