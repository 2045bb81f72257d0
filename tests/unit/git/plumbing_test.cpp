// What libgit2 cannot read comes through git's own plumbing: the same ids, the same refusals, and
// nothing that the repository's configuration names is run.
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

#include "git/child.hpp"
#include "git/source.hpp"
#include "hn/git/verify.hpp"
#include "support/git_program.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
namespace fs = std::filesystem;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

bool has_git() {
  return git::find_git().has_value();
}

// A repository that git makes, with configuration of its own alone.
struct Made {
  testing::TemporaryFolder folder;
  fs::path path = folder.path() / "work";

  explicit Made(const std::string& init = "") {
    fs::create_directory(path);
    run("git init -q -b main " + init + " .");
    run("mkdir -p d/e ; echo 1 > a ; echo 2 > d/b ; ln -s a d/e/link ; git add . ; "
        "git commit -q -m one ; git checkout -q -b side ; echo 3 > d/b ; git commit -q -a -m two ; "
        "git checkout -q main ; git merge -q --no-ff -m merged side ; git tag -a -m heavy v1 ; "
        "git tag blob main:a ; git tag -a -m nested v2 v1");
  }

  std::string run(const std::string& line, const std::string& variables = "") const {
    return testing::run(path, line, variables);
  }

  git::Imported import(object::BlockWriter& blocks) const {
    Silent silent;
    return git::import_git({path.string(), false, {}, nullptr}, blocks, silent);
  }
  std::optional<Code> failure(std::string_view word) const {
    try {
      object::IdWriter ids;
      import(ids);
    } catch (const Failure& failure) {
      CHECK_MESSAGE(failure.context().find(word) != std::string::npos, failure.context());
      return failure.code();
    }
    return std::nullopt;
  }
  // An extension that libgit2 1.5 does not know, and that changes nothing.
  void only_for_git() const {
    run("git config core.repositoryformatversion 1 ; git config extensions.partialClone origin");
  }
};

}  // namespace

TEST_CASE("through the plumbing come the same blocks as through the library") {
  if (!has_git()) return;
  const Made made;
  testing::MemoryBlocks by_library;
  const auto expected = made.import(by_library);
  made.only_for_git();
  testing::MemoryBlocks by_program;
  const auto out = made.import(by_program);
  CHECK(out.refs == expected.refs);
  CHECK(out.default_branch == expected.default_branch);
  CHECK(out.counts.objects() == expected.counts.objects());
  CHECK(git::verify_import(by_program, out.refs));
}

TEST_CASE("a SHA-256 repository keeps every id of git's") {
  if (!has_git()) return;
  const Made made("--object-format=sha256");
  testing::MemoryBlocks blocks;
  const auto out = made.import(blocks);
  CHECK(out.counts.objects() ==
        std::stoull(made.run("git rev-list --objects --branches --tags | wc -l")));
  for (const auto& ref : out.refs) {
    const std::string name = (ref.is_tag ? "refs/tags/" : "refs/heads/") + ref.name;
    CHECK(made.run("git rev-parse " + name) == git::to_hex(ref.git) + "\n");
  }
  CHECK(out.counts.raw_commits + out.counts.raw_tags + out.counts.raw_trees == 0);
  CHECK(git::verify_import(blocks, out.refs));
}

TEST_CASE("a SHA-256 tree with a submodule keeps the submodule's id") {
  if (!has_git()) return;
  const Made made("--object-format=sha256");
  const std::string link(64, '7');
  made.run("git update-index --add --cacheinfo 160000," + link + ",sub ; git commit -q -m sub");
  testing::MemoryBlocks blocks;
  const auto out = made.import(blocks);
  CHECK(git::verify_import(blocks, out.refs));
  const auto commit = object::read_commit(blocks, out.refs.at(0).id);
  REQUIRE(commit);
  const auto value = object::find_name(blocks, commit->tree, "sub");
  REQUIRE(value);
  REQUIRE(*value);
  CHECK((*value)->size == 32);
  CHECK((*value)->bytes[31] == 0x77);
}

TEST_CASE("a partial clone is read where everything is there, and refused by name where not") {
  if (!has_git()) return;
  const Made whole;
  whole.run("git config uploadpack.allowFilter true ; git config core.bare false");
  whole.run("git clone -q --bare --filter=blob:none file://$PWD ../part");
  Silent silent;
  object::IdWriter ids;
  const std::string part = (whole.folder.path() / "part").string();
  try {
    git::import_git({part, false, {}, nullptr}, ids, silent);
    FAIL("imported");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::damaged);
    CHECK(failure.context().find("is missing") != std::string::npos);
  }
  whole.only_for_git();
  CHECK(whole.failure("") == std::nullopt);
}

TEST_CASE("shallow, another's, and unknown features are refused through the plumbing too") {
  if (!has_git()) return;
  const Made made("--object-format=sha256");
  made.run("git rev-parse main > .git/shallow");
  CHECK(made.failure("shallow") == Code::refused);
  fs::remove(made.path / ".git/shallow");
  if (geteuid() == 0) {
    REQUIRE(chown((made.path / ".git").c_str(), 12345, 12345) == 0);
    CHECK(made.failure("another user") == Code::refused);
    REQUIRE(chown((made.path / ".git").c_str(), 0, 0) == 0);
  }
  made.run("git config extensions.fromMars 1");
  CHECK(made.failure("frommars") == Code::unsupported);
}

TEST_CASE("what the plumbing finds broken is told as what the library finds") {
  if (!has_git()) return;
  const Made made("--object-format=sha256");
  const std::string id = made.run("git rev-parse main:d/b");
  const fs::path loose = made.path / ".git/objects" / id.substr(0, 2) / id.substr(2, 62);
  SUBCASE("missing") {
    REQUIRE(fs::remove(loose));
    CHECK(made.failure(id.substr(0, 64)) == Code::damaged);
  }
  SUBCASE("with another's bytes") {
    const std::string other = made.run("git rev-parse main:a");
    fs::permissions(loose, fs::perms::owner_all);
    fs::copy_file(made.path / ".git/objects" / other.substr(0, 2) / other.substr(2, 62), loose,
                  fs::copy_options::overwrite_existing);
    CHECK(made.failure(id.substr(0, 64)) == Code::damaged);
  }
}

TEST_CASE(
    "nothing that the repository names is run by the plumbing, and no setting of ours counts") {
  if (!has_git()) return;
  const Made made("--object-format=sha256");
  const std::string ran = (made.folder.path() / "ran").string();
  std::ofstream(made.path / ".git/config", std::ios::app)
      << "[core]\n\tfsmonitor = touch " << ran << "\n\tsshCommand = touch " << ran
      << "\n\thooksPath = " << made.path.string() << "/hooks\n\tpager = touch " << ran
      << "\n\tworktree = /nonexistent\n[pager]\n\tcat-file = touch " << ran << "\n[alias]\n"
      << "\tcat-file = !touch " << ran << "\n\tfor-each-ref = !touch " << ran << "\n"
      << "[diff \"x\"]\n\ttextconv = touch " << ran << "\n[filter \"x\"]\n\tsmudge = touch " << ran
      << "\n";
  std::ofstream(made.path / ".git/info/attributes") << "* diff=x filter=x\n";
  // What is set round us would lead git elsewhere.
  setenv("GIT_DIR", "/nonexistent", 1);
  setenv("GIT_OBJECT_DIRECTORY", "/nonexistent", 1);
  setenv("GIT_TRACE", ran.c_str(), 1);
  testing::MemoryBlocks blocks;
  const auto out = made.import(blocks);
  for (const char* name : {"GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_TRACE"}) unsetenv(name);
  CHECK(out.refs.size() == 5);
  CHECK_FALSE(fs::exists(ran));
}

TEST_CASE("a replaced object comes as it was") {
  if (!has_git()) return;
  const Made made("--object-format=sha256");
  made.run("git replace main:a main:d/b");
  testing::MemoryBlocks blocks;
  const auto out = made.import(blocks);
  CHECK(blocks.has(object::id_of(object::Kind::chunk, as_bytes("1\n"))));
}

TEST_CASE("git is looked for in the folders of PATH that are absolute") {
  const testing::TemporaryFolder folder;
  const std::string before = getenv("PATH");
  setenv("PATH", (".:" + folder.path().string()).c_str(), 1);
  CHECK_FALSE(git::find_git());
  std::ofstream(folder.path() / "git") << "#!/bin/sh\n";
  CHECK_FALSE(git::find_git());
  fs::permissions(folder.path() / "git", fs::perms::owner_all);
  CHECK(git::find_git() == (folder.path() / "git").string());
  setenv("PATH", before.c_str(), 1);
}

TEST_CASE("a child's reason is git's own line") {
  CHECK(git::reason_in("warning: x\nfatal: not there\nmore\n") == "not there");
  CHECK(git::reason_in("error: which:\n\tthis\n") == "which: this");
  CHECK(git::reason_in("one\ntwo\n") == "two");
  CHECK(git::reason_in("") == "no reason given");
}
