#pragma once

#include <memory>
#include <vector>

#include "hn/object/commit.hpp"

namespace hn::object {

// The commit graph. Answers Code::absent with the commit as subject where a block is missing.
class History {
 public:
  virtual ~History() = default;
  virtual Result<std::vector<Id>> parents(const Id& commit) const = 0;
  // 1 for a root, else 1 + the greatest of the parents.
  virtual Result<std::uint64_t> generation(const Id& commit) const = 0;
};

// A commit counts as its own ancestor.
Result<bool> is_ancestor(const History& history, const Id& ancestor, const Id& of);

// The maximal common ancestors of two sets of commits (every commit that is an ancestor of one of
// `a` and of one of `b` is an ancestor of one of these), the greatest (generation, id) first.
Result<std::vector<Id>> common_ancestors(const History& history, std::span<const Id> a,
                                         std::span<const Id> b);

// The same for commits that come one after the other, each against all before it.
class CommonWithEarlier {
 public:
  virtual ~CommonWithEarlier() = default;
  // As common_ancestors(history, all that were added, {commit}).
  virtual Result<std::vector<Id>> common_with(const Id& commit) = 0;
  virtual Result<void> add(const Id& commit) = 0;
};

// An ancestor of what came before is walked once in all: asking common_ancestors() for each of n
// heads would walk n heads n times.
class GrowingAncestors final : public CommonWithEarlier {
 public:
  explicit GrowingAncestors(const History& history);
  ~GrowingAncestors() override;
  GrowingAncestors(const GrowingAncestors&) = delete;
  GrowingAncestors& operator=(const GrowingAncestors&) = delete;

  Result<std::vector<Id>> common_with(const Id& commit) override;
  Result<void> add(const Id& commit) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Commits reachable from `from` and from none of `without`, children before parents: by
// generation descending, then by id.
Result<std::vector<Id>> reachable(const History& history, std::span<const Id> from,
                                  std::span<const Id> without, std::size_t max);

}  // namespace hn::object
