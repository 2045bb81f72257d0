// How long the fold of many heads takes: N devices that each committed once on the same base.
//
//   ninja -C build/release many_heads && build/release/tests/bench/many_heads [N]
//
// For each way to have edited it prints seconds of the fold, from nothing and in memory.
// tests/bench/many_heads.py puts git's chain of merges beside it.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "hn/merge/fold.hpp"
#include "hn/object/file.hpp"
#include "hn/object/tree.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using object::Id;

namespace {

struct Repository {
  testing::MemoryBlocks blocks;
  testing::MemoryHistory history{blocks};

  Id commit(const std::vector<std::pair<std::string, std::string>>& files,
            const std::vector<Id>& parents) {
    std::vector<object::TreeEntry> entries;
    for (const auto& [name, text] : files) {
      entries.push_back({name, object::Value::of(object::Mode::file,
                                                 object::write_file(blocks, as_bytes(text)))});
    }
    object::Commit commit;
    commit.tree = object::write_tree(blocks, entries);
    commit.parents = parents;
    commit.author = commit.committer = {"A", "a@example.org", {++time, 0}};
    return blocks.write(object::Kind::commit, *object::encode_commit(commit));
  }
  std::int64_t time = 0;
};

std::string lines(std::size_t count, std::size_t changed, const std::string& as) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += i == changed ? as + "\n" : "line " + std::to_string(i) + "\n";
  return out;
}

std::string name(std::size_t i) {
  std::string digits = std::to_string(i);
  return "f" + std::string(5 - digits.size(), '0') + digits;
}

using Clock = std::chrono::steady_clock;

void measure(const std::string& what, Repository& repository, const std::vector<Id>& heads) {
  std::vector<std::uint32_t> seniority;
  for (std::uint32_t i = 0; i < heads.size(); ++i) seniority.push_back(i);
  const auto start = Clock::now();
  const auto folded =
      merge::fold(repository.blocks, repository.blocks, repository.history, heads, seniority);
  const std::chrono::duration<double> took = Clock::now() - start;
  std::cout << what << ": " << took.count() << " s, "
            << (folded ? folded->conflicts.size() : std::size_t{999}) << " conflicts\n";
}

}  // namespace

int main(int count, char** words) {
  const std::size_t n = count > 1 ? std::strtoull(words[1], nullptr, 10) : 1000;
  {
    Repository r;
    std::vector<std::pair<std::string, std::string>> files;
    for (std::size_t i = 0; i < n; ++i) files.emplace_back(name(i), lines(20, 999, ""));
    const Id base = r.commit(files, {});
    std::vector<Id> heads;
    for (std::size_t i = 0; i < n; ++i) {
      auto own = files;
      own[i].second = lines(20, 7, "by " + std::to_string(i));
      heads.push_back(r.commit(own, {base}));
    }
    measure("each a file of its own", r, heads);
  }
  {
    Repository r;
    const Id base = r.commit({{"f", lines(4 * n, 4 * n, "")}}, {});
    std::vector<Id> heads;
    for (std::size_t i = 0; i < n; ++i)
      heads.push_back(
          r.commit({{"f", lines(4 * n, 4 * i + 1, "by " + std::to_string(i))}}, {base}));
    measure("each a line of one file", r, heads);
  }
  {
    Repository r;
    const Id base = r.commit({{"f", lines(100, 999, "")}}, {});
    std::vector<Id> heads;
    for (std::size_t i = 0; i < n; ++i)
      heads.push_back(r.commit({{"f", lines(100, 50, "by " + std::to_string(i))}}, {base}));
    measure("all the same line", r, heads);
  }
  {
    Repository r;
    std::vector<Id> heads;
    const Id base = r.commit({{"f", "x\n"}}, {});
    for (std::size_t i = 0; i < n; ++i)
      heads.push_back(r.commit({{"f", "x\n"}, {name(i), "own\n"}}, {base}));
    measure("each adds a file", r, heads);
  }
  return 0;
}
