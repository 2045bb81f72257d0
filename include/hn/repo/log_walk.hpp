#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>

#include "hn/store/history.hpp"

namespace hn::repo {

// The commits that some lead to, newest first by committer time, yet each after all that have it as
// a parent, whatever clocks say: always the one of greatest (time, id) whose children were all
// given out. A commit that is not here comes after all others that could come; what it stands on is
// not known.
//
// The first commits cost a few look-ups each, however long the history is, unless clocks or the
// late merge of an old branch make it necessary to look further.
class LogWalk {
 public:
  // Which parents are followed; each has to be one, of a smaller generation.
  using Parents = std::function<std::vector<object::Id>(const object::Id&)>;
  // The history outlives this. Without `parents` all are followed.
  explicit LogWalk(const store::BlockHistory& history, Parents parents = {})
      : history_(history), parents_(std::move(parents)) {}

  void start(const object::Id& commit);  // any number of times before the first next()
  std::optional<object::Id> next();

 private:
  // Of a commit that stands on one that is not here. It is looked at before all others.
  static constexpr std::uint64_t kUnknown = UINT64_MAX;

  struct Known {
    std::uint64_t generation = kUnknown;
    std::size_t children = 0;  // those met and not yet given out
    bool looked_at = false;    // its parents count it among their children
    bool given_out = false;
  };
  template <class Key>
  struct Waiting {
    Key key;
    object::Id id;
    friend bool operator<(const Waiting& a, const Waiting& b) {
      return a.key != b.key ? a.key < b.key : a.id < b.id;
    }
  };

  void reach(const object::Id& id);
  void offer(const object::Id& id);
  std::vector<object::Id> parents_of(const object::Id& id) const;
  void look_at(const object::Id& id, Known& known);
  void count_children_of(const Known& known);

  const store::BlockHistory& history_;
  Parents parents_;
  std::unordered_map<object::Id, Known> known_;         // asked, never iterated
  std::priority_queue<Waiting<std::uint64_t>> unseen_;  // by generation: not yet looked at
  std::priority_queue<Waiting<std::int64_t>> offered_;  // by time: a child of theirs was given out
};

}  // namespace hn::repo
