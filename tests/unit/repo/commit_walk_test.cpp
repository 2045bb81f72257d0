#include "hn/repo/commit_walk.hpp"

#include <doctest/doctest.h>

#include "hn/repo/blame.hpp"
#include "support/repo_device.hpp"
#include "support/seed.hpp"

using namespace hn;
using namespace hn::testing;
using object::Id;

namespace {

// A history in which few commits touch a file, merges take some files from each side, and files
// become folders.
struct Grown {
  explicit Grown(std::uint64_t seed) : anna("anna", seed), random(seed) {
    anna.found();
    store::Batch batch = anna->store().begin();
    for (int i = 0; i < 120; ++i) grow(batch);
    batch.commit();
  }

  std::uint64_t below(std::uint64_t n) { return random.next() % n; }

  void grow(store::Batch& batch) {
    object::Commit commit;
    Files files;
    if (!ids.empty()) {
      const std::size_t first = below(3) > 0 ? ids.size() - 1 : below(ids.size());
      commit.parents = {ids[first]};
      files = held[first];
      const std::size_t second = below(ids.size());
      if (below(4) == 0 && second != first) {
        commit.parents.push_back(ids[second]);
        for (const auto& [path, text] : held[second])
          if (below(2) == 0) files[path] = text;
      }
    }
    if (below(3) > 0) change(files);
    // A name is a file or a folder.
    std::erase_if(files, [&](const auto& file) {
      return files.lower_bound(file.first + "/") != files.lower_bound(file.first + "0");
    });
    std::map<std::string, object::Value> values;
    for (const auto& [path, text] : files)
      values.emplace(
          path, object::Value::of(object::Mode::file, object::write_file(batch, as_bytes(text))));
    commit.tree = RepoDevice::write_tree(batch, values);
    commit.author = commit.committer = {
        "Anna", "anna@example.org", {static_cast<std::int64_t>(below(1000)), 0}};
    commit.message = std::to_string(ids.size());
    ids.push_back(batch.write(object::Kind::commit, *object::encode_commit(commit)));
    held.push_back(files);
  }

  void change(Files& files) {
    const std::string path = paths[below(paths.size())];
    if (below(4) == 0)
      files.erase(path);
    else
      files[path] = std::to_string(below(3));
  }

  std::vector<std::string> walked(const repo::CommitWalk::Options& options) {
    repo::CommitWalk walk(*anna, options);
    std::vector<std::string> out;
    while (const auto step = walk.step()) {
      out.push_back(object::to_hex(step->id) + (step->shown ? " shown" : ""));
      for (const Id& parent : step->parents) out.back() += " " + object::to_hex(parent);
    }
    return out;
  }

  RepoDevice anna;
  SeededRandom random;
  std::vector<std::string> paths{"a", "a/x", "b/x", "b/y", "c", "d", "e/x", "f"};
  std::vector<Id> ids;
  std::vector<Files> held;
};

}  // namespace

TEST_CASE("what is shown of a path is the same with and without the history index") {
  const std::uint64_t seed = seed_of_run(5);
  MESSAGE("HN_SEED=" << seed);
  for (std::uint64_t run = 0; run < 12; ++run) {
    INFO("run " << run);
    Grown grown(seed + run);
    std::vector<repo::CommitWalk::Options> asked;
    for (const std::vector<std::string>& words : {std::vector<std::string>{"a"},
                                                  {"a/"},
                                                  {"a/x"},
                                                  {"b"},
                                                  {"b/y", "d"},
                                                  {"b/*"},
                                                  {"*x"},
                                                  {":(icase)C"},
                                                  {":(exclude)a"},
                                                  {"c", ":(exclude)d"},
                                                  {"none"},
                                                  {"."}}) {
      for (const bool first_parent : {false, true}) {
        repo::CommitWalk::Options options;
        options.set.with = {grown.ids.back(), grown.ids[grown.below(120)]};
        if (grown.below(3) == 0) options.set.without = {grown.ids[grown.below(120)]};
        if (grown.below(5) == 0) options.since = 500;
        options.paths = worktree::Pathspec(words, "", "r");
        options.first_parent = first_parent;
        asked.push_back(options);
      }
    }
    std::vector<std::vector<std::string>> answers;
    REQUIRE(grown.anna->history_index().size() == 0);
    for (const auto& options : asked) answers.push_back(grown.walked(options));
    for (const Id& id : grown.ids) REQUIRE(grown.anna->history().generation(id));
    grown.anna.open();
    REQUIRE(grown.anna->history_index().size() == 120);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      INFO("question " << i);
      CHECK(grown.walked(asked[i]) == answers[i]);
    }
  }
}

TEST_CASE(
    "what is shown of a path is the same where a page of the history index turns out damaged") {
  const std::uint64_t seed = seed_of_run(7);
  MESSAGE("HN_SEED=" << seed);
  Grown grown(seed);
  repo::CommitWalk::Options options;
  options.set.with = {grown.ids.back()};
  options.paths = worktree::Pathspec(std::vector<std::string>{"b/y", "d"}, "", "r");
  const std::vector<std::string> answer = grown.walked(options);
  const std::string folder = "r/.hn/store/history";
  std::size_t bytes = 1;
  for (std::size_t at = 200; at < bytes || at == 200; at += 1000) {
    INFO("byte " << at);
    for (const Id& id : grown.ids) REQUIRE(grown.anna->history().generation(id));
    grown.anna.open();  // writes what was missing or damaged
    for (const std::string& name : grown.anna.fs.list(folder)) {
      if (!name.ends_with(".layer")) continue;
      bytes = grown.anna.fs.bytes_of(folder + "/" + name).size();
      grown.anna.fs.bytes_of(folder + "/" + name)[at] ^= 1;
    }
    CHECK(grown.walked(options) == answer);
    CHECK(grown.anna->history_index().is_damaged());
  }
}

TEST_CASE("where a line came from is the same with and without the history index") {
  const std::uint64_t seed = seed_of_run(5);
  MESSAGE("HN_SEED=" << seed);
  for (std::uint64_t run = 0; run < 20; ++run) {
    INFO("run " << run);
    Grown grown(seed + run);
    const auto blamed = [&] {
      std::vector<std::string> out;
      for (const auto& [path, text] : grown.held.back()) {
        for (const repo::Blamed& one : repo::blame(*grown.anna, grown.ids.back(), path, {}))
          out.push_back(path + " " + object::to_hex(one.from->commit) + " " + one.from->path +
                        (one.before ? " " + object::to_hex(one.before->commit) : ""));
      }
      return out;
    };
    const std::vector<std::string> answer = blamed();
    for (const Id& id : grown.ids) REQUIRE(grown.anna->history().generation(id));
    grown.anna.open();
    REQUIRE(grown.anna->history_index().size() == 120);
    CHECK(blamed() == answer);
  }
}
