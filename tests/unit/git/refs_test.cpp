// References by pattern, and what hn calls what lies outside refs/heads and refs/tags.
#include "hn/git/refs.hpp"

#include <doctest/doctest.h>

#include "hn/git/verify.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::GitRepo;
using hn::testing::MemoryBlocks;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

git::Imported import_refs(const GitRepo& repo, std::vector<std::string> patterns) {
  MemoryBlocks blocks;
  Silent silent;
  git::ImportOptions options;
  options.path = repo.path();
  options.refs = std::move(patterns);
  auto out = git::import_git(options, blocks, silent);
  CHECK(out.default_branch == git::default_branch_of(options));
  CHECK(git::verify_import(blocks, out.refs));
  return out;
}

std::vector<std::string> names_of(const git::Imported& out) {
  std::vector<std::string> names;
  for (const auto& ref : out.refs) names.push_back((ref.is_tag ? "t:" : "b:") + ref.name);
  return names;
}

// One commit under every name that is given.
struct Refs {
  GitRepo repo;
  std::string tree = repo.tree({{"100644", "f", repo.blob("1")}});
  std::string commit = repo.plain(tree);
  explicit Refs(const std::vector<std::string>& names) {
    for (const std::string& name : names) repo.ref(name, commit);
  }
};

}  // namespace

TEST_CASE("patterns match as git's do") {
  struct Row {
    const char* pattern;
    const char* ref;
    bool matches;
  };
  const std::vector<Row> rows{
      {"refs/heads/main", "refs/heads/main", true},
      {"refs/heads/main", "refs/heads/main2", false},
      {"refs/notes", "refs/notes/commits", true},
      {"refs/notes/", "refs/notes/a/b", true},
      {"refs/notes", "refs/notes2", false},
      {"refs/heads/*", "refs/heads/a/b", true},
      {"refs/heads/rel-*", "refs/heads/rel-1.0", true},
      {"refs/heads/rel-*", "refs/heads/pre-rel-1", false},
      {"refs/pull/*/head", "refs/pull/12/head", true},
      {"refs/pull/*/head", "refs/pull/12/merge", false},
      {"refs/*/a*b*c", "refs/x/ab/abcabc", true},
      {"refs/*/a*b*c", "refs/x/ab/abcabd", false},
      {"refs/tags/v?", "refs/tags/v1", true},
      {"refs/tags/v?", "refs/tags/v10", false},
      {"refs/tags/v[0-9]", "refs/tags/v7", true},
      {"refs/tags/v[!0-9]", "refs/tags/v7", false},
      {"refs/tags/v[!0-9]", "refs/tags/vx", true},
      {"refs/tags/[]x]", "refs/tags/]", true},
      {"refs/tags/[x", "refs/tags/[x", true},
      {"refs/tags/\\*", "refs/tags/*", true},
      {"refs/tags/\\*", "refs/tags/x", false},
      {"*", "", true},
      {"**", "refs/x", true},
      {"", "refs/x", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.ref);
    CHECK(git::matches_ref(row.pattern, row.ref) == row.matches);
  }
}

TEST_CASE("a pattern of stars takes no time to fail") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  CHECK_FALSE(git::matches_ref(pattern + "b", std::string(1000, 'a')));
}

TEST_CASE("names go to git and come back") {
  for (const char* ref : {"refs/heads/main", "refs/heads/a/b", "refs/tags/v1", "refs/notes/commits",
                          "refs/stash", "refs/remotes/origin/main"}) {
    CAPTURE(ref);
    const auto name = git::hn_ref_name(ref);
    REQUIRE(name);
    CHECK(git::git_ref_name(std::string_view(ref).starts_with("refs/tags/"), *name) == ref);
  }
  CHECK(git::hn_ref_name("refs/heads/main") == "main");
  CHECK(git::hn_ref_name("refs/notes/commits") == "refs/notes/commits");
  CHECK_FALSE(git::hn_ref_name("refs/heads/refs/x"));
  CHECK_FALSE(git::hn_ref_name("refs/tags/refs/x"));
  CHECK_FALSE(git::hn_ref_name("refs/heads/-x"));
  CHECK_FALSE(git::hn_ref_name("refs/heads/" + std::string(2000, 'x')));
}

TEST_CASE("only what is asked for is read") {
  Refs refs({"refs/heads/main", "refs/heads/rel-1", "refs/heads/rel-2", "refs/tags/v1",
             "refs/notes/commits"});
  CHECK(names_of(import_refs(refs.repo, {"refs/heads/rel-*"})) ==
        std::vector<std::string>{"b:rel-1", "b:rel-2"});
  CHECK(names_of(import_refs(refs.repo, {"refs/notes", "refs/tags/v1"})) ==
        std::vector<std::string>{"b:refs/notes/commits", "t:v1"});
}

TEST_CASE("elsewhere a commit becomes a branch, all else a tag, under the full name") {
  Refs refs({"refs/heads/main", "refs/meta/commit"});
  refs.repo.ref("refs/meta/tree", refs.tree);
  refs.repo.ref("refs/meta/blob", refs.repo.blob("b"));
  refs.repo.ref("refs/meta/tag",
                refs.repo.tag("object " + refs.commit + "\ntype commit\ntag t\n\nm"));
  CHECK(names_of(import_refs(refs.repo, {"refs/meta/*"})) ==
        std::vector<std::string>{"b:refs/meta/commit", "t:refs/meta/blob", "t:refs/meta/tag",
                                 "t:refs/meta/tree"});
}

TEST_CASE("what lies outside refs/heads is never the default branch") {
  Refs refs({"refs/notes/commits", "refs/a"});
  refs.repo.head("trunk");
  CHECK(import_refs(refs.repo, {"refs/*"}).default_branch == "trunk");
  refs.repo.ref("refs/heads/zeta", refs.commit);
  CHECK(import_refs(refs.repo, {"refs/*"}).default_branch == "zeta");
}

TEST_CASE("a name that hn cannot hold is left out and told") {
  Refs refs({"refs/heads/main", "refs/heads/refs/x", "refs/heads/-dash", "refs/tags/refs/y"});
  const auto out = import_refs(refs.repo, {});
  CHECK(names_of(out) == std::vector<std::string>{"b:main"});
  CHECK(out.notices.size() == 3);
}

TEST_CASE("a pattern that nothing matches is an error that names it") {
  Refs refs({"refs/heads/main"});
  git::ImportOptions options;
  options.path = refs.repo.path();
  options.refs = {"refs/heads/*", "refs/none/*"};
  MemoryBlocks blocks;
  Silent silent;
  try {
    git::import_git(options, blocks, silent);
    FAIL("imported");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::not_found);
    CHECK(failure.context().find("refs/none/*") != std::string::npos);
  }
}
