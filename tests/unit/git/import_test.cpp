// Whole repositories: references, incremental import, hostile and broken ones.
#include <doctest/doctest.h>

#include <set>

#include "hn/base/random.hpp"
#include "hn/git/verify.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"
#include "support/tiny_scratch.hpp"

using namespace hn;
using hn::testing::GitRepo;
using hn::testing::MemoryBlocks;

namespace {

struct Watcher final : git::Progress {
  void at(git::Phase phase, std::uint64_t done, std::uint64_t total, std::uint64_t) override {
    last = phase;
    complete = done == total;
  }
  git::Phase last = git::Phase::references;
  bool complete = false;
};

git::Imported import_all(const GitRepo& repo, object::BlockWriter& blocks) {
  Watcher watcher;
  git::ImportOptions options{repo.path(), false, {}, nullptr};
  options.scratch = testing::tiny_scratch();
  return git::import_git(options, blocks, watcher);
}

// The code of the Failure that import ends in; its message must name `word`.
std::optional<Code> failure_of(const std::string& path, std::string_view word,
                               bool any_owner = false) {
  MemoryBlocks blocks;
  Watcher watcher;
  try {
    git::import_git({path, any_owner, {}, nullptr}, blocks, watcher);
  } catch (const Failure& failure) {
    CHECK_MESSAGE(failure.context().find(word) != std::string::npos, failure.context());
    CHECK_FALSE(failure.hint().empty());
    return failure.code();
  }
  return std::nullopt;
}

std::string one_file(GitRepo& repo, std::string_view bytes) {
  return repo.tree({{"100644", "f", repo.blob(bytes)}});
}

std::vector<std::string> names_of(const git::Imported& out) {
  std::vector<std::string> names;
  for (const auto& ref : out.refs) names.push_back((ref.is_tag ? "t:" : "b:") + ref.name);
  return names;
}

}  // namespace

TEST_CASE("branches come before tags, each in byte order, HEAD's is the default") {
  GitRepo repo;
  const std::string commit = repo.plain(one_file(repo, "1"));
  for (const char* name : {"heads/main", "heads/a/b", "heads/\xffodd", "tags/v2", "tags/v10"})
    repo.ref(std::string("refs/") + name, commit);
  repo.ref("refs/remotes/origin/x", commit);
  repo.ref("refs/notes/commits", commit);
  repo.head("a/b");
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(names_of(out) == std::vector<std::string>{"b:a/b", "b:main", "b:\xffodd", "t:v10", "t:v2"});
  CHECK(out.default_branch == "a/b");
  CHECK(out.notices.empty());
}

TEST_CASE("a detached or dangling HEAD falls to main, master, the first") {
  GitRepo repo;
  const std::string commit = repo.plain(one_file(repo, "1"));
  repo.ref("refs/heads/zeta", commit);
  repo.ref("refs/heads/beta", commit);
  repo.write("HEAD", commit + "\n");
  MemoryBlocks blocks;
  CHECK(import_all(repo, blocks).default_branch == "beta");
  repo.ref("refs/heads/master", commit);
  CHECK(import_all(repo, blocks).default_branch == "master");
  repo.head("gone");
  CHECK(import_all(repo, blocks).default_branch == "master");
  repo.ref("refs/heads/main", commit);
  CHECK(import_all(repo, blocks).default_branch == "main");
}

TEST_CASE(
    "a file that is new at its path is a difference from what its pack holds it to resemble") {
  GitRepo repo;
  SeededRandom random(1);
  const auto text = [&random] {
    std::string out;
    for (int i = 0; i < 500; ++i) out += std::to_string(random.next()) + "\n";
    return out;
  };
  // Of two alike git tells the shorter from the longer: here once the newer, once the older.
  const std::string cut = text();
  const std::string grown = text();
  const std::string cut_now = cut.substr(200);
  const std::string grown_now = "a line more\n" + grown;
  const std::string first =
      repo.plain(repo.tree({{"100644", "a", repo.blob(cut)}, {"100644", "b", repo.blob(grown)}}));
  const std::string folder =
      repo.tree({{"100644", "c", repo.blob(cut_now)}, {"100644", "d", repo.blob(grown_now)}});
  repo.ref("refs/heads/main", repo.plain(repo.tree({{"40000", "moved", folder}}), {first}));
  repo.pack({repo.blob(cut), repo.blob(cut_now), repo.blob(grown), repo.blob(grown_now)});
  MemoryBlocks blocks;
  import_all(repo, blocks);
  const auto id = [](const std::string& bytes) {
    return object::id_of(object::Kind::chunk, as_bytes(bytes));
  };
  CHECK(blocks.bases.at(id(cut_now)) == id(cut));
  CHECK(blocks.bases.at(id(grown_now)) == id(grown));
}

TEST_CASE("an empty repository imports as nothing, with HEAD's name") {
  GitRepo repo;
  repo.head("trunk");
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(out.refs.empty());
  CHECK(out.default_branch == "trunk");
  CHECK(out.counts.objects() == 0);
}

TEST_CASE("references that name nothing, or no commit, are left out and told") {
  GitRepo repo;
  const std::string commit = repo.plain(one_file(repo, "1"));
  repo.ref("refs/heads/main", commit);
  repo.write("refs/heads/alias", "ref: refs/heads/main\n");
  repo.write("refs/heads/dangling", "ref: refs/heads/gone\n");
  repo.write("refs/heads/ring", "ref: refs/heads/ring\n");
  repo.write("refs/heads/text", "root:x:0:0\n");
  repo.ref("refs/heads/blob", repo.blob("b"));
  std::filesystem::create_symlink("/etc/hostname", repo.path() + "/refs/heads/link");
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(names_of(out) == std::vector<std::string>{"b:alias", "b:main"});
  std::set<std::string> told;
  for (const auto& notice : out.notices) told.insert(notice.subject);
  CHECK(told.contains("refs/heads/dangling"));
  CHECK(told.contains("refs/heads/blob"));
  CHECK(told.contains("refs/heads/text"));
  CHECK(told.contains("refs/heads/link"));
}

TEST_CASE("an object is converted once, with the older version at its path as base") {
  GitRepo repo;
  const auto tree = [&](std::string_view f, std::string_view g) {
    return repo.tree({{"40000", "d", one_file(repo, f)}, {"100644", "g", repo.blob(g)}});
  };
  const std::string first = repo.plain(tree("1", "g"), {}, "first");
  repo.ref("refs/heads/main", repo.plain(tree("2", "g"), {first}, "second"));
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(out.counts.commits == 2);
  CHECK(out.counts.trees == 4);
  CHECK(out.counts.blobs == 3);
  const auto id = [&](object::Kind kind, std::string_view bytes) {
    return object::id_of(kind, as_bytes(bytes));
  };
  CHECK(blocks.bases.at(id(object::Kind::chunk, "2")) == id(object::Kind::chunk, "1"));
  // Folder d, the root and the commit have one each too.
  CHECK(blocks.bases.size() == 4);
}

TEST_CASE("tags of tags a thousand deep import and verify") {
  GitRepo repo;
  std::string id = repo.plain(one_file(repo, "1"));
  std::string type = "commit";
  for (int i = 0; i < 1000; ++i) {
    id = repo.tag("object " + id + "\ntype " + type + "\ntag t" + std::to_string(i) + "\n\nm");
    type = "tag";
  }
  repo.ref("refs/tags/deep", id);
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(out.counts.tags == 1000);
  const auto verified = git::verify_import(blocks, out.refs);
  REQUIRE(verified);
  CHECK(verified->tags == 1000);
}

TEST_CASE("a history of 1,000 commits needs no deep stack") {
  GitRepo repo;
  const std::string tree = one_file(repo, "1");
  std::string id = repo.plain(tree);
  for (int i = 0; i < 1000; ++i) id = repo.plain(tree, {id}, std::to_string(i));
  repo.ref("refs/heads/main", id);
  MemoryBlocks blocks;
  Watcher watcher;
  const auto out = git::import_git({repo.path(), false, {}, nullptr}, blocks, watcher);
  CHECK(out.counts.commits == 1001);
  CHECK(watcher.last == git::Phase::objects);
  CHECK(watcher.complete);
  CHECK(git::verify_import(blocks, out.refs).has_value());
}

TEST_CASE("folders within folders are bounded") {
  GitRepo repo;
  std::string id = one_file(repo, "1");
  for (std::size_t i = 1; i < object::kPathDepthMax; ++i) id = repo.tree({{"40000", "d", id}});
  repo.ref("refs/tags/deep", id);
  MemoryBlocks blocks;
  CHECK(import_all(repo, blocks).counts.trees == object::kPathDepthMax);
  for (int i = 0; i < 500; ++i) id = repo.tree({{"40000", "d", id}});
  repo.ref("refs/tags/deep", id);
  CHECK(failure_of(repo.path(), "folders") == Code::refused);
}

TEST_CASE("what is no repository, or another's, is told by name") {
  const testing::TemporaryFolder folder;
  CHECK(failure_of(folder.path() / "none", "none") == Code::not_found);
  CHECK(failure_of(folder.path(), "no git repository") == Code::not_found);

  GitRepo shallow;
  const std::string commit = shallow.plain(one_file(shallow, "1"));
  shallow.ref("refs/heads/main", commit);
  shallow.write("shallow", commit + "\n");
  CHECK(failure_of(shallow.path(), "shallow") == Code::refused);

  GitRepo unknown;
  unknown.write(
      "config",
      "[core]\nrepositoryformatversion = 1\nbare = true\n[extensions]\nobjectsfrommars = 1\n");
  CHECK(failure_of(unknown.path(), "objectsfrommars") == Code::unsupported);
}

TEST_CASE("another user's repository is read only if asked") {
  if (geteuid() != 0) return;
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(one_file(repo, "1")));
  REQUIRE(chown(repo.path().c_str(), 12345, 12345) == 0);
  CHECK(failure_of(repo.path(), "another user") == Code::refused);
  CHECK(failure_of(repo.path(), "", true) == std::nullopt);
  CHECK(failure_of(repo.path(), "another user") == Code::refused);
}

TEST_CASE("nothing that a repository's configuration names is run") {
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(one_file(repo, "1\r\n")));
  const std::string ran = repo.path() + "/ran";
  repo.write(
      "config",
      "[core]\nrepositoryformatversion = 0\nbare = true\nautocrlf = true\nfsmonitor = touch " +
          ran + "\nsshCommand = touch " + ran + "\n[filter \"x\"]\nsmudge = touch " + ran +
          "\nclean = touch " + ran + "\n[uploadpack]\npackObjectsHook = touch " + ran + "\n");
  repo.write("info/attributes", "* filter=x text eol=lf\n");
  MemoryBlocks blocks;
  import_all(repo, blocks);
  CHECK_FALSE(std::filesystem::exists(ran));
  CHECK(blocks.has(object::id_of(object::Kind::chunk, as_bytes("1\r\n"))));
}

TEST_CASE("missing and broken objects end in a failure that names them") {
  const auto broken = [](const std::function<std::string(GitRepo&)>& make) {
    GitRepo repo;
    const std::string tree = one_file(repo, "1");
    repo.ref("refs/heads/main", repo.plain(tree, {}, "good"));
    const std::string named = make(repo);
    CHECK(failure_of(repo.path(), named) == Code::damaged);
  };
  const auto point = [](GitRepo& repo, const std::string& id) {
    repo.ref("refs/tags/bad", id);
    return id;
  };
  SUBCASE("a missing blob") {
    broken([&](GitRepo& repo) {
      const std::string blob = repo.blob("gone");
      repo.ref("refs/heads/x", repo.plain(repo.tree({{"100644", "f", blob}})));
      repo.lose(blob);
      return blob;
    });
  }
  SUBCASE("a missing parent") {
    broken([&](GitRepo& repo) {
      const std::string parent = repo.plain(one_file(repo, "p"));
      repo.ref("refs/heads/x", repo.plain(one_file(repo, "x"), {parent}));
      repo.lose(parent);
      return parent;
    });
  }
  SUBCASE("a missing object under a reference") {
    broken([&](GitRepo& repo) { return point(repo, std::string(40, '5')); });
  }
  SUBCASE("an object with another's bytes") {
    broken([&](GitRepo& repo) {
      const std::string blob = repo.blob("right");
      const auto other = repo.loose(repo.blob("wrong"));
      std::filesystem::rename(other, repo.loose(blob));
      return point(repo, blob);
    });
  }
  SUBCASE("a commit with another's bytes") {
    broken([&](GitRepo& repo) {
      const std::string tree = one_file(repo, "1");
      const std::string commit = repo.plain(tree, {}, "right");
      std::filesystem::rename(repo.loose(repo.plain(tree, {}, "wrong")), repo.loose(commit));
      return point(repo, commit);
    });
  }
  SUBCASE("a file cut short") {
    broken([&](GitRepo& repo) {
      const std::string blob = repo.blob(std::string(10'000, 'r'));
      std::filesystem::permissions(repo.loose(blob), std::filesystem::perms::owner_all);
      std::filesystem::resize_file(repo.loose(blob), 20);
      return point(repo, blob);
    });
  }
  SUBCASE("a commit without a tree") {
    broken([&](GitRepo& repo) { return point(repo, repo.commit("author nobody\n\nm")); });
  }
  SUBCASE("a tag without an object") {
    broken([&](GitRepo& repo) { return point(repo, repo.tag("tag v1\n\nm")); });
  }
  SUBCASE("a tree cut off") {
    broken([&](GitRepo& repo) {
      return point(repo, repo.put(GIT_OBJECT_TREE, std::string_view("100644 a\0short", 14)));
    });
  }
  SUBCASE("a mode that is no number") {
    broken([&](GitRepo& repo) {
      return point(repo, repo.tree({{"10x644", "a", repo.blob("1")}}));
    });
  }
  SUBCASE("a folder that is a blob") {
    broken([&](GitRepo& repo) {
      const std::string blob = repo.blob("no tree");
      point(repo, repo.tree({{"40000", "a", blob}}));
      return blob;
    });
  }
  SUBCASE("a blob that is a tree") {
    broken([&](GitRepo& repo) {
      const std::string tree = one_file(repo, "no blob");
      return point(repo, repo.tree({{"40000", "a", tree}, {"100644", "b", tree}}));
    });
  }
  SUBCASE("a commit's tree that is a blob") {
    broken([&](GitRepo& repo) {
      const std::string blob = repo.blob("no tree");
      point(repo, repo.plain(blob));
      return blob;
    });
  }
}

TEST_CASE("more parents than a commit of hn's can have are refused by name") {
  GitRepo repo;
  const std::string tree = repo.tree({});
  std::vector<std::string> parents;
  for (std::size_t i = 0; i <= object::kParentsMax; ++i)
    parents.push_back(repo.plain(tree, {}, std::to_string(i)));
  const std::string id = repo.plain(tree, parents);
  repo.ref("refs/heads/main", id);
  CHECK(failure_of(repo.path(), id) == Code::refused);
}

TEST_CASE("import again reads only what is new and answers the same") {
  GitRepo repo;
  const auto tree = [&](int version) {
    std::vector<GitRepo::Line> lines;
    for (int i = 10; i < 60; ++i)
      lines.push_back({"40000", "d" + std::to_string(i),
                       one_file(repo, std::to_string(i == 20 ? version : i))});
    return repo.tree(lines);
  };
  const std::string first = repo.plain(tree(1000), {}, "first");
  const std::string tag = repo.tag("object " + first + "\ntype commit\ntag t\n\nm");
  repo.ref("refs/heads/main", first);
  repo.ref("refs/tags/t", tag);
  MemoryBlocks blocks;
  const auto before = import_all(repo, blocks);

  const std::string second = repo.plain(tree(1001), {first}, "second");
  repo.ref("refs/heads/main", second);
  MemoryBlocks cold_blocks;
  const auto cold = import_all(repo, cold_blocks);

  git::ImportOptions options{repo.path(), false, {}, nullptr};
  options.known = [&](const object::GitId& id) -> std::optional<object::Id> {
    for (const auto& ref : before.refs)
      if (ref.git == id) return ref.id;
    return std::nullopt;
  };
  Watcher watcher;
  const auto without = git::import_git(options, blocks, watcher);
  CHECK(without.refs == cold.refs);
  CHECK(without.counts.commits == 1);
  CHECK(without.counts.tags == 0);

  options.blocks = &blocks;
  const auto with = git::import_git(options, blocks, watcher);
  CHECK(with.refs == cold.refs);
  CHECK(with.counts.commits == 1);
  CHECK(with.counts.trees == 2);
  CHECK(with.counts.blobs == 1);
  CHECK(git::verify_import(blocks, with.refs).has_value());
}

TEST_CASE("verification sees a changed block") {
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(one_file(repo, "1")));
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  const auto file = object::id_of(object::Kind::chunk, as_bytes("1"));
  blocks.damage(file, object::Kind::chunk, to_bytes(as_bytes("2")));
  const auto verified = git::verify_import(blocks, out.refs);
  REQUIRE_FALSE(verified);
  CHECK(verified.error().code == Code::damaged);
}

namespace {

// Random folders, histories and people, odd ones among them.
class RandomRepo {
 public:
  RandomRepo(GitRepo& repo, std::uint64_t seed) : repo_(repo), random_(seed) {}

  std::string history(int commits) {
    std::vector<std::string> ids{commit({})};
    for (int i = 1; i < commits; ++i) {
      std::vector<std::string> parents{ids[random_.below(ids.size())]};
      while (random_.below(3) == 0) parents.push_back(ids[random_.below(ids.size())]);
      ids.push_back(commit(parents));
      repo_.ref("refs/heads/b" + std::to_string(i % 7), ids.back());
    }
    return ids.back();
  }

 private:
  std::string text(std::size_t max) {
    static constexpr std::string_view kAlphabet("ab.-/0 \n<>\xff\0", 12);
    std::string out;
    for (std::uint64_t n = random_.below(max); n > 0; --n)
      out.push_back(kAlphabet[random_.below(kAlphabet.size())]);
    return out;
  }

  std::string tree(int depth) {
    static constexpr const char* kModes[] = {"100644", "100644", "100755",
                                             "120000", "100664", "160000"};
    std::vector<GitRepo::Line> lines;
    for (std::uint64_t n = random_.below(6); n > 0; --n) {
      std::string name = text(5);
      std::erase(name, '\0');
      if (depth > 0 && random_.below(3) == 0)
        lines.push_back({"40000", name, tree(depth - 1)});
      else
        lines.push_back({kModes[random_.below(6)], name, repo_.blob(text(20))});
    }
    if (random_.below(4) != 0)
      std::ranges::sort(lines, {}, [](const GitRepo::Line& l) {
        return l.mode == "40000" ? l.name + "/" : l.name;
      });
    return repo_.tree(lines);
  }

  std::string commit(const std::vector<std::string>& parents) {
    std::string bytes = GitRepo::links(tree(3), parents);
    bytes += random_.below(3) == 0 ? GitRepo::people(text(30)) : GitRepo::people();
    if (random_.below(3) == 0) bytes += text(20);
    return repo_.commit(bytes + "\n" + text(40));
  }

  GitRepo& repo_;
  SeededRandom random_;
};

}  // namespace

TEST_CASE("random repositories keep every git id and import alike") {
  const char* given = std::getenv("HN_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + (given != nullptr ? 1 : 5); ++seed) {
    INFO("HN_SEED=" << seed);
    GitRepo repo;
    RandomRepo(repo, seed).history(30);
    MemoryBlocks blocks;
    const auto out = import_all(repo, blocks);
    const auto verified = git::verify_import(blocks, out.refs);
    if (!verified) MESSAGE(verified.error().rule);
    REQUIRE(verified.has_value());
    CHECK(verified->commits == out.counts.commits);
    CHECK(verified->trees == out.counts.trees);
    CHECK(verified->files == out.counts.blobs);
    object::IdWriter ids;
    CHECK(import_all(repo, ids).refs == out.refs);
  }
}
