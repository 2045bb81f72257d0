#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "command.hpp"
#include "hn/repo/commit_walk.hpp"

// What hn log tells of a commit beside what it says itself: on which side of A...B it is, whether
// the other side has the same change, where the walk came from, its parents and children.
namespace hn::cli {

std::vector<Option> log_mark_rows();

class LogMarks {
 public:
  // `signs`: they are asked for whatever the options are. Failure usage where options exclude each
  // other.
  LogMarks(const repo::Repository& repository, const Given& given,
           const repo::CommitWalk::Options& walked, bool signs);

  // Whether anything is told or left out; else hn log may go the short way.
  bool any() const;
  // What is left out is walked over all the same.
  bool takes(const object::Id& id) const;
  // Where the border is shown: that it is no part of it.
  bool is_left_out(const object::Id& id) const;
  bool shows_border() const { return border_; }
  void tell_sources() { sources_wanted_ = true; }
  bool tells_sources() const { return sources_wanted_; }

  // A commit was walked over, or shown: its source is that of its parents too, and these are at
  // the border until they are shown.
  void walked(const object::Id& id, const std::vector<object::Id>& parents);
  void shown(const object::Id& id, const std::vector<object::Id>& parents);
  // The parents of what was shown that were not shown themselves, those of the last one first; from
  // here on they have the mark of the border.
  std::vector<object::Id> border();
  // The same, the newest first and each before its parents.
  std::vector<object::Id> border_by_time();
  bool is_on_border(const object::Id& id) const { return at_border_.contains(id); }

  // "<", ">", "=" or "-", as %m has it.
  char sign(const object::Id& id) const;
  // The same where the options show one at the front of a commit; 0: none.
  char front_sign(const object::Id& id) const;
  // In a graph.
  char drawn(const object::Id& id) const;
  std::string source(const object::Id& id) const;
  // " ID" for each parent and child that is told.
  std::string kin(const object::Id& id, const std::vector<object::Id>& parents,
                  std::size_t digits) const;

 private:
  void find_sides(const repo::CommitSet& set, const worktree::Pathspec& paths);
  void find_children(const repo::CommitWalk::Options& walked);

  const repo::Repository& repository_;
  bool left_right_, border_, cherry_pick_, cherry_mark_, left_only_, right_only_, parents_,
      first_parent_;
  bool children_wanted_, sources_wanted_;
  // All asked, never iterated.
  std::unordered_set<object::Id> left_;
  std::unordered_set<object::Id> same_;
  std::unordered_set<object::Id> walked_;  // where some are left out and the border is shown
  std::unordered_set<object::Id> shown_;
  std::unordered_set<object::Id> at_border_;
  std::unordered_map<object::Id, std::string> sources_;
  std::unordered_map<object::Id, std::vector<object::Id>> children_;  // the last one met first
  std::vector<object::Id> near_;                                      // parents of what was shown
};

}  // namespace hn::cli
