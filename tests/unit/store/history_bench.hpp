#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "hn/store/history_index.hpp"
#include "support/commit_source.hpp"
#include "support/crash_fs.hpp"

namespace hn::testing {

inline const std::string kFolder = "hn";
inline const Hash kOwner{1, 2, 3};

// The index of some commits on a disk of its own.
struct HistoryBench {
  explicit HistoryBench(std::uint64_t seed) : source(seed) { fs.make_folder(kFolder); }

  store::HistoryIndex open() { return store::HistoryIndex(fs, kFolder, kOwner); }

  store::CommitFacts facts(const object::Id& id) {
    const object::Commit commit = *object::read_commit(source.blocks, id);
    return {id,          *plain.generation(id),         commit.parents,
            commit.tree, commit.committer.time.seconds, commit.git};
  }
  std::vector<store::CommitFacts> all_facts(std::size_t from = 0) {
    std::vector<store::CommitFacts> out;
    for (std::size_t i = from; i < source.ids.size(); ++i) out.push_back(facts(source.ids[i]));
    return out;
  }
  // Grows the history and the index by so many commits.
  void add(std::size_t commits) {
    const std::size_t before = source.ids.size();
    source.grow(commits);
    open().add(all_facts(before), {});
  }

  std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const std::string& name : fs.list(kFolder + "/history"))
      if (name != "lock" && name != "filters" && !name.ends_with(".new"))
        out.push_back(kFolder + "/history/" + name);
    return out;
  }

  // Every commit that the index answers for is what its block says.
  bool tells_the_truth() {
    const store::HistoryIndex index = open();
    return std::ranges::all_of(source.ids, [&](const object::Id& id) {
      const auto found = index.find(id);
      return !found || *found == facts(id);
    });
  }
  // All are in it.
  bool is_complete() {
    const store::HistoryIndex index = open();
    return std::ranges::all_of(
               source.ids, [&](const object::Id& id) { return index.row_of(id).has_value(); }) &&
           index.is_sound() && !index.is_damaged();
  }

  CommitSource source;
  MemoryHistory plain{source.blocks};
  test::CrashFs fs;
};

}  // namespace hn::testing
