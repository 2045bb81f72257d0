// Properties that hold for every history, on random ones. Faults are planted in the evaluation and
// must be noticed by the same properties.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "hn/log/frontier.hpp"
#include "log/planted.hpp"
#include "random_history.hpp"

namespace hn::log {
namespace {

std::uint64_t first_seed() {
  const char* text = std::getenv("HN_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

View cold(const EntryId& repository, const std::vector<SignedEntry>& entries,
          Planted fault = Planted::none) {
  View view = view_with(repository, fault);
  log::apply(view, entries);
  return view;
}

// Entries come in pieces of any size, with repetitions, and in an order that strays from the one in
// which they were written by a little, by much, or altogether (then nearly all wait for the
// genesis). Now and then, and at the end, the view must be that of all that came, from nothing.
bool order_matters(RandomHistory& history, const std::vector<SignedEntry>& entries, Planted fault) {
  SeededRandom& random = history.random();
  const std::size_t strays[] = {1, 8, 40, entries.size()};
  const std::size_t stray = strays[random.below(4)];
  std::vector<std::pair<std::size_t, std::size_t>> order;  // (time of arrival, entry)
  for (std::size_t i = 0; i < entries.size(); ++i) {
    order.emplace_back(i + random.below(stray), i);
    if (random.below(4) == 0) order.emplace_back(i + random.below(entries.size()), i);
  }
  std::sort(order.begin(), order.end());
  View view = view_with(history.repository(), fault);
  std::vector<SignedEntry> come;
  for (std::size_t at = 0; at < order.size();) {
    std::vector<SignedEntry> piece;
    for (std::size_t n = 1 + random.below(4); n > 0 && at < order.size(); --n)
      piece.push_back(entries[order[at++].second]);
    log::apply(view, piece);
    come.insert(come.end(), piece.begin(), piece.end());
    if ((at == order.size() || random.below(16) == 0) &&
        view.digest() != cold(history.repository(), come, fault).digest())
      return true;
  }
  return view.digest() != cold(history.repository(), entries, fault).digest();
}

std::optional<std::string> place_of(const Publish& p, const EntryId& id) {
  if (const auto* b = std::get_if<Branch>(&p.place)) return "b" + to_hex(b->created_by);
  if (std::holds_alternative<NewBranch>(p.place)) return "b" + to_hex(id);
  return "t" + std::get<TagName>(p.place).name;
}

// Did the author hold admin in what it had seen when it signed? Every accepted grant by somebody
// senior counts.
bool was_admin(const View& v, const SignedEntry& e) {
  const auto me = v.member(e.entry.device);
  if (!me) return false;
  if (me->founder) return true;
  for (const EntryId& id : v.in_log_order()) {
    const SignedEntry& g = *v.find(id);
    const auto* grant = std::get_if<Grant>(&g.entry.payload);
    if (grant == nullptr || grant->device != e.entry.device || grant->right != Right::admin)
      continue;
    const auto granter = v.member(g.entry.device);
    if (v.accepted(id) && granter && granter->rank < me->rank && v.sees(e.id, id)) return true;
  }
  return false;
}

// The publishes that are rewritten, by definition: entry by entry down every chain.
std::set<EntryId> rewritten(const View& v) {
  std::set<EntryId> out;
  for (const EntryId& id : v.in_log_order()) {
    const SignedEntry& e = *v.find(id);
    const auto* p = std::get_if<Publish>(&e.entry.payload);
    if (p == nullptr || !v.accepted(id)) continue;
    for (const Range& r : p->rewrites) {
      const SignedEntry* at = v.find(r.last_id);
      if (at->entry.device != r.device || at->entry.seq != r.last) continue;
      if (r.device != e.entry.device && !was_admin(v, e)) continue;
      for (;; at = v.find(at->entry.prev)) {
        const auto* old = std::get_if<Publish>(&at->entry.payload);
        if (old != nullptr && place_of(*old, at->id) == place_of(*p, id)) out.insert(at->id);
        if (at->entry.seq <= r.first) break;
      }
    }
  }
  return out;
}

// Every accepted publish on a branch is live or rewritten, never both.
bool live_by_definition(const View& v) {
  const std::set<EntryId> gone = rewritten(v);
  std::set<EntryId> expected;
  std::set<EntryId> found;
  for (const EntryId& id : v.in_log_order()) {
    const auto* p = std::get_if<Publish>(&v.find(id)->entry.payload);
    if (p == nullptr || !v.accepted(id) || std::holds_alternative<TagName>(p->place)) continue;
    if (!gone.contains(id)) expected.insert(id);
  }
  for (const BranchInfo& b : v.branches())
    for (const LivePublish& p : v.live_on(b.created_by)) found.insert(p.id);
  return expected == found;
}

// The first seed that shows the property broken, if any of `seeds` does.
template <class Broken>
std::optional<std::uint64_t> broken_at(std::uint64_t seeds, int steps, Broken broken) {
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds; ++seed) {
    RandomHistory history(seed);
    const auto& entries = history.run(steps);
    if (!broken(history, entries)) continue;
    MESSAGE("seed " << seed);
    return seed;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("any order, any repetition and any batches give the view of the whole") {
  CHECK(!broken_at(40, 120, [](RandomHistory& h, const std::vector<SignedEntry>& entries) {
    return order_matters(h, entries, Planted::none);
  }));
}

TEST_CASE("random histories show what they are meant to") {
  std::map<Reason, std::size_t> reasons;
  std::map<std::string, std::size_t> seen;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + 40; ++seed) {
    RandomHistory history(seed);
    const View v = evaluate(history.repository(), history.run(150));
    for (const EntryId& id : v.in_log_order()) ++reasons[v.verdict(id)->reason];
    seen["invalid"] += v.invalid().size();
    seen["forks"] += v.equivocations().size();
    seen["rewritten"] += rewritten(v).size();
    seen["tags"] += v.tags().size();
  }
  for (const Reason r : {Reason::none, Reason::cut, Reason::left, Reason::no_right,
                         Reason::no_grant, Reason::bad_cut}) {
    INFO(name_of(r));
    CHECK(reasons[r] > 0);
  }
  for (const auto& count : seen) {
    INFO(count.first);
    CHECK(count.second > 10);
  }
}

TEST_CASE("live is what no accepted publish with the right to it rewrites") {
  CHECK(!broken_at(15, 120, [](RandomHistory& h, const std::vector<SignedEntry>& entries) {
    return !live_by_definition(evaluate(h.repository(), entries));
  }));
}

TEST_CASE("log order extends causality") {
  RandomHistory history(first_seed());
  const View v = evaluate(history.repository(), history.run(150));
  const std::vector<EntryId> order = v.in_log_order();
  int unordered_by_id = 0;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      CHECK_FALSE(v.sees(order[j], order[i]));
      if (v.sees(order[i], order[j]) && order[i] < order[j]) ++unordered_by_id;
    }
  CHECK(unordered_by_id > 0);  // an order by id alone would not
}

TEST_CASE("two who hold different parts agree after exchanging what is missing") {
  CHECK(!broken_at(20, 100, [](RandomHistory& h, const std::vector<SignedEntry>& entries) {
    View a(h.repository());
    View b(h.repository());
    for (const SignedEntry& e : entries)
      if (h.random().below(10) < 8) log::apply(h.random().below(2) == 0 ? a : b, {&e, 1});
    for (const SignedEntry& e : entries) log::apply(a, {&e, 1});
    for (int round = 0; round < 4; ++round) {
      const auto to_b = missing(a, frontier_of(b));
      const auto to_a = missing(b, frontier_of(a));
      for (const EntryId& id : to_b) log::apply(b, {a.find(id), 1});
      for (const EntryId& id : to_a) log::apply(a, {b.find(id), 1});
    }
    return digest(frontier_of(a)) != digest(frontier_of(b)) || a.in_log_order() != b.in_log_order();
  }));
}

TEST_CASE("the properties notice planted faults") {
  const auto by_order = [](Planted fault) {
    return broken_at(100, 120, [fault](RandomHistory& h, const std::vector<SignedEntry>& entries) {
      return order_matters(h, entries, fault);
    });
  };
  const auto by_definition = [](Planted fault) {
    return broken_at(100, 120, [fault](RandomHistory& h, const std::vector<SignedEntry>& entries) {
      return !live_by_definition(cold(h.repository(), entries, fault));
    });
  };
  CHECK(by_order(Planted::live_once_is_live));
  CHECK(by_definition(Planted::anyone_rewrites));
  CHECK(by_definition(Planted::rejected_rewrites_count));
}

}  // namespace hn::log
