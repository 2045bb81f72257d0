#include "hn/log/heads.hpp"

#include <doctest/doctest.h>

#include "log/planted.hpp"
#include "support/commit_graph.hpp"
#include "support/log.hpp"

namespace hn::log {
namespace {

using testing::commit_id;
using testing::CommitGraph;
using testing::Team;

std::vector<object::Id> commits(const std::vector<Head>& heads) {
  std::vector<object::Id> out;
  for (const Head& h : heads) out.push_back(h.commit);
  return out;
}

Team anna_and_bob() {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  return t;
}

}  // namespace

TEST_CASE("a branch without a publish has no heads") {
  Team t({"anna"});
  CHECK(heads(t.view("anna"), t.repository, CommitGraph())->folded.empty());
}

TEST_CASE("a publish that contains the others is the head") {
  Team t = anna_and_bob();
  CommitGraph g;
  g.add("a", {});
  g.add("b", {"a"});
  t.publish("anna", "a");
  t.publish("bob", "b");
  t.sync_all();
  const auto h = heads(t.view("anna"), t.repository, g);
  REQUIRE(h);
  CHECK(commits(h->folded) == std::vector{commit_id("b")});
}

TEST_CASE("containing counts, not having seen") {
  Team t = anna_and_bob();
  CommitGraph g;
  g.add("a", {});
  g.add("b", {});
  t.publish("anna", "a");
  t.sync("anna", "bob");
  t.publish("bob", "b");  // has seen a, does not contain it
  CHECK(heads(t.view("bob"), t.repository, g)->folded.size() == 2);
}

TEST_CASE("an ancestor far below is contained, whichever came first") {
  Team t = anna_and_bob();
  CommitGraph g;
  g.add("0", {});
  for (int i = 1; i <= 100; ++i) g.add(std::to_string(i), {std::to_string(i - 1)});
  t.publish("anna", "100");
  t.publish("bob", "3");
  t.sync_all();
  CHECK(commits(heads(t.view("anna"), t.repository, g)->folded) == std::vector{commit_id("100")});
}

TEST_CASE("equal commits count once, the first in log order") {
  Team t = anna_and_bob();
  CommitGraph g;
  g.add("same", {});
  t.publish("anna", "same");
  t.publish("bob", "same");
  t.sync_all();
  const auto live = t.view("anna").live_on(t.repository);
  const auto h = heads(t.view("anna"), t.repository, g);
  REQUIRE(h->folded.size() == 1);
  CHECK(h->folded[0].publish == live.front().id);
  CHECK(heads_with(live, g, Planted::equal_commits_all_heads)->folded.size() == 2);
}

TEST_CASE("heads stand in log order") {
  Team t({"anna"});
  CommitGraph g;
  for (int i = 0; i < 8; ++i) {
    const std::string name = "w" + std::to_string(i);
    t.grant("anna", name, Right::write);
    g.add(name, {});
    t.publish(name, name);
  }
  t.sync_all();
  const auto live = t.view("anna").live_on(t.repository);
  const auto in_order = [&](const Heads& h) {
    std::vector<OrderKey> keys;
    for (const Head& head : h.folded) keys.push_back(order_key(*t.view("anna").find(head.publish)));
    return std::is_sorted(keys.begin(), keys.end());
  };
  CHECK(in_order(*heads_among(live, g)));
  CHECK(!in_order(*heads_with(live, g, Planted::first_reached_wins)));
}

TEST_CASE("of one device sixteen heads are folded and the rest are listed") {
  Team t = anna_and_bob();
  CommitGraph g;
  for (int i = 0; i < 20; ++i) {
    g.add(std::to_string(i), {});
    t.publish("bob", std::to_string(i));
  }
  g.add("a", {});
  t.publish("anna", "a");
  t.sync_all();
  const auto h = heads(t.view("anna"), t.repository, g);
  CHECK(h->folded.size() == kHeadsPerDeviceMax + 1);
  CHECK(h->beyond.size() == 4);
}

TEST_CASE("a commit that does not decode makes its publish dead") {
  Team t = anna_and_bob();
  CommitGraph g;
  g.add("good", {});
  g.spoil("bad");
  t.publish("anna", "good");
  const EntryId dead = t.publish("bob", "bad");
  t.sync_all();
  const auto h = heads(t.view("anna"), t.repository, g);
  REQUIRE(h);
  CHECK(commits(h->folded) == std::vector{commit_id("good")});
  CHECK(h->dead == std::vector{dead});
}

TEST_CASE("a commit that is not here is named") {
  Team t = anna_and_bob();
  CommitGraph g;
  g.add("here", {});
  t.publish("anna", "here");
  t.publish("bob", "elsewhere");
  t.sync_all();
  const auto h = heads(t.view("anna"), t.repository, g);
  REQUIRE(!h);
  CHECK(h.error().code == Code::absent);
  CHECK(h.error().subject == commit_id("elsewhere").bytes);
}

TEST_CASE("heads are what containment by definition says") {
  SeededRandom random(7);
  for (int round = 0; round < 60; ++round) {
    Team t({"w0", "w1", "w2"});
    t.sync_all();
    CommitGraph g;
    std::vector<std::string> names;
    for (int i = 0; i < 20; ++i) {
      std::vector<std::string> parents;
      for (std::uint64_t n = random.below(3); n > 0 && !names.empty(); --n)
        parents.push_back(names[random.below(names.size())]);
      names.push_back("c" + std::to_string(i));
      g.add(names.back(), parents);
    }
    for (int i = 0; i < 8; ++i)
      t.publish("w" + std::to_string(random.below(3)), names[random.below(names.size())]);
    t.sync_all();
    const auto live = t.view("w0").live_on(t.repository);
    std::vector<EntryId> expected;
    for (std::size_t i = 0; i < live.size(); ++i) {
      bool head = true;
      for (std::size_t j = 0; j < live.size(); ++j) {
        const bool same = live[i].target->id == live[j].target->id;
        if (same ? j < i : g.contains(live[j].target->id, live[i].target->id)) head = false;
      }
      if (head) expected.push_back(live[i].id);
    }
    std::vector<EntryId> found;
    const auto h = heads_among(live, g);
    for (const Head& head : h->folded) found.push_back(head.publish);
    CHECK(found == expected);
  }
}

}  // namespace hn::log
