// Questions to the commit graph. Commits are taken from a queue by generation, greatest first: a
// commit comes out only when all its descendants that were reached have been, so its marks are
// complete and it is looked at once. Git's own walk orders by commit time, which can lie, and has
// to look twice (git, commit-reach.c); generations cannot.
#include "hn/object/history.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace hn::object {
namespace {

using Marks = std::uint8_t;

struct Reached {
  std::uint64_t generation = 0;
  Id id;
};

// Greatest generation first, then the smallest id.
struct ComesLater {
  bool operator()(const Reached& a, const Reached& b) const noexcept {
    return a.generation != b.generation ? a.generation < b.generation : b.id < a.id;
  }
};

// Commits with marks that descend to parents. `dull` says by its marks that a commit cannot lead
// to anything of interest; the walk ends when only such ones wait.
class Walk {
 public:
  Walk(const History& history, bool (*dull)(Marks)) : history_(history), dull_(dull) {}

  Result<void> mark(const Id& id, Marks marks) {
    const auto [at, is_new] = marks_.try_emplace(id, marks);
    if (!is_new) {
      const bool was_dull = dull_(at->second);
      at->second |= marks;
      if (!was_dull && dull_(at->second)) --interesting_;
      return {};
    }
    if (!dull_(marks)) ++interesting_;
    HN_TRY(const std::uint64_t generation, history_.generation(id));
    queue_.push({generation, id});
    return {};
  }

  // The count is wrong where a history contradicts itself; the walk ends all the same.
  bool done() const noexcept { return interesting_ == 0 || queue_.empty(); }

  std::pair<Reached, Marks> take() {
    const Reached top = queue_.top();
    queue_.pop();
    const Marks marks = marks_.at(top.id);
    if (!dull_(marks)) --interesting_;
    return {top, marks};
  }

  Result<void> mark_parents(const Id& id, Marks marks) {
    HN_TRY(const auto parents, history_.parents(id));
    for (const Id& parent : parents) HN_CHECK(mark(parent, marks));
    return {};
  }

 private:
  const History& history_;
  bool (*dull_)(Marks);
  std::unordered_map<Id, Marks> marks_;
  std::priority_queue<Reached, std::vector<Reached>, ComesLater> queue_;
  std::size_t interesting_ = 0;  // commits in the queue that are not dull
};

}  // namespace

Result<bool> is_ancestor(const History& history, const Id& ancestor, const Id& of) {
  if (ancestor == of) return true;
  HN_TRY(const std::uint64_t floor, history.generation(ancestor));
  Walk walk(history, [](Marks) { return false; });
  HN_CHECK(walk.mark(of, 1));
  while (!walk.done()) {
    const auto at = walk.take().first;
    if (at.id == ancestor) return true;
    if (at.generation < floor) return false;  // as is all that still waits
    if (at.generation > floor) HN_CHECK(walk.mark_parents(at.id, 1));
  }
  return false;
}

namespace {

std::vector<Id> in_order(std::vector<Reached> found) {
  std::ranges::sort(found, std::greater<>(),
                    [](const Reached& r) { return std::pair(r.generation, r.id); });
  std::vector<Id> out;
  out.reserve(found.size());
  for (const Reached& r : found) out.push_back(r.id);
  return out;
}

}  // namespace

Result<std::vector<Id>> common_ancestors(const History& history, std::span<const Id> a,
                                         std::span<const Id> b) {
  constexpr Marks kOfA = 1;
  constexpr Marks kOfB = 2;
  constexpr Marks kBelow = 4;  // an ancestor of a common one
  Walk walk(history, [](Marks m) { return (m & kBelow) != 0; });
  for (const Id& id : a) HN_CHECK(walk.mark(id, kOfA));
  for (const Id& id : b) HN_CHECK(walk.mark(id, kOfB));
  std::vector<Reached> found;
  while (!walk.done()) {
    const auto [at, marks] = walk.take();
    const bool common = (marks & (kOfA | kOfB)) == (kOfA | kOfB);
    if (common && (marks & kBelow) == 0) found.push_back(at);
    HN_CHECK(walk.mark_parents(at.id, static_cast<Marks>(common ? marks | kBelow : marks)));
  }
  return in_order(std::move(found));
}

// Of what was added: the ancestors that were reached, and those of them whose parents were not yet.
// Every ancestor of a generation at or above that of all who wait has been reached.
struct GrowingAncestors::State {
  const History& history;
  std::unordered_set<Id> reached;
  std::priority_queue<Reached, std::vector<Reached>, ComesLater> waiting;

  Result<void> reach(const Id& id) {
    if (!reached.insert(id).second) return {};
    HN_TRY(const std::uint64_t generation, history.generation(id));
    waiting.push({generation, id});
    return {};
  }

  Result<bool> contains(const Reached& commit) {
    while (!waiting.empty() && waiting.top().generation > commit.generation) {
      const Id id = waiting.top().id;
      waiting.pop();
      HN_TRY(const auto parents, history.parents(id));
      for (const Id& parent : parents) HN_CHECK(reach(parent));
    }
    return reached.contains(commit.id);
  }
};

GrowingAncestors::GrowingAncestors(const History& history)
    : state_(std::make_unique<State>(State{history, {}, {}})) {}
GrowingAncestors::~GrowingAncestors() = default;

Result<void> GrowingAncestors::add(const Id& commit) {
  return state_->reach(commit);
}

Result<std::vector<Id>> GrowingAncestors::common_with(const Id& commit) {
  constexpr Marks kOfCommit = 1;
  constexpr Marks kBelow = 2;  // an ancestor of a common one
  Walk walk(state_->history, [](Marks m) { return (m & kBelow) != 0; });
  HN_CHECK(walk.mark(commit, kOfCommit));
  std::vector<Reached> found;
  while (!walk.done()) {
    const auto [at, marks] = walk.take();
    const bool below = (marks & kBelow) != 0;
    HN_TRY(const bool reached, below ? Result<bool>(true) : state_->contains(at));
    if (reached && !below) found.push_back(at);
    HN_CHECK(walk.mark_parents(at.id, static_cast<Marks>(reached ? marks | kBelow : marks)));
  }
  return in_order(std::move(found));
}

Result<std::vector<Id>> reachable(const History& history, std::span<const Id> from,
                                  std::span<const Id> without, std::size_t max) {
  constexpr Marks kWanted = 1;
  constexpr Marks kWithout = 2;
  Walk walk(history, [](Marks m) { return (m & kWithout) != 0; });
  for (const Id& id : from) HN_CHECK(walk.mark(id, kWanted));
  for (const Id& id : without) HN_CHECK(walk.mark(id, kWithout));
  std::vector<Id> out;
  while (!walk.done() && out.size() < max) {
    const auto [at, marks] = walk.take();
    if ((marks & kWithout) == 0) out.push_back(at.id);
    HN_CHECK(walk.mark_parents(at.id, marks));
  }
  return out;
}

}  // namespace hn::object
