#include "hn/merge/fold.hpp"

#include <doctest/doctest.h>

#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

TEST_CASE_FIXTURE(World, "one head is its own commit") {
  const auto c = commit(Files{{"a", "1"}});
  const auto folded = fold({c});
  CHECK(folded.commit == c);
  CHECK_FALSE(folded.is_auto_merge);
}

TEST_CASE_FIXTURE(World, "two heads become an auto-merge that anyone can recompute") {
  const auto base = commit(Files{{"a", "1 2 3"}});
  const auto x = commit(Files{{"a", "X 2 3"}}, {base});
  const auto y = commit(Files{{"a", "1 2 Y"}}, {base});
  const auto folded = fold({x, y});
  CHECK(folded.is_auto_merge);
  CHECK(show(folded.tree) == Files{{"a", "X 2 Y"}});
  const auto c = object::read_commit(blocks, folded.commit);
  REQUIRE(c.has_value());
  CHECK(c->parents == std::vector<Id>{x, y});
  CHECK(c->author.name.empty());
  CHECK(c->committer.time.seconds == object::read_commit(blocks, y)->committer.time.seconds);
  CHECK(c->committer.time.zone_minutes == 0);
  CHECK(c->auto_merge->algorithm == kAlgorithm);
  const auto again = recompute(blocks, history, folded.commit);
  REQUIRE(again.has_value());
  CHECK(*again == folded.commit);
}

TEST_CASE_FIXTURE(World, "an auto-merge with smuggled edits is found out") {
  const auto base = commit(Files{{"a", "1"}});
  const auto x = commit(Files{{"a", "X"}}, {base});
  const auto y = commit(Files{{"a", "1"}, {"b", "1"}}, {base});
  auto c = *object::read_commit(blocks, fold({x, y}).commit);
  c.tree = tree({{"a", "X"}, {"b", "evil"}});
  const auto forged = blocks.write(object::Kind::commit, *object::encode_commit(c));
  const auto again = recompute(blocks, history, forged);
  REQUIRE(again.has_value());
  CHECK(*again != forged);
}

TEST_CASE_FIXTURE(World, "an ordinary commit and another algorithm are not recomputed") {
  const auto base = commit(Files{});
  CHECK(recompute(blocks, history, base).error().code == Code::invalid);
  const auto x = commit(Files{{"a", "X"}}, {base}), y = commit(Files{{"b", "Y"}}, {base});
  auto c = *object::read_commit(blocks, fold({x, y}).commit);
  c.auto_merge->algorithm = kAlgorithm + 1;
  const auto other = blocks.write(object::Kind::commit, *object::encode_commit(c));
  CHECK(recompute(blocks, history, other).error().code == Code::unsupported);
}

TEST_CASE_FIXTURE(World, "two different folds of one same change keep the change") {
  // a and b make the same change; c folds them alone, d folds them with e's head. Their folds have
  // a and b as common ancestors, and the virtual base must be the change, not its terms.
  const auto base = commit(Files{{"f", "1 2 3"}, {"g", "1"}});
  const auto a = commit(Files{{"f", "1 X 3"}, {"g", "1"}}, {base});
  const auto b = commit(Files{{"f", "1 X 3"}, {"g", "1"}}, {base});
  const auto e = commit(Files{{"f", "1 2 3"}, {"g", "E"}}, {base});
  const auto by_c = fold({a, b}).commit;
  const auto by_d = fold({a, b, e}).commit;
  CHECK(folded({by_c, by_d}) == Files{{"f", "1 X 3"}, {"g", "E"}});
  CHECK(folded({by_d, by_c}) == Files{{"f", "1 X 3"}, {"g", "E"}});
}

TEST_CASE_FIXTURE(World, "the same change beside a conflict in one file is kept too") {
  // The virtual base of f resolves in one hunk and not in the other.
  const auto base = commit(Files{{"f", "1 2 3 4 5"}});
  const auto a = commit(Files{{"f", "X 2 3 4 A"}}, {base});
  const auto b = commit(Files{{"f", "X 2 3 4 B"}}, {base});
  const auto e = commit(Files{{"f", "1 2 3 4 5"}, {"g", "E"}}, {base});
  const auto by_c = fold({a, b}).commit;
  const auto by_d = fold({a, b, e}).commit;
  CHECK(folded({by_c, by_d}) == Files{{"f", "<X 2 3 4 A|X 2 3 4 5|X 2 3 4 B>"}, {"g", "E"}});
}

TEST_CASE_FIXTURE(World, "two commits on different folds of one conflict keep what each resolved") {
  const auto base = commit(Files{{"f", "1 2 3 4 5"}});
  const auto a = commit(Files{{"f", "A 2 3 4 5"}}, {base});
  const auto b = commit(Files{{"f", "B 2 3 4 5"}}, {base});
  const auto e = commit(Files{{"f", "1 2 3 4 5"}, {"g", "E"}}, {base});
  const auto on_c = commit(Files{{"f", "R 2 3 4 5"}}, {fold({a, b}).commit});
  const auto on_d = commit(Files{{"f", "R 2 3 4 Q"}, {"g", "E"}}, {fold({a, b, e}).commit});
  CHECK(folded({on_c, on_d}) == Files{{"f", "R 2 3 4 Q"}, {"g", "E"}});
  const auto other = commit(Files{{"f", "S 2 3 4 5"}, {"g", "E"}}, {fold({a, b, e}).commit});
  const auto terms = folded({on_c, other}).at("f");
  CHECK(terms.find("R 2") != std::string::npos);
  CHECK(terms.find("S 2") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "who made something of a conflict is not asked again by those below it") {
  const auto base = commit(Files{{"f", "1 2 3"}, {"l", "@1"}});
  const auto a = commit(Files{{"f", "A 2 3"}, {"l", "@A"}}, {base});
  const auto b = commit(Files{{"f", "B 2 3"}, {"l", "@B"}}, {base});
  const auto on_a = commit(Files{{"f", "A 2 3"}, {"l", "@A"}, {"x", "1"}}, {a});
  const auto on_b = commit(Files{{"f", "B 2 3"}, {"l", "@B"}, {"y", "1"}}, {b});
  const auto both = commit(Files{{"f", "C 2 3"}, {"l", "@C"}}, {a, b});
  const Files all{{"f", "C 2 3"}, {"l", "@C"}, {"x", "1"}, {"y", "1"}};
  CHECK(folded({on_a, on_b, both}) == all);
  CHECK(folded({both, on_a, on_b}) == all);
  CHECK(folded({on_a, both, on_b}) == all);
  // Elsewhere in the file they go on.
  const auto more = commit(Files{{"f", "A 2 3 4"}, {"l", "@A"}}, {a});
  CHECK(folded({more, on_b, both}).at("f") == "C 2 3 4");
  // Somebody who wants A, having seen B, is heard.
  const auto wants_a = commit(Files{{"f", "A 2 3"}, {"l", "@A"}}, {a, b});
  CHECK(show(fold({wants_a, on_b, both}).tree).at("l").starts_with("<"));
}

TEST_CASE_FIXTURE(World, "a head is merged over what it shares with any head before it") {
  const auto base = commit(Files{{"a", "1"}});
  const auto change = commit(Files{{"a", "M"}}, {base});
  const auto reverts = commit(Files{{"a", "1"}}, {change});
  const auto elsewhere = commit(Files{{"a", "1"}, {"b", "1"}}, {base});
  const auto on_change = commit(Files{{"a", "M"}, {"c", "1"}}, {change});
  CHECK(folded({reverts, elsewhere, on_change}) == Files{{"a", "1"}, {"b", "1"}, {"c", "1"}});
}

TEST_CASE_FIXTURE(World, "heads without a common ancestor are joined") {
  CHECK(folded({commit(Files{{"a", "1"}}), commit(Files{{"b", "2"}})}) ==
        Files{{"a", "1"}, {"b", "2"}});
}

TEST_CASE_FIXTURE(World, "three heads, one of which deletes") {
  const auto base = commit(Files{{"a", "1 2 3"}, {"b", "1"}});
  const auto gone = commit(Files{{"b", "1"}}, {base});
  const auto x = commit(Files{{"a", "X 2 3"}, {"b", "1"}}, {base});
  const auto other = commit(Files{{"a", "1 2 3"}, {"b", "2"}}, {base});
  CHECK(folded({gone, other, x}) == Files{{"a", "<-|1 2 3|X 2 3>"}, {"b", "2"}});
  CHECK(folded({gone, other}) == Files{{"b", "2"}});
  const auto gone_too = commit(Files{{"b", "1"}, {"c", "1"}}, {base});
  CHECK(folded({gone, gone_too, other}) == Files{{"b", "2"}, {"c", "1"}});
  const auto y = commit(Files{{"a", "1 2 Y"}, {"b", "1"}}, {base});
  CHECK(folded({x, gone, y}) == Files{{"a", "<X 2 3|1 2 3|-|1 2 3|1 2 Y>"}, {"b", "1"}});
}

TEST_CASE_FIXTURE(World, "a commit on all heads ends the conflict") {
  const auto base = commit(Files{{"a", "1"}});
  const auto x = commit(Files{{"a", "X"}}, {base}), y = commit(Files{{"a", "Y"}}, {base});
  const auto folded_one = fold({x, y});
  CHECK(folded_one.conflicts == std::vector<std::string>{"a"});
  const auto resolved = commit(Files{{"a", "R"}}, {folded_one.commit});
  CHECK(folded({resolved}) == Files{{"a", "R"}});
  const auto late = commit(Files{{"a", "1"}, {"b", "late"}}, {base});
  CHECK(folded({late, resolved}) == Files{{"a", "R"}, {"b", "late"}});
}

TEST_CASE_FIXTURE(World, "what only helped to compute a fold is not written") {
  const auto base = commit(Files{{"f", "1 2 3 4 5"}, {"h", "1 2 3"}});
  const auto a = commit(Files{{"f", "A 2 3 4 5"}, {"h", "X 2 3"}}, {base});
  const auto b = commit(Files{{"f", "1 2 3 4 B"}, {"h", "1 2 Y"}}, {base});
  const auto a2 = commit(Files{{"f", "A 2 M 4 B"}, {"h", "X 2 Y"}}, {a, b});
  const auto b2 = commit(Files{{"f", "A 2 3 4 B"}, {"g", "1"}, {"h", "X 2 Y"}}, {a, b});
  blocks.new_blocks = 0;
  CHECK(folded({a2, b2}) == Files{{"f", "A 2 M 4 B"}, {"g", "1"}, {"h", "X 2 Y"}});
  CHECK(blocks.new_blocks == 2);  // the folder and the commit
}

TEST_CASE_FIXTURE(World,
                  "a history of crossing merges deeper than the limit is folded all the same") {
  auto left = commit(Files{{"a", "0"}, {"b", "0"}}),
       right = commit(Files{{"a", "0"}, {"b", "1"}}, {left});
  left = commit(Files{{"a", "1"}, {"b", "0"}}, {left});
  for (int i = 0; i < 50; ++i) {
    const auto n = std::to_string(i);
    const auto l = commit(Files{{"a", "l" + n}, {"b", "1"}}, {left, right});
    right = commit(Files{{"a", "1"}, {"b", "r" + n}}, {right, left});
    left = l;
  }
  const auto one = fold({left, right});
  CHECK(fold({left, right}).commit == one.commit);
  CHECK(*recompute(blocks, history, one.commit) == one.commit);
}

TEST_CASE_FIXTURE(World, "a head that is not here is named") {
  const auto base = commit(Files{{"a", "1"}});
  const auto x = commit(Files{{"a", "X"}}, {base}), y = commit(Files{{"a", "Y"}}, {base});
  REQUIRE(blocks.remove(base));
  const std::uint32_t seniority[] = {0, 1};
  const Id heads[] = {x, y};
  const auto folded_one = merge::fold(blocks, blocks, history, heads, seniority);
  REQUIRE_FALSE(folded_one.has_value());
  CHECK(folded_one.error().code == Code::absent);
  CHECK(folded_one.error().subject == base.bytes);
}
