#pragma once

#include <functional>
#include <unordered_set>
#include <vector>

#include "hn/log/payload.hpp"
#include "hn/object/commit.hpp"
#include "hn/object/tree.hpp"
#include "hn/store/store.hpp"

namespace hn::repo {

// Names all blocks beneath what it is given. Each is read once, so a history costs its folders and
// commits; what is absent, or does not decode, is passed over: less is beneath it.
class GcWalk {
 public:
  GcWalk(const store::Store& store, store::Keeping& keeping,
         std::function<void(std::uint64_t blocks)> progress)
      : store_(store), keeping_(keeping), progress_(std::move(progress)) {}

  // Commits with all their ancestors and trees.
  void history(std::vector<object::Id> commits);
  void target(const log::Target& target);
  // A manifest's nodes, and its rows without what is beneath them. Comes last: a row may be a
  // folder that nothing else reaches.
  void manifest(const log::ManifestRoot& root);

 private:
  bool enter(const object::Id& id);
  void value(const object::Value& value);
  void folder(const object::Id& id);
  void file(const object::Id& id);
  void conflict(const object::Id& id);
  void manifest_node(const object::Id& id);

  const store::Store& store_;
  store::Keeping& keeping_;
  std::function<void(std::uint64_t)> progress_;
  std::uint64_t entered_ = 0;
  std::unordered_set<object::Id> rows_;  // kept as rows alone
};

}  // namespace hn::repo
