// The promises of hn-log(5), RIGHTS, searched for violations: first the abstract model, then wrong
// models, which the search must catch, then the real evaluation, which must also agree with the
// model.
#include <doctest/doctest.h>

#include <cstdlib>

#include "log/planted.hpp"
#include "rights_checker.hpp"

namespace hn::log::model {
namespace {

std::uint64_t seed() {
  const char* text = std::getenv("HN_SEED");
  return text == nullptr ? 20260101 : std::strtoull(text, nullptr, 10);
}

// More than one entry deep without and with forks; HN_DEPTH=3 takes minutes.
int depth() {
  const char* text = std::getenv("HN_DEPTH");
  return text == nullptr ? 2 : std::atoi(text);
}

Report search(const RuleBook& rules, int exhaustive, int walks) {
  Checker checker(rules);
  for (const auto& start : {three_admins, chain_of_admins})
    for (const bool forks : {false, true}) {
      World world = start();
      checker.exhaust(world, exhaustive, forks);
    }
  SeededRandom random(seed());
  for (int i = 0; i < walks; ++i) {
    World world = i % 2 == 0 ? three_admins() : chain_of_admins();
    checker.wander(world, 12, i % 4 < 2, random);
  }
  return checker.report();
}

std::string text_of(const Report& report) {
  std::string out =
      std::to_string(report.states) + " states, " + std::to_string(report.revivals) + " revivals";
  for (const auto& [name, n] : report.violations) out += "; " + name + ": " + std::to_string(n);
  return out;
}

Outcome outcome_of(const World& world, const View& view) {
  Outcome out;
  for (std::size_t i = 0; i < world.entries().size(); ++i)
    if (view.accepted(world.entries()[i].id)) out.accepted |= bit(i);
  for (const Member& m : view.members()) out.ranks.push_back(m.device.bytes[0] - 1);
  return out;
}

// hn::log itself as a rule book: entries come one by one in the order given.
RuleBook real_rules(Planted fault) {
  return [fault](const World& world, std::span<const std::size_t> order) {
    View view = view_with(world.repository(), fault);
    for (const std::size_t i : order) apply(view, {&world.entries()[i], 1});
    return outcome_of(world, view);
  };
}

// The same held against the model at every state, and all entries at once against one by one.
RuleBook real_rules_beside_model() {
  return [model = model_rules(Mutant::none), real = real_rules(Planted::none)](
             const World& world, std::span<const std::size_t> order) {
    Outcome out = real(world, order);
    REQUIRE(out == model(world, order));
    REQUIRE(out == outcome_of(world, evaluate(world.repository(), world.entries())));
    return out;
  };
}

bool caught(const RuleBook& rules, const std::string& promise) {
  const Report report = search(rules, 1, 120);
  MESSAGE(text_of(report));
  return report.broke(promise);
}

}  // namespace

TEST_CASE("the model keeps every promise of rights") {
  const Report report = search(model_rules(Mutant::none), depth(), 1000);
  INFO("seed " << seed() << ": " << text_of(report));
  MESSAGE(text_of(report));
  CHECK(report.broken() == 0);
  CHECK(report.states > 5000);
  CHECK(report.revivals > 5);
}

TEST_CASE("the search catches wrong rules in the model") {
  INFO("seed " << seed());
  SUBCASE("last cut wins") {
    CHECK(caught(model_rules(Mutant::last_cut_wins), "S3 every cut is enforced"));
  }
  SUBCASE("cuts ignored") {
    CHECK(caught(model_rules(Mutant::cuts_ignored), "S3 every cut is enforced"));
  }
  SUBCASE("order by arrival") {
    CHECK(caught(model_rules(Mutant::order_by_arrival), "S6 arrival does not matter"));
  }
  SUBCASE("juniors cut seniors") {
    CHECK(caught(model_rules(Mutant::junior_cuts_senior), "S1 seniors are untouched"));
  }
  SUBCASE("rejected grants count") {
    CHECK(
        caught(model_rules(Mutant::rejected_grants_count), "S2 a rejected entry changes nothing"));
  }
  SUBCASE("rejected revocations count") {
    CHECK(
        caught(model_rules(Mutant::rejected_revokes_count), "S2 a rejected entry changes nothing"));
  }
  SUBCASE("grants need not be seen") {
    CHECK(caught(model_rules(Mutant::grants_need_no_past), "S5 every act has a grant"));
  }
  SUBCASE("farewells are ignored") {
    CHECK(caught(model_rules(Mutant::farewell_ignored), "S3 every cut is enforced"));
  }
  SUBCASE("a farewell cuts forks") {
    CHECK(caught(model_rules(Mutant::farewell_cuts_forks), "S1 seniors are untouched"));
  }
}

TEST_CASE("the evaluation keeps every promise of rights and agrees with the model") {
  const Report report = search(real_rules_beside_model(), depth() - 1, 200);
  INFO("seed " << seed() << ": " << text_of(report));
  MESSAGE(text_of(report));
  CHECK(report.broken() == 0);
  CHECK(report.revivals > 5);
}

TEST_CASE("the search catches faults planted in the evaluation") {
  INFO("seed " << seed());
  SUBCASE("last cut wins") {
    CHECK(caught(real_rules(Planted::last_cut_wins), "S3 every cut is enforced"));
  }
  SUBCASE("cuts ignored") {
    CHECK(caught(real_rules(Planted::cuts_ignored), "S3 every cut is enforced"));
  }
  SUBCASE("order by arrival") {
    CHECK(caught(real_rules(Planted::seniority_by_arrival), "S6 arrival does not matter"));
  }
  SUBCASE("juniors cut seniors") {
    CHECK(caught(real_rules(Planted::juniors_cut_seniors), "S1 seniors are untouched"));
  }
  SUBCASE("rejected grants count") {
    CHECK(
        caught(real_rules(Planted::rejected_grants_count), "S2 a rejected entry changes nothing"));
  }
  SUBCASE("rejected revocations count") {
    CHECK(
        caught(real_rules(Planted::rejected_revokes_count), "S2 a rejected entry changes nothing"));
  }
  SUBCASE("grants need not be seen") {
    CHECK(caught(real_rules(Planted::grants_need_no_past), "S5 every act has a grant"));
  }
  SUBCASE("farewells are ignored") {
    CHECK(caught(real_rules(Planted::farewells_ignored), "S3 every cut is enforced"));
  }
}

}  // namespace hn::log::model
