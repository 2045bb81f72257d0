// The promises of hn-log(5), RIGHTS, searched for violations: first the abstract model, then wrong
// models, which the search must catch, then the real evaluation, which must also agree with the
// model.
#include <doctest/doctest.h>

#include <cstdlib>

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

bool caught(Mutant mutant, const std::string& promise) {
  const Report report = search(model_rules(mutant), 1, 300);
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
  CHECK(report.revivals > 10);
}

TEST_CASE("the search catches wrong rules") {
  INFO("seed " << seed());
  SUBCASE("last cut wins") {
    CHECK(caught(Mutant::last_cut_wins, "S3 every cut is enforced"));
  }
  SUBCASE("cuts ignored") {
    CHECK(caught(Mutant::cuts_ignored, "S3 every cut is enforced"));
  }
  SUBCASE("order by arrival") {
    CHECK(caught(Mutant::order_by_arrival, "S6 arrival does not matter"));
  }
  SUBCASE("juniors cut seniors") {
    CHECK(caught(Mutant::junior_cuts_senior, "S1 seniors are untouched"));
  }
  SUBCASE("rejected grants count") {
    CHECK(caught(Mutant::rejected_grants_count, "S2 a rejected entry changes nothing"));
  }
  SUBCASE("rejected revocations count") {
    CHECK(caught(Mutant::rejected_revokes_count, "S2 a rejected entry changes nothing"));
  }
  SUBCASE("grants need not be seen") {
    CHECK(caught(Mutant::grants_need_no_past, "S5 every act has a grant"));
  }
  SUBCASE("farewells are ignored") {
    CHECK(caught(Mutant::farewell_ignored, "S3 every cut is enforced"));
  }
  SUBCASE("a farewell cuts forks") {
    CHECK(caught(Mutant::farewell_cuts_forks, "S1 seniors are untouched"));
  }
}

}  // namespace hn::log::model
