// URLs: what is let through to git, what messages show of it, and that the clone goes again.
#include "hn/git/clone.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "git/child.hpp"
#include "hn/git/import.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::GitRepo;
namespace fs = std::filesystem;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

// The code of the Failure that a clone of it ends in; nothing may be left behind.
std::optional<Code> failure_of(const std::string& url, std::string_view word = {}) {
  const testing::TemporaryFolder folder;
  std::optional<Code> code;
  try {
    git::CloneOptions options;
    options.url = url;
    options.folder = (folder.path() / "tool.git").string();
    const git::TemporaryClone clone(options);
  } catch (const Failure& failure) {
    CHECK_MESSAGE(failure.context().find(word) != std::string::npos, failure.context());
    CHECK_FALSE(failure.hint().empty());
    code = failure.code();
  }
  CHECK(fs::is_empty(folder.path()));
  return code;
}

}  // namespace

TEST_CASE("URLs are told from paths") {
  for (const char* url : {"https://x/y", "file:///x", "git@host:x/y", "host:x", "ext::sh -c x"})
    CHECK_MESSAGE(git::is_url(url), url);
  for (const char* path : {"x", "./x:y", "/a:b", "a/b:c", "", ":x"})
    CHECK_MESSAGE(!git::is_url(path), path);
}

TEST_CASE("a password is shown to nobody, nor a user where it stands for one") {
  CHECK(git::without_secrets("https://joe:se@cret@host/x@y") == "https://host/x@y");
  CHECK(git::without_secrets("https://token@host/x") == "https://host/x");
  CHECK(git::without_secrets("ssh://git:pw@host:22/x") == "ssh://git@host:22/x");
  CHECK(git::without_secrets("git@host:x/y") == "git@host:x/y");
  CHECK(git::without_secrets("https://host/x@y") == "https://host/x@y");
  CHECK(git::without_secrets("host:a@b") == "host:a@b");
}

TEST_CASE("a URL's last part names the folder, as git clone has it") {
  CHECK(git::folder_name_of("https://host/tool.git") == "tool");
  CHECK(git::folder_name_of("https://host/tool.git/") == "tool");
  CHECK(git::folder_name_of("file:///x/tool/.git") == "tool");
  CHECK(git::folder_name_of("git@host:tool") == "tool");
  CHECK(git::folder_name_of("git@host:a/tool.git") == "tool");
  CHECK(git::folder_name_of("https://host/..").empty());
  CHECK(git::folder_name_of("file://").empty());
}

TEST_CASE("what git could take for an option or a command is refused before git sees it") {
  for (const char* url :
       {"--upload-pack=touch /tmp/x:y", "-x:y", "ext::sh -c 'touch x'", "ext://x", "fd::17",
        "ssh://-oProxyCommand=x/y", "-oProxyCommand=x:y", "git@-oProxyCommand=x:y",
        "ssh://u@-oProxyCommand=x/y", "https://host/x\ny", "ftp://host/x", "HTTPS://host/x"})
    CHECK_MESSAGE(failure_of(url) == Code::usage, url);
}

TEST_CASE("what does not come is told without the password") {
  if (!git::find_git()) return;
  CHECK(failure_of("file:///nonexistent/repository", "nonexistent") == Code::unreachable);
  CHECK(failure_of("http://joe:secret@127.0.0.1:1/x", "'http://127.0.0.1:1/x'") ==
        Code::unreachable);
}

TEST_CASE("a clone has branches and tags, or what is asked for, and goes again") {
  if (!git::find_git()) return;
  GitRepo repo;
  const std::string commit = repo.plain(repo.tree({{"100644", "f", repo.blob("1")}}));
  for (const char* name : {"heads/trunk", "heads/rel-1", "tags/v1", "notes/commits"})
    repo.ref(std::string("refs/") + name, commit);
  repo.head("trunk");
  const testing::TemporaryFolder folder;
  const auto import = [&](std::vector<std::string> refs) {
    git::CloneOptions options;
    options.url = "file://" + repo.path();
    options.folder = (folder.path() / "x").string();
    options.refs = refs;
    const git::TemporaryClone clone(options);
    Silent silent;
    object::IdWriter ids;
    git::ImportOptions from;
    from.path = clone.path();
    from.refs = std::move(refs);
    return git::import_git(from, ids, silent);
  };
  const auto all = import({});
  CHECK(all.refs.size() == 3);
  CHECK(all.default_branch == "trunk");
  const auto some = import({"refs/notes/*", "refs/heads/rel-[0-9]"});
  REQUIRE(some.refs.size() == 2);
  CHECK(some.refs[0].name == "refs/notes/commits");
  CHECK(some.refs[1].name == "rel-1");
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a clone that is told to stop leaves nothing") {
  if (!git::find_git()) return;
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(repo.tree({})));
  const testing::TemporaryFolder folder;
  git::CloneOptions options;
  options.url = "file://" + repo.path();
  options.folder = (folder.path() / "x").string();
  options.stop = [] { return true; };
  CHECK_THROWS_AS(git::TemporaryClone{options}, Failure);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("neither templates nor hooks of the user are run in the clone") {
  if (!git::find_git()) return;
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(repo.tree({})));
  const testing::TemporaryFolder folder;
  const std::string ran = (folder.path() / "ran").string();
  for (const char* hooks : {"template/hooks", "hooks"}) {
    const fs::path hook = folder.path() / hooks / "reference-transaction";
    fs::create_directories(hook.parent_path());
    std::ofstream(hook) << "#!/bin/sh\ntouch " << ran << "\n";
    fs::permissions(hook, fs::perms::owner_all);
  }
  std::ofstream(folder.path() / "config")
      << "[init]\n\ttemplateDir = " << folder.path().string()
      << "/template\n[core]\n\thooksPath = " << folder.path().string() << "/hooks\n";
  setenv("GIT_CONFIG_GLOBAL", (folder.path() / "config").c_str(), 1);
  git::CloneOptions options;
  options.url = "file://" + repo.path();
  options.folder = (folder.path() / "x").string();
  { const git::TemporaryClone clone(options); }
  unsetenv("GIT_CONFIG_GLOBAL");
  CHECK_FALSE(fs::exists(ran));
}
