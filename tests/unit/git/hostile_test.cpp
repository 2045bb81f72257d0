// Repositories that were made to do harm. Each ends in an error that names the trap, or in a
// result, within bounded time and memory: a test that hangs is a failure.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

#include "git/layout.hpp"
#include "hn/git/verify.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::GitRepo;
using hn::testing::MemoryBlocks;
namespace fs = std::filesystem;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

git::Imported import_all(const GitRepo& repo, object::BlockWriter& blocks) {
  Silent silent;
  return git::import_git({repo.path(), false, {}, nullptr}, blocks, silent);
}

std::optional<Code> failure_of(const std::string& path, std::string_view word) {
  Silent silent;
  object::IdWriter ids;
  try {
    git::import_git({path, false, {}, nullptr}, ids, silent);
  } catch (const Failure& failure) {
    CHECK_MESSAGE(failure.context().find(word) != std::string::npos, failure.context());
    return failure.code();
  }
  return std::nullopt;
}

// A sound repository of one commit, to be spoilt.
struct Sound {
  GitRepo repo;
  std::string blob = repo.blob("1");
  std::string tree = repo.tree({{"100644", "f", blob}});
  std::string commit = repo.plain(tree);
  Sound() { repo.ref("refs/heads/main", commit); }

  fs::path at(const std::string& name) const { return fs::path(repo.path()) / name; }
  // Puts a named pipe where something else was.
  void pipe(const fs::path& path) const {
    fs::create_directories(path.parent_path());
    fs::remove(path);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  }
  std::optional<Code> failure(std::string_view word) const { return failure_of(repo.path(), word); }
};

// Made by zlib: "commit 1000000000000\0".
constexpr std::string_view kClaimsTerabyte = "78da4bcecfcdcd2c51303440020c004448051b";
// "blob 10\0" and 200,000 zeros.
constexpr std::string_view kBlobBomb =
    "78daedc1310d00300800b049410258e22699ff0f0dfc6d7b7e47e54b00000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00e06c01ec5c86af";

void put_loose(const Sound& sound, const std::string& id, std::string_view hex) {
  const fs::path path = sound.repo.loose(id);
  fs::create_directories(path.parent_path());
  const auto bytes = from_hex(hex).value();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("a named pipe in place of a file is told, not waited for") {
  Sound sound;
  SUBCASE("loose object") {
    sound.pipe(sound.repo.loose(sound.blob));
  }
  SUBCASE("pack") {
    sound.pipe(sound.at("objects/pack/pack-1.idx"));
  }
  SUBCASE("commit graph") {
    sound.pipe(sound.at("objects/info/commit-graphs/chain"));
  }
  SUBCASE("alternates") {
    sound.pipe(sound.at("objects/info/alternates"));
  }
  SUBCASE("reference") {
    sound.pipe(sound.at("refs/heads/trap"));
  }
  SUBCASE("reference that nobody asks for") {
    sound.pipe(sound.at("refs/x/trap"));
  }
  SUBCASE("packed references") {
    sound.pipe(sound.at("packed-refs"));
  }
  SUBCASE("HEAD") {
    sound.pipe(sound.at("HEAD"));
  }
  SUBCASE("configuration") {
    sound.pipe(sound.at("config"));
  }
  SUBCASE("shallow") {
    sound.pipe(sound.at("shallow"));
  }
  SUBCASE("commondir") {
    sound.pipe(sound.at("commondir"));
  }
  SUBCASE("behind a symbolic link") {
    sound.pipe(sound.at("elsewhere"));
    fs::create_symlink("../../elsewhere", sound.at("refs/heads/trap"));
  }
  CHECK(sound.failure("named pipe") == Code::refused);
}

TEST_CASE("a pipe in a folder of alternates, or for .git itself, is told too") {
  Sound sound;
  Sound other;
  sound.repo.write("objects/info/alternates", other.repo.path() + "/objects\n");
  other.pipe(other.repo.loose(other.blob));
  CHECK(sound.failure("named pipe") == Code::refused);

  const testing::TemporaryFolder folder;
  REQUIRE(mkfifo((folder.path() / ".git").c_str(), 0600) == 0);
  CHECK(failure_of(folder.path().string(), "named pipe") == Code::refused);
}

TEST_CASE("devices and sockets are told") {
  Sound sound;
  SUBCASE("a device that never ends") {
    fs::create_symlink("/dev/zero", sound.at("packed-refs"));
    CHECK(sound.failure("device") == Code::refused);
  }
  SUBCASE("a socket") {
    const std::string path = sound.at("refs/heads/s").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::ranges::copy(path, address.sun_path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    close(fd);
    CHECK(sound.failure("socket") == Code::refused);
  }
}

TEST_CASE("rings of folders end") {
  Sound sound;
  SUBCASE("folders of references that are links") {
    fs::create_directory_symlink("..", sound.at("refs/heads/a"));
    fs::create_directory_symlink("..", sound.at("refs/heads/b"));
    CHECK(sound.failure("symbolic link") == Code::refused);
  }
  SUBCASE("folders of objects that are links") {
    for (const char* name : {"a", "b", "c"})
      fs::create_directory_symlink("..", sound.at("objects/info/") / name);
    CHECK(sound.failure("") == std::nullopt);
  }
  SUBCASE("alternates of each other") {
    Sound other;
    sound.repo.write("objects/info/alternates", other.repo.path() + "/objects\n");
    other.repo.write("objects/info/alternates", sound.repo.path() + "/objects\n");
    CHECK(sound.failure("") == std::nullopt);
  }
  SUBCASE("references of each other") {
    sound.repo.write("refs/heads/a", "ref: refs/heads/b\n");
    sound.repo.write("refs/heads/b", "ref: refs/heads/c\n");
    sound.repo.write("refs/heads/c", "ref: refs/heads/a\n");
    object::IdWriter ids;
    const auto out = import_all(sound.repo, ids);
    CHECK(out.refs.size() == 1);
    CHECK(out.notices.size() == 3);
  }
  SUBCASE("a chain of 1,000 references") {
    for (int i = 0; i < 1000; ++i)
      sound.repo.write("refs/heads/r" + std::to_string(i),
                       "ref: refs/heads/r" + std::to_string(i + 1) + "\n");
    object::IdWriter ids;
    CHECK(import_all(sound.repo, ids).refs.size() == 1);
  }
}

TEST_CASE("objects behind symbolic links and in alternates are read, as git reads them") {
  Sound outside;
  Sound sound;
  SUBCASE("the folder of objects is a link") {
    fs::remove_all(sound.at("objects"));
    fs::create_directory_symlink(outside.at("objects"), sound.at("objects"));
  }
  SUBCASE("alternates lead out") {
    fs::remove(sound.repo.loose(sound.blob));
    sound.repo.write("objects/info/alternates",
                     "# a remark\n\n" + outside.repo.path() + "/objects\n/nonexistent/objects\n");
  }
  MemoryBlocks blocks;
  const auto out = import_all(sound.repo, blocks);
  CHECK(git::verify_import(blocks, out.refs));
}

TEST_CASE("a HEAD that leads elsewhere names no branch") {
  Sound sound;
  SUBCASE("out of the repository") {
    sound.repo.write("HEAD", "ref: ../../../etc/passwd\n");
  }
  SUBCASE("at an absolute path") {
    sound.repo.write("HEAD", "ref: /etc/passwd\n");
  }
  SUBCASE("at a tag") {
    sound.repo.write("HEAD", "ref: refs/tags/v1\n");
  }
  SUBCASE("nowhere") {
    sound.repo.write("HEAD", "ref: \n");
  }
  SUBCASE("as a link to a file outside") {
    fs::remove(sound.at("HEAD"));
    fs::create_symlink("/etc/hostname", sound.at("HEAD"));
  }
  Silent silent;
  object::IdWriter ids;
  try {
    const auto out = git::import_git({sound.repo.path(), false, {}, nullptr}, ids, silent);
    CHECK(out.default_branch == "main");
    CHECK(out.refs.size() == 1);
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::invalid);
  }
}

TEST_CASE("a reference that leads out of the repository is left out") {
  Sound sound;
  sound.repo.write("refs/heads/out", "ref: ../../../../etc/passwd\n");
  sound.repo.write("packed-refs", "# pack-refs with: peeled fully-peeled sorted \n" + sound.commit +
                                      " refs/heads/../../../escape\n");
  Silent silent;
  object::IdWriter ids;
  try {
    const auto out = git::import_git({sound.repo.path(), false, {}, nullptr}, ids, silent);
    for (const auto& ref : out.refs) CHECK(ref.name.find("..") == std::string::npos);
  } catch (const Failure& failure) {
    CHECK_FALSE(failure.context().empty());
  }
}

TEST_CASE("an object that claims a terabyte is refused before memory is taken") {
  Sound sound;
  const std::string id(40, 'a');
  put_loose(sound, id, kClaimsTerabyte);
  sound.repo.ref("refs/tags/bomb", id);
  const auto code = sound.failure(id);
  CHECK((code == Code::refused || code == Code::damaged));
}

TEST_CASE("an object that inflates to more than it claims is broken") {
  Sound sound;
  const std::string id(40, 'b');
  put_loose(sound, id, kBlobBomb);
  sound.repo.ref("refs/tags/bomb", id);
  CHECK(sound.failure(id) == Code::damaged);
}

TEST_CASE("a folder that holds itself ten times, ten levels deep, costs twelve objects") {
  Sound sound;
  std::string id = sound.tree;
  for (int level = 0; level < 10; ++level) {
    std::vector<GitRepo::Line> lines;
    for (char name = 'a'; name < 'k'; ++name) lines.push_back({"40000", std::string(1, name), id});
    id = sound.repo.tree(lines);
  }
  sound.repo.ref("refs/heads/main", sound.repo.plain(id));
  MemoryBlocks blocks;
  const auto out = import_all(sound.repo, blocks);
  CHECK(out.counts.objects() == 1 + 11 + 1);
  CHECK(git::verify_import(blocks, out.refs));
}

TEST_CASE("3,000 folders in each other are refused") {
  GitRepo repo;
  std::string id = repo.tree({{"100644", "f", repo.blob("1")}});
  for (int i = 0; i < 3000; ++i) id = repo.tree({{"40000", "d", id}});
  repo.ref("refs/heads/main", repo.plain(id));
  CHECK(failure_of(repo.path(), "folders") == Code::refused);
}

TEST_CASE("a folder of 200,000 entries imports and verifies") {
  GitRepo repo;
  const std::string blob = repo.blob("1");
  std::vector<GitRepo::Line> lines;
  for (int i = 100'000; i < 300'000; ++i) lines.push_back({"100644", std::to_string(i), blob});
  repo.ref("refs/heads/main", repo.plain(repo.tree(lines)));
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(out.counts.objects() == 3);
  CHECK(git::verify_import(blocks, out.refs));
}

TEST_CASE("a folder of one name 5,000 times takes no square of that") {
  GitRepo repo;
  const std::string blob = repo.blob("1");
  repo.ref("refs/tags/t", repo.tree(std::vector<GitRepo::Line>(5'000, {"100644", "same", blob})));
  MemoryBlocks blocks;
  const auto out = import_all(repo, blocks);
  CHECK(git::verify_import(blocks, out.refs));
  CHECK(out.notices.size() == git::kNoticesMax);
  CHECK(out.notices_left_off == 5'000 - 1 - git::kNoticesMax);
}
