#pragma once

#include <functional>
#include <unordered_set>

#include "hn/object/tree.hpp"
#include "hn/repo/repository.hpp"
#include "hn/store/id_table.hpp"

namespace hn::repo {

// Walks the blocks that commits bring. Of each commit: its own block and what its tree holds that
// its first parent's tree does not, so the walk over a history costs what changed in it. Each block
// is visited once in the life of the object. What was seen is in memory up to a bound, and else in
// files of the store's.
class ClosureWalk {
 public:
  // Called for each block that is here, and for each that is not.
  using Visit = std::function<void(const object::Id&, std::uint32_t plain_bytes)>;
  using Absent = std::function<void(const object::Id&)>;

  ClosureWalk(const store::Store& store, Visit visit, Absent absent);

  // A commit's block alone (and git's bytes of it); answers the commit where it is here.
  std::optional<object::Commit> commit_block(const object::Id& commit);
  // What a commit's tree brings over its first parent's; the parent's tree is not visited.
  void tree_of(const object::Commit& commit);
  // Everything beneath a tag, tree or file. A commit, which a tag may name, is answered and not
  // visited: it brings its history too, and how much of that is new the caller knows.
  [[nodiscard]] std::optional<object::Id> target(const log::Target& target);

 private:
  bool enter(const object::Id& id);
  bool is_here(const object::Id& id);
  bool compare(const object::Id& id, const std::optional<object::Id>& old);
  std::optional<object::Id> tag(const object::Id& id);
  void folder(const object::Id& id, const std::optional<object::Id>& old);
  void tree_nodes(const object::Id& id, const std::unordered_set<object::Id>& old);
  void file(const object::Id& id, const std::optional<object::Id>& old);
  void list_rows(const object::Id& id, const std::unordered_set<object::Id>& old);
  void value(const object::Value& now, const std::optional<object::Value>& old);
  void conflict(const object::Id& id);
  void collect_nodes(const object::Id& id, std::unordered_set<object::Id>& out) const;
  void collect_rows(const object::Id& id, std::unordered_set<object::Id>& out) const;
  bool is_list(const object::Id& id) const;

  const store::Store& store_;
  Visit visit_;
  Absent absent_;
  store::IdTable<object::Id, bool> seen_;
  store::IdTable<object::Id, bool> walked_;  // folders and lists, whole
  // A folder or list with the old one against which it was walked, as one. What they share
  // was left out, so against another one the walk goes down again: a change that was taken back
  // shows the same folder twice, and each time half of it.
  store::IdTable<Hash, bool> compared_;
};

}  // namespace hn::repo
