#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <queue>

#include "hn/store/commit_numbers.hpp"

namespace hn::repo {

using store::CommitNumber;

// The commits that some lead to, newest first by committer time, yet each after all that have it as
// a parent, whatever clocks say: always the one of greatest (time, id) whose children were all
// given out. A commit that is not here comes after all others that could come; what it stands on is
// not known.
//
// The first commits cost a few look-ups each, however long the history is, unless clocks or the
// late merge of an old branch make it necessary to look further.
class LogWalk {
 public:
  // Which parents of a commit are followed, and whether it is one that the walk is about; asked
  // once of each. Each has to be a parent.
  using Follow = std::function<bool(CommitNumber, std::vector<CommitNumber>& parents)>;
  // The history outlives this. Without `follow` it is all parents.
  explicit LogWalk(const store::BlockHistory& history, Follow follow = {});
  LogWalk(const LogWalk&) = delete;
  LogWalk& operator=(const LogWalk&) = delete;

  void start(const object::Id& commit);  // any number of times before the first next()
  std::optional<object::Id> next();

  struct Step {
    CommitNumber commit = 0;
    object::Id id;                    // where it is meant, or parents are asked for
    bool meant = true;                // what `follow` said of it
    std::vector<object::Id> parents;  // that are followed, where they are asked for
  };
  std::optional<Step> step(bool with_parents = false);

  store::CommitNumbers& numbers() noexcept { return numbers_; }
  const store::CommitNumbers& numbers() const noexcept { return numbers_; }
  // Called where the numbers became others (store::CommitNumbers), before any of the new ones is
  // asked about.
  void on_renumbering(std::function<void()> call) { renumbered_ = std::move(call); }

 private:
  struct Known {
    std::uint64_t generation = 0;  // 0: never met
    std::uint32_t children = 0;    // those met and not yet given out
    std::uint32_t parents_at = 0;
    std::uint16_t parents = 0;
    bool looked_at = false;  // its parents count it among their children
    bool given_out = false;
    bool meant = true;
  };
  // By pages, so that a short walk in a long history pays for the parts that it meets.
  static constexpr std::size_t kPage = 1024;
  using Page = std::array<Known, kPage>;

  template <class Key>
  struct Waiting {
    Key key;
    CommitNumber commit;
  };
  // Equal keys by id, or, where the order does not show, by number.
  struct Later {
    const store::CommitNumbers* numbers;
    bool operator()(const Waiting<std::int64_t>& a, const Waiting<std::int64_t>& b) const {
      return a.key != b.key ? a.key < b.key : numbers->id(a.commit) < numbers->id(b.commit);
    }
  };
  struct Higher {
    bool operator()(const Waiting<std::uint64_t>& a, const Waiting<std::uint64_t>& b) const {
      return a.key != b.key ? a.key < b.key : a.commit < b.commit;
    }
  };
  using Unseen =
      std::priority_queue<Waiting<std::uint64_t>, std::vector<Waiting<std::uint64_t>>, Higher>;
  using Offered =
      std::priority_queue<Waiting<std::int64_t>, std::vector<Waiting<std::int64_t>>, Later>;

  Known& known(CommitNumber commit);
  std::span<const CommitNumber> parents_of(const Known& known) const;
  void put_at_start();
  void begin_anew();
  std::optional<CommitNumber> advance();
  Step told(CommitNumber commit, bool with_parents);
  void reach(CommitNumber commit);
  void offer(CommitNumber commit);
  void look_at(CommitNumber commit, Known& known);
  bool is_meant(CommitNumber commit);
  void count_children_of(const Known& known);

  const store::BlockHistory& history_;
  Follow follow_;
  std::function<void()> renumbered_;
  store::CommitNumbers numbers_;
  std::vector<object::Id> started_;
  bool placed_ = false;  // those that were started are met
  std::uint64_t given_out_ = 0;
  std::vector<std::unique_ptr<Page>> known_;
  std::vector<CommitNumber> parents_;  // of all that were looked at
  std::vector<CommitNumber> scratch_;
  Unseen unseen_;    // by generation: not yet looked at
  Offered offered_;  // by time: a child of theirs was given out
};

}  // namespace hn::repo
