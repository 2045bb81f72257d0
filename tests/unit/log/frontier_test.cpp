#include "hn/log/frontier.hpp"

#include <doctest/doctest.h>

#include "support/log.hpp"

namespace hn::log {
namespace {

using testing::Team;

void send(Team& t, const std::string& from, const std::string& to,
          const std::vector<EntryId>& what) {
  for (const EntryId& id : what) t.learn(to, *t.view(from).find(id));
}

// Both send what the other lacks; how many rounds until both hold the same.
int rounds_to_agree(Team& t, const std::string& a, const std::string& b) {
  for (int round = 0; round < 5; ++round) {
    const Frontier fa = frontier_of(t.view(a));
    const Frontier fb = frontier_of(t.view(b));
    if (digest(fa) == digest(fb)) return round;
    const auto for_b = missing(t.view(a), fb);
    const auto for_a = missing(t.view(b), fa);
    send(t, a, b, for_b);
    send(t, b, a, for_a);
  }
  return 5;
}

}  // namespace

TEST_CASE("a peer without anything lacks everything, in log order") {
  Team t({"anna"});
  t.publish("anna", "1");
  t.publish("anna", "2");
  CHECK(missing(t.view("anna"), {}) == t.view("anna").in_log_order());
}

TEST_CASE("equal holdings have equal frontiers and lack nothing") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  t.publish("bob", "1");
  t.sync("bob", "anna");
  CHECK(digest(frontier_of(t.view("anna"))) == digest(frontier_of(t.view("bob"))));
  CHECK(missing(t.view("anna"), frontier_of(t.view("bob"))).empty());
}

TEST_CASE("only news are missing") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  t.sync("anna", "bob");
  const EntryId p = t.publish("anna", "2");
  CHECK(missing(t.view("anna"), frontier_of(t.view("bob"))) == std::vector{p});
}

TEST_CASE("two who wrote apart agree in one round") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  for (int i = 0; i < 5; ++i) t.publish("anna", "a" + std::to_string(i));
  for (int i = 0; i < 5; ++i) t.publish("bob", "b" + std::to_string(i));
  CHECK(rounds_to_agree(t, "anna", "bob") == 1);
}

TEST_CASE("forks of one log, long and short, are found by exchange") {
  for (const int ours : {1, 2, 5})
    for (const int theirs : {1, 2, 5}) {
      Team t({"anna"});
      t.grant("anna", "bob", Right::write);
      t.publish("bob", "base");
      t.sync("bob", "anna");
      t.view("copy") = t.view("bob");
      for (int i = 0; i < ours; ++i) t.publish("bob", "x" + std::to_string(i));
      t.view("home") = t.view("bob");
      t.view("bob") = t.view("copy");
      for (int i = 0; i < theirs; ++i) t.publish("bob", "y" + std::to_string(i));
      CHECK(rounds_to_agree(t, "home", "bob") <= 3);
      CHECK(t.view("home").equivocations().size() == 1);
    }
}

TEST_CASE("a frontier has one encoding") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  t.publish("bob", "1");
  const Frontier f = frontier_of(t.view("bob"));
  REQUIRE(f.tips.size() == 2);
  const Bytes good = encode_frontier(f);
  CHECK(*decode_frontier(good) == f);
  for (std::size_t n = 0; n < good.size(); ++n) CHECK(!decode_frontier(ByteView(good).first(n)));
  CHECK(!decode_frontier(encode_frontier({{f.tips[1], f.tips[0]}})));
  CHECK(!decode_frontier(encode_frontier({{f.tips[0], f.tips[0]}})));
}

}  // namespace hn::log
