// Folds of random histories: several devices add lines, make each other's changes too, give files
// and folders other names, add files under the same names, publish folds of what they have seen and
// resolve conflicts. Nobody ever removes a line, so every line that a head holds must stand in the
// fold or in a term that a conflict in it adds.
#include <doctest/doctest.h>

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
  Crowd(Random& random, std::size_t devices) : random_(random) {
    Files files;
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
    for (std::string line; in >> line;) out.push_back(line);
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

  Random& random_;
  std::vector<Id> heads_;
  std::uint64_t next_ = 0;
};

}  // namespace

TEST_CASE("a fold of a random history loses no line that a head holds, and is recomputable") {
  MESSAGE("HN_SEED=" << seed());
  const char* given = std::getenv("HN_ROUNDS");
  const int rounds = given != nullptr ? std::atoi(given) : 60;
  for (int round = 0; round < rounds; ++round) {
    const auto this_seed = seed() + static_cast<std::uint64_t>(round);
    SeededRandom random(this_seed);
    Crowd crowd(random, 2 + random.below(4));
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
