#include "hn/log/view.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/log.hpp"

namespace hn::log {
namespace {

using testing::commit_id;
using testing::Team;

Verdict refused(Reason reason) {
  return {Status::rejected, reason};
}
Verdict broken(Reason reason) {
  return {Status::invalid, reason};
}
constexpr Verdict kAccepted{Status::accepted, Reason::none};

std::vector<EntryId> ids(const std::vector<LivePublish>& live) {
  std::vector<EntryId> out;
  for (const LivePublish& p : live) out.push_back(p.id);
  return out;
}

std::vector<EntryId> live(Team& t, const std::string& name) {
  return ids(t.view(name).live_on(t.repository));
}

}  // namespace

TEST_CASE("a founder publishes on the default branch") {
  Team t({"anna"});
  const EntryId p = t.publish("anna", "c1");
  CHECK(t.view("anna").verdict(p) == kAccepted);
  CHECK(live(t, "anna") == std::vector{p});
  CHECK(t.view("anna").branches().at(0).name == "main");
}

TEST_CASE("the default branch is live before anything is published on it") {
  Team t({"anna"});
  const auto main = t.view("anna").branch(t.repository);
  REQUIRE(main);
  CHECK(main->live);
  CHECK(!main->creator);
  CHECK(live(t, "anna").empty());
}

TEST_CASE("an entry waits for its causal past") {
  Team t({"anna"});
  t.publish("anna", "c1");
  const EntryId p2 = t.publish("anna", "c2");
  View v(t.repository);
  apply(v, {&t.all[2], 1});
  CHECK(v.verdict(p2) == Verdict{Status::pending, Reason::none});
  CHECK(v.missing_past().size() == 2);  // p1 and the branch, which is the genesis
  apply(v, {&t.all[1], 1});
  CHECK(v.missing_past() == std::vector{t.repository});
  apply(v, {&t.all[0], 1});
  CHECK(v.accepted(p2));
  CHECK(v.pending().empty());
  CHECK(v.missing_past().empty());
}

TEST_CASE("what nobody granted is never let in") {
  Team t({"anna"});
  t.sync("anna", "eve");
  const EntryId p = t.publish("eve", "c");
  CHECK(t.view("eve").verdict(p) == broken(Reason::not_introduced));
}

TEST_CASE("structural rules hold for ever") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  t.publish("bob", "b1");
  t.sync("bob", "anna");
  Entry e = next_entry(t.view("anna"), Team::device("anna"), Opaque{77, {}});
  SUBCASE("depth is exact") {
    e.depth += 1;
    CHECK(t.view("anna").verdict(t.add("anna", e)) == broken(Reason::bad_depth));
  }
  SUBCASE("the predecessor is the one before") {
    e.seq += 1;
    CHECK(t.view("anna").verdict(t.add("anna", e)) == broken(Reason::bad_chain));
  }
  SUBCASE("no entry sees its own log") {
    e.seen = {t.repository};
    CHECK(t.view("anna").verdict(t.add("anna", e)) == broken(Reason::bad_seen));
  }
  SUBCASE("other repositories stay outside") {
    e.repository = e.prev;
    CHECK(t.view("anna").verdict(t.add("anna", e)) == broken(Reason::other_repository));
  }
  SUBCASE("every entry stands on the genesis") {
    e.seq = 0;
    e.prev = {};
    e.seen = {};
    CHECK(t.view("anna").verdict(t.add("anna", e)) == broken(Reason::no_past));
  }
  SUBCASE("a second genesis is none") {
    Team other({"bob"});
    t.learn("anna", other.all[0]);
    CHECK(t.view("anna").verdict(other.all[0].id) == broken(Reason::bad_genesis));
  }
  SUBCASE("what stands on a broken entry is broken, whichever came first") {
    e.depth += 1;
    const EntryId bad = unsigned_entry(e).id;
    Entry after = e;
    after.seq += 1;
    after.prev = bad;
    after.seen = {};
    after.depth += 1;
    const EntryId on_bad = t.add("anna", after);
    CHECK(t.view("anna").verdict(on_bad)->status == Status::pending);
    t.add("anna", e);
    CHECK(t.view("anna").verdict(on_bad) == broken(Reason::invalid_past));
  }
}

TEST_CASE("a reader publishes nothing") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::read);
  const EntryId p = t.publish("bob", "c");
  CHECK(t.view("bob").verdict(p) == refused(Reason::no_right));
  CHECK(!may_write(t.view("bob"), Team::device("bob"), t.repository));
}

TEST_CASE("a writer grants nothing") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId g = t.grant("bob", "eve", Right::write);
  const EntryId p = t.publish("eve", "c");
  CHECK(t.view("eve").verdict(g) == refused(Reason::no_right));
  CHECK(t.view("eve").verdict(p) == refused(Reason::no_grant));
}

TEST_CASE("a limit to a branch rejects that entry alone") {
  Team t({"anna"});
  const EntryId fix = t.create("anna", "fix", "f0");
  t.grant("anna", "bob", Right::write, fix);
  const EntryId on_main = t.publish("bob", "c");
  const EntryId on_fix = t.publish_on("bob", fix, "f1");
  const EntryId fresh = t.create("bob", "other", "o1");
  const EntryId tag = t.tag("bob", "v1", "c");
  View& v = t.view("bob");
  CHECK(v.verdict(on_main) == refused(Reason::no_right));
  CHECK(v.accepted(on_fix));
  CHECK(v.verdict(fresh) == refused(Reason::no_right));
  CHECK(v.verdict(tag) == refused(Reason::no_right));
  CHECK(may_write(v, Team::device("bob"), fix));
  CHECK(!may_write(v, Team::device("bob"), t.repository));
  CHECK(!may_write(v, Team::device("bob"), {}));
  CHECK(!v.branch(fresh));
}

TEST_CASE("a path limit is kept and grants nothing") {
  Team t({"anna"});
  Grant g;
  g.device = Team::device("bob");
  g.label = "bob";
  g.right = Right::write;
  g.path = "docs";
  const EntryId granted = t.write("anna", g);
  t.sync("anna", "bob");
  const EntryId p = t.publish("bob", "c");
  CHECK(t.view("bob").accepted(granted));
  CHECK(t.view("bob").verdict(p) == refused(Reason::no_grant));
}

TEST_CASE("a revocation keeps what it names and rejects the rest") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId kept = t.publish("bob", "b1");
  t.sync("bob", "anna");
  const EntryId lost = t.publish("bob", "b2");
  t.revoke("anna", "bob");
  t.sync_all();
  View& v = t.view("anna");
  CHECK(v.accepted(kept));
  CHECK(v.verdict(lost) == refused(Reason::cut));
  CHECK(v.rejected() == std::vector{lost});
  CHECK(v.member(Team::device("bob"))->cut == Cut{0, kept});
  CHECK(!may_write(v, Team::device("bob"), t.repository));
  CHECK(v.digest() == t.view("bob").digest());
}

TEST_CASE("a new grant does not lift a cut") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  t.revoke_all("anna", "bob");
  t.grant("anna", "bob", Right::write);
  CHECK(t.view("bob").verdict(t.publish("bob", "b")) == refused(Reason::cut));
}

TEST_CASE("two admins who revoke each other: the senior's counts") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::admin);
  t.grant("anna", "carl", Right::admin);
  t.sync("carl", "bob");
  const EntryId by_bob = t.revoke_all("bob", "carl");
  const EntryId by_carl = t.revoke_all("carl", "bob");
  t.sync_all();
  View& v = t.view("anna");
  const bool bob_senior =
      v.member(Team::device("bob"))->rank < v.member(Team::device("carl"))->rank;
  REQUIRE(bob_senior);  // granted first
  CHECK(v.accepted(by_bob));
  CHECK(v.verdict(by_carl) == refused(Reason::cut));
  CHECK(v.member(Team::device("bob"))->active());
}

TEST_CASE("a junior cannot cut a senior") {
  Team t({"anna", "bob"});
  t.sync("anna", "bob");
  const EntryId r = t.revoke_all("bob", "anna");
  CHECK(t.view("bob").accepted(r));
  CHECK(may_administer(t.view("bob"), Team::device("anna")));
}

TEST_CASE("the recovery founder outranks all founders") {
  Team t({"anna"}, Visibility::members, "vault");
  t.sync("anna", "vault");
  const EntryId p = t.publish("anna", "c");
  t.revoke_all("vault", "anna");
  t.sync_all();
  CHECK(t.view("anna").verdict(p) == refused(Reason::cut));
  const auto vault = t.view("anna").members().at(0);
  CHECK(vault.recovery);
  CHECK(vault.label == "recovery");
}

TEST_CASE("what a cut admin granted after the cut never was") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::admin);
  t.revoke_all("anna", "bob");
  t.grant("bob", "eve", Right::write);
  const EntryId p = t.publish("eve", "c");
  t.sync_all();
  CHECK(t.view("anna").verdict(p) == refused(Reason::no_grant));
}

TEST_CASE("a cut must name an entry of the device it cuts") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId own = t.publish("anna", "a");
  const EntryId wrong = t.revoke("anna", "bob", own);
  CHECK(t.view("anna").verdict(wrong) == refused(Reason::bad_cut));
  CHECK(t.view("anna").member(Team::device("bob"))->active());
}

TEST_CASE("a farewell ends the own log at its own position") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId before = t.publish("bob", "b1");
  const EntryId farewell = t.leave("bob");
  const EntryId after = t.publish("bob", "b2");
  View& v = t.view("bob");
  CHECK(v.accepted(before));
  CHECK(v.accepted(farewell));
  CHECK(v.verdict(after) == refused(Reason::left));
  CHECK(v.member(Team::device("bob"))->left);
}

TEST_CASE("nobody takes back what they did by a farewell") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId p = t.publish("bob", "b1");
  const EntryId r = t.revoke_all("bob", "bob");
  CHECK(t.view("bob").verdict(r) == refused(Reason::bad_cut));
  CHECK(t.view("bob").accepted(p));
}

TEST_CASE("own publishes are rewritten freely") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId p1 = t.publish("bob", "b1");
  const EntryId p2 = t.publish("bob", "b2", *ranges_over(t.view("bob"), std::vector{p1}));
  CHECK(live(t, "bob") == std::vector{p2});
}

TEST_CASE("another's publish is rewritten by an admin alone") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId p1 = t.publish("anna", "a1");
  t.sync("anna", "bob");
  const EntryId p2 = t.publish("bob", "b1", *ranges_over(t.view("bob"), std::vector{p1}));
  CHECK(t.view("bob").accepted(p2));  // void rewrite, valid publish
  CHECK(live(t, "bob") == std::vector{p1, p2});
  t.sync("bob", "anna");
  const EntryId p3 = t.publish("anna", "a2", *ranges_over(t.view("anna"), std::vector{p2}));
  CHECK(live(t, "anna") == std::vector{p1, p3});
}

TEST_CASE("a rewrite touches its own branch alone") {
  Team t({"anna"});
  const EntryId fix = t.create("anna", "fix", "f1");
  const EntryId p1 = t.publish("anna", "a1");
  const std::uint64_t last = t.view("anna").find(p1)->entry.seq;
  const EntryId p2 = t.publish("anna", "a2", {{Team::device("anna"), 0, last, p1}});
  CHECK(live(t, "anna") == std::vector{p2});
  CHECK(t.view("anna").live_on(fix).size() == 1);
}

TEST_CASE("a range that names no such entry is void") {
  Team t({"anna"});
  const EntryId p1 = t.publish("anna", "a1");
  const EntryId p2 = t.publish("anna", "a2", {{Team::device("anna"), 0, 7, p1}});
  CHECK(live(t, "anna") == std::vector{p1, p2});
}

TEST_CASE("when a rewriting publish is cut, what it rewrote lives again") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId p1 = t.publish("bob", "b1");
  t.sync("bob", "anna");
  t.publish("bob", "b2", *ranges_over(t.view("bob"), std::vector{p1}));
  t.revoke("anna", "bob", p1);
  t.sync_all();
  CHECK(live(t, "anna") == std::vector{p1});
}

TEST_CASE("when an admin turns out to be a writer, what it rewrote of others lives again") {
  Team t({"anna"});
  const EntryId p1 = t.publish("anna", "a1");
  t.grant("anna", "carl", Right::admin);
  t.grant("anna", "bob", Right::write);
  t.sync("bob", "carl");
  t.grant("carl", "bob", Right::admin);
  const EntryId p2 = t.publish("bob", "b1", *ranges_over(t.view("bob"), std::vector{p1}));
  CHECK(live(t, "bob") == std::vector{p2});
  t.revoke_all("anna", "carl");
  t.sync_all();
  CHECK(t.view("anna").accepted(p2));
  CHECK(live(t, "anna") == std::vector{p1, p2});
  CHECK(live(t, "bob") == std::vector{p1, p2});
  CHECK(t.view("bob").digest() == evaluate(t.repository, t.all).digest());
}

TEST_CASE("a deletion ends a branch, an unseen commit keeps it") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId fix = t.create("anna", "fix", "f1");
  t.sync("anna", "bob");
  t.remove("anna", fix);
  CHECK(!t.view("anna").branch(fix)->live);
  t.publish_on("bob", fix, "f2");
  t.sync_all();
  CHECK(t.view("anna").branch(fix)->live);
  const auto kept = t.view("anna").live_on(fix);
  CHECK(std::ranges::any_of(kept, [](const LivePublish& publish) {
    return publish.target && publish.target->id == commit_id("f2");
  }));
}

TEST_CASE("two branches of one name are two branches") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId a = t.create("anna", "fix", "a1");
  const EntryId b = t.create("bob", "fix", "b1");
  t.sync_all();
  const auto branches = t.view("anna").branches();
  REQUIRE(branches.size() == 3);
  CHECK(branches[0].name == "fix");
  CHECK(branches[1].name == "fix");
  CHECK(t.view("anna").branch(a)->creator == Team::device("anna"));
  CHECK(t.view("anna").branch(b)->creator == Team::device("bob"));
}

TEST_CASE("a publish on what is no branch is rejected alone") {
  Team t({"anna"});
  const EntryId p = t.publish("anna", "c1");
  const EntryId on_nothing = t.publish_on("anna", p, "c2");
  const EntryId next = t.publish("anna", "c3");
  CHECK(t.view("anna").verdict(on_nothing) == refused(Reason::no_branch));
  CHECK(t.view("anna").accepted(next));
}

TEST_CASE("tags that differ stand side by side, a moved tag stands once") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId first = t.tag("anna", "v1", "c1");
  const EntryId moved = t.tag("anna", "v1", "c2", *rewriting_live(t.view("anna"), TagName{"v1"}));
  CHECK(t.view("anna").tags().at(0).publishes.at(0).id == moved);
  t.tag("bob", "v1", "c3");
  t.sync_all();
  CHECK(t.view("anna").tags().at(0).publishes.size() == 2);
  CHECK(t.view("anna").accepted(first));
}

TEST_CASE("an unknown payload is accepted and does nothing") {
  Team t({"anna"});
  const EntryId e = t.write("anna", Opaque{200, {1, 2, 3}});
  CHECK(t.view("anna").accepted(e));
  CHECK(std::get<Opaque>(t.view("anna").find(e)->entry.payload).bytes == Bytes{1, 2, 3});
}

TEST_CASE("a sealed manifest needs a sealed repository") {
  Publish p;
  p.target = Target{object::Kind::commit, commit_id("c")};
  p.sealed = ManifestRoot{{}, 1, 1};
  for (const Visibility visibility : {Visibility::members, Visibility::sealed}) {
    Team t({"anna"}, visibility);
    p.place = Branch{t.repository};
    const Verdict expected =
        visibility == Visibility::sealed ? kAccepted : refused(Reason::sealed_root);
    CHECK(t.view("anna").verdict(t.write("anna", p)) == expected);
  }
}

TEST_CASE("two entries at one place of a log are a proof, and both count") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const View stale = t.view("bob");
  const EntryId one = t.publish("bob", "b1");
  t.view("bob") = stale;
  const EntryId two = t.publish("bob", "b2");
  t.sync_all();
  View& v = t.view("anna");
  REQUIRE(v.equivocations().size() == 1);
  CHECK(v.equivocations()[0].device == Team::device("bob"));
  CHECK(v.equivocations()[0].entries.size() == 2);
  CHECK(v.accepted(one));
  CHECK(v.accepted(two));
  CHECK(v.tips(Team::device("bob")).size() == 2);
}

TEST_CASE("a cut on one chain of a fork rejects the other") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const View stale = t.view("bob");
  const EntryId honest = t.publish("bob", "b1");
  t.view("bob") = stale;
  const EntryId thief = t.publish("bob", "b2");
  t.sync_all();
  t.revoke("anna", "bob", honest);
  CHECK(t.view("anna").accepted(honest));
  CHECK(t.view("anna").verdict(thief) == refused(Reason::cut));
}

TEST_CASE("two cuts keep what both keep") {
  Team t({"anna", "bob"});
  t.sync("anna", "bob");
  t.grant("anna", "carl", Right::write);
  const EntryId p0 = t.publish("carl", "0");
  const EntryId p1 = t.publish("carl", "1");
  t.sync_all();
  t.revoke("anna", "carl", p1);
  t.revoke("bob", "carl", p0);
  t.sync_all();
  CHECK(t.view("anna").accepted(p0));
  CHECK(t.view("anna").verdict(p1) == refused(Reason::cut));
  CHECK(t.view("anna").member(Team::device("carl"))->revoked_by.size() == 2);
}

TEST_CASE("a draft counts as the publish that it would be") {
  Team t({"anna"});
  const EntryId p1 = t.publish("anna", "c1");
  Publish p;
  p.place = Branch{t.repository};
  p.target = Target{object::Kind::commit, commit_id("c2")};
  p.rewrites = *ranges_over(t.view("anna"), std::vector{p1});
  const Entry draft = next_entry(t.view("anna"), Team::device("anna"), p);
  const View with = with_draft(t.view("anna"), draft);
  CHECK(ids(with.live_on(t.repository)) == std::vector{id_of(draft)});
  CHECK(live(t, "anna") == std::vector{p1});
  const EntryId signed_id = t.add("anna", draft);
  CHECK(signed_id == id_of(draft));
  CHECK(t.view("anna").digest() == with.digest());
}

TEST_CASE("an entry sees its past and nothing else") {
  Team t({"anna"});
  t.grant("anna", "bob", Right::write);
  const EntryId a = t.publish("anna", "a");
  const EntryId b = t.publish("bob", "b");
  t.sync_all();
  const EntryId both = t.publish("anna", "ab");
  View& v = t.view("anna");
  CHECK(v.sees(both, b));
  CHECK(v.sees(both, both));
  CHECK(!v.sees(a, b));
  CHECK(!v.sees(b, both));
  CHECK(v.frontier() == std::vector{both});
}

TEST_CASE("a device that sees more logs than an entry can name sees the greatest") {
  Team t({"anna"});
  std::vector<std::string> names;
  for (int i = 0; i < 70; ++i) names.push_back("w" + std::to_string(i));
  for (const std::string& name : names) t.grant("anna", name, Right::write);
  for (const std::string& name : names) t.publish(name, name);
  t.sync_all();
  const Entry e = next_entry(t.view("anna"), Team::device("anna"), Opaque{99, {}});
  CHECK(e.seen.size() == kSeenMax);
  CHECK(t.view("anna").accepted(t.add("anna", e)));
}

TEST_CASE("adding a writer and cutting all of it leaves what others did as it was") {
  Team t({"anna"});
  t.publish("anna", "a1");
  const auto before = live(t, "anna");
  t.grant("anna", "bob", Right::write);
  t.publish("bob", "b1");
  t.publish("bob", "b2");
  t.sync("bob", "anna");
  t.revoke_all("anna", "bob");
  CHECK(live(t, "anna") == before);
}

}  // namespace hn::log
