#include <sys/stat.h>

#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;

TEST_SUITE("scan") {
  TEST_CASE("a fresh tree is all untracked, a recorded one is clean") {
    Bench b;
    b.write("a", "1");
    b.write("d/b", "2");
    b.write("d/e/c", "3");
    b.folder("empty/inner");
    CHECK(summary(b.look()) == Lines{"+a", "+d/b", "+d/e/c"});
    Id root = b.commit();
    CHECK(b.paths(root) == Lines{"a", "d/b", "d/e/c"});
    CHECK(b.look().clean());
    CHECK(*object::read_file(b.blocks, b.at(root, "d/e/c")->id(), 10) == to_bytes(as_bytes("3")));
  }

  TEST_CASE("modified, deleted, added and mode changes are told apart") {
    Bench b;
    for (const char* name : {"mod", "del", "exec", "same"}) b.write(name, "x");
    b.symlink("link", "same");
    b.commit();
    b.write("mod", "y");
    b.remove("del");
    b.executable("exec", true);
    b.remove("link");
    b.write("link", "same");
    b.write("new", "n");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"-del", "~exec", "~link", "~mod", "+new"});
    CHECK(s.changes[1].now->mode == Mode::executable);
    CHECK(s.changes[1].same_type());
    CHECK_FALSE(s.changes[2].same_type());
    Id root = b.commit();
    CHECK(b.paths(root) == Lines{"exec", "link", "mod", "new", "same"});
    CHECK(b.at(root, "exec")->mode == Mode::executable);
    CHECK(b.at(root, "link")->mode == Mode::file);
    CHECK(b.look().clean());
  }

  TEST_CASE("a clean scan reads no file and no block") {
    Bench b;
    for (int i = 0; i < 50; ++i) {
      std::string name = "d" + std::to_string(i % 5) + "/f" + std::to_string(i);
      b.write(name, name);
      b.age(name);
    }
    b.commit();
    b.tick();
    b.refresh();
    b.blocks.reads = 0;
    Snapshot s = b.look();
    CHECK(s.clean());
    CHECK(s.files_seen == 50);
    CHECK(s.files_read == 0);
    CHECK(s.folders_listed == 0);
    CHECK(b.blocks.reads == 0);
    CHECK_FALSE(s.index_changed);
  }

  TEST_CASE("touching a file reads it once and is no change") {
    Bench b;
    b.write("f", "text");
    b.age("f", 1000);
    b.commit();
    b.age("f", 500);
    Snapshot s = b.refresh();
    CHECK(s.clean());
    CHECK(s.files_read == 1);
    CHECK(s.index_changed);
    CHECK(b.refresh().files_read == 0);
  }

  TEST_CASE("of many touched files those are changed that have another content") {
    Bench b;
    const auto text = [](std::size_t i) {
      // Of all sizes from none to more than a chunk's, so that some are read alone and some
      // together.
      return std::string(i * i * 30, static_cast<char>('a' + i % 26)) + std::string(i != 0, '.');
    };
    const auto name = [](std::size_t i) {
      return "d" + std::to_string(i / 20) + "/f" + std::to_string(100 + i);
    };
    for (std::size_t i = 0; i < 110; ++i) {
      b.write(name(i), text(i));
      b.age(name(i), 1000);
    }
    b.symlink("d0/link", "f100");
    const Id root = b.commit();
    Lines changed;
    for (std::size_t i = 0; i < 110; ++i) {
      std::string now = text(i);
      if (i % 7 == 3) {
        now.back() = '!';
        changed.push_back("~" + name(i));
      }
      b.write(name(i), now);
      b.age(name(i), 500);
    }
    const Snapshot s = b.refresh();
    CHECK(summary(s) == changed);
    CHECK(s.files_read >= 110);
    CHECK(b.refresh().files_read == 0);
    for (const Change& change : s.changes)
      CHECK(change.now == b.at(b.commit({change.path}), change.path));
    CHECK(b.at(root, name(0)) == b.index.find(name(0))->content);
  }

  TEST_CASE("a file changed in the tick of its last reading is noticed though stat is the same") {
    Bench b;
    b.write("f", "one");
    b.commit();
    // The same size, and stat as it was when the content was known: planted into the row, because
    // no test can be fast enough to do it for real on every file system.
    b.write("f", "two");
    struct stat st {};
    REQUIRE(::lstat(b.path("f").c_str(), &st) == 0);
    worktree::IndexRow* row = b.index.find("f");
    auto ns = [](const timespec& t) { return t.tv_sec * 1'000'000'000 + t.tv_nsec; };
    row->witness = {static_cast<std::uint64_t>(st.st_size), ns(st.st_mtim), ns(st.st_ctim),
                    st.st_ino, st.st_dev};
    b.index.stamp_ns = row->witness.mtime_ns;  // not older than the stamp
    CHECK(summary(b.look()) == Lines{"~f"});
    b.index.stamp_ns = row->witness.mtime_ns + 1;  // older: stat is believed
    CHECK(b.look().clean());
  }

  TEST_CASE("a lost or foreign index finds the same changes") {
    Bench b;
    b.write("a", "1");
    b.write("b", "2");
    b.commit();
    b.write("b", "3");
    b.index = {};
    CHECK(summary(b.look()) == Lines{"~b"});
    Bench other;
    other.write("a", "1");
    other.write("z", "1");
    other.commit();
    b.index = other.index;
    CHECK(summary(b.look()) == Lines{"~b"});
  }

  TEST_CASE("a file becomes a folder and back") {
    Bench b;
    b.write("x", "file");
    b.write("x.c", "beside");
    b.commit();
    b.remove("x");
    b.write("x/y", "below");
    CHECK(summary(b.look()) == Lines{"-x", "+x/y"});
    Id root = b.commit();
    CHECK(b.paths(root) == Lines{"x/y", "x.c"});
    b.remove("x");
    b.write("x", "file again");
    CHECK(summary(b.look()) == Lines{"+x", "-x/y"});
    root = b.commit();
    CHECK(b.paths(root) == Lines{"x", "x.c"});
    CHECK(b.look().clean());
  }

  TEST_CASE("a folder replaced by a symlink is not followed") {
    Bench b;
    WorkingFolder outside;
    outside.write("f", "secret");
    b.write("d/f", "mine");
    b.commit();
    b.remove("d");
    b.symlink("d", outside.path());
    CHECK(summary(b.look()) == Lines{"+d", "-d/f"});
    Id root = b.commit();
    CHECK(b.paths(root) == Lines{"d"});
    CHECK(b.at(root, "d")->mode == Mode::symlink);
  }

  TEST_CASE("names of any bytes go in and come out") {
    Bench b;
    const Lines names = {"\n", "-rf", "a b", "a\\b", "bad\xff\xfe", std::string(255, 'x'), "\x01"};
    for (const std::string& name : names) b.write("d/" + name, name);
    Id root = b.commit();
    CHECK(b.paths(root).size() == names.size());
    for (const std::string& name : names) CHECK(b.at(root, "d/" + name).has_value());
    CHECK(b.look().clean());
  }

  TEST_CASE("fifos and sockets are named and never opened") {
    Bench b;
    b.write("was", "a file");
    b.commit();
    b.remove("was");
    REQUIRE(::mkfifo(b.path("was").c_str(), 0644) == 0);
    REQUIRE(::mkfifo(b.path("pipe").c_str(), 0644) == 0);
    Snapshot s = b.scan(true);
    CHECK(s.clean());
    CHECK(notices(s) == Lines{"special_file pipe", "special_file was"});
  }

  TEST_CASE("what cannot be read counts as unchanged") {
    Bench b;
    b.write("f", "1");
    b.write("d/g", "1");
    b.commit();
    b.write("f", "22");
    b.write("new", "1");
    for (const char* name : {"f", "new", "d"}) REQUIRE(::chmod(b.path(name).c_str(), 0) == 0);
    REQUIRE(::chmod(b.path().c_str(), 0755) == 0);
    // Root reads everything, so root steps down.
    bool root = ::geteuid() == 0;
    if (root) REQUIRE(::seteuid(65534) == 0);
    Snapshot status = b.look();
    Snapshot commit = b.scan(true);
    if (root) REQUIRE(::seteuid(0) == 0);
    CHECK(summary(status) == Lines{"+new"});
    CHECK(notices(status) == Lines{"unreadable d", "unreadable f"});
    CHECK(commit.clean());
    CHECK(notices(commit) == Lines{"unreadable d", "unreadable f", "unreadable new"});
  }

  TEST_CASE("nested repositories are skipped and named, however they are spelled") {
    Bench b;
    b.write("sub/.git/config", "x");
    b.write("sub/file", "x");
    b.write("sub/.hn/store", "x");
    b.write("other/.GIT", "x");
    b.write("GIT~1/x", "x");
    b.write(".git/config", "x");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"+sub/file"});
    CHECK(notices(s) == Lines{"reserved_name GIT~1", "reserved_name other/.GIT",
                              "nested_repository sub/.git", "nested_repository sub/.hn"});
  }

  TEST_CASE("ignored files are left out unless they are tracked") {
    Bench b;
    b.write("out/tracked.o", "1");
    b.write("t.o", "1");
    b.commit();
    b.write(".gitignore", "*.o\nout/\n");
    b.write("out/new", "1");
    b.write("new.o", "1");
    b.write("keep.o", "1");
    b.write(".hnignore", "!keep.o\n");
    b.write("t.o", "22");
    b.write("out/tracked.o", "22");
    b.list_ignored = true;
    b.excludes = {worktree::Patterns::parse(as_bytes("skip\n"))};
    b.write("skip/deep/x", "1");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"+.gitignore", "+.hnignore", "+keep.o", "~out/tracked.o", "~t.o"});
    CHECK(s.ignored == Lines{"new.o", "out/new", "skip"});
  }

  TEST_CASE("a survey enters ignored folders and lists what is in them") {
    Bench b;
    b.survey = true;
    b.write(".gitignore", "out/\n*.o\n");
    b.write("out/deep/x", "1");
    b.write("src/a.o", "1");
    b.write("src/a.c", "1");
    b.folder("empty");
    b.folder("out/lib/.git");
    Snapshot s = b.look();
    CHECK(s.ignored == Lines{"out/deep/x", "src/a.o"});
    CHECK(notices(s) == Lines{});
    std::vector<worktree::SeenFolder> seen{{"empty", false, false},
                                           {"out", true, false},
                                           {"out/deep", true, false},
                                           {"out/lib", true, true},
                                           {"src", false, false}};
    CHECK(s.folders == seen);
  }

  TEST_CASE("what is to be tracked is new though it is ignored, and nothing beside it") {
    Bench b;
    b.write(".gitignore", "out/\n*.o\n");
    b.write("out/deep/x", "1");
    b.write("out/deep/y", "1");
    b.write("a.o", "1");
    b.commit();
    b.tracked = {"a.o", "gone.o", "out/deep/x"};
    CHECK(summary(b.look()) == Lines{"+a.o", "+out/deep/x"});
    b.commit();
    b.tracked.clear();
    b.write("out/deep/x", "22");
    CHECK(summary(b.look()) == Lines{"~out/deep/x"});
  }

  TEST_CASE("a folder that comes to be ignored is not entered for what was read of it before") {
    Bench b;
    b.write("out/x", "1");
    b.write("f", "1");
    b.index = b.scan(true).index;
    REQUIRE(b.index.find("out/x") != nullptr);
    b.excludes = {worktree::Patterns::parse(as_bytes("out\n"))};
    b.list_ignored = true;
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"+f"});
    CHECK(s.ignored == Lines{"out"});
  }

  TEST_CASE("a submodule is left as it is, whether its folder is there or not") {
    Bench b;
    Value sub{Mode::submodule, {1, 2, 3}, 20};
    b.base = b.tree({{"lib", sub}, {"f", b.file("1")}});
    b.write("f", "1");
    CHECK(b.look().clean());
    b.write("lib/inside", "x");
    CHECK(b.look().clean());
    b.write("f", "2");
    Id root = b.commit();
    CHECK(b.at(root, "lib") == sub);
    b.remove("lib");
    b.write("lib", "now a file");
    CHECK(summary(b.look()) == Lines{"~lib"});
  }

  TEST_CASE("only the paths given are recorded") {
    Bench b;
    b.write("a/x", "1");
    b.write("a/y", "1");
    b.write("b/x", "1");
    Id root = b.commit({"a/"});
    CHECK(b.paths(root) == Lines{"a/x", "a/y"});
    CHECK(summary(b.look()) == Lines{"+b/x"});
    b.write("c.txt", "1");
    root = b.commit({"*.txt", "b/x"});
    CHECK(b.paths(root) == Lines{"a/x", "a/y", "b/x", "c.txt"});
  }

  TEST_CASE("recording reads only the folders that changed") {
    Bench b;
    for (int i = 0; i < 20; ++i) b.write("d" + std::to_string(i) + "/f", "1");
    b.commit();
    b.write("d7/f", "2");
    Snapshot s = b.scan(true);
    b.blocks.reads = 0;
    worktree::record(s, b.blocks, b.blocks);
    CHECK(b.blocks.reads <= 6);
  }

  TEST_CASE("emptying the tree records an empty tree") {
    Bench b;
    b.write("a/b/c", "1");
    b.commit();
    b.remove("a");
    Id root = b.commit();
    CHECK(b.paths(root).empty());
    CHECK(b.look().clean());
  }

  TEST_CASE("without an executable bit the base's is kept") {
    Bench b;
    b.base = b.tree({{"run", b.file("#!", Mode::executable)}});
    b.write("run", "#!");
    CHECK(summary(b.look()) == Lines{"~run"});
    b.traits.keeps_exec = false;
    CHECK(b.look().clean());
    b.write("run", "#!!");
    CHECK(b.at(b.commit(), "run")->mode == Mode::executable);
  }

  TEST_CASE("a large file streams") {
    Bench b;
    std::string big(20u << 20, 'x');
    SeededRandom random(7);
    for (char& c : big) c = static_cast<char>(random.next());
    b.write("big", big);
    Id root = b.commit();
    CHECK(b.at(root, "big")->id() == object::write_file(b.blocks, as_bytes(big)));
    CHECK(*object::file_size(b.blocks, b.at(root, "big")->id()) == big.size());
  }

  TEST_CASE("new files are told from the first of their run, edited ones from their last version") {
    Bench b;
    const auto id = [&](const std::string& name) {
      return object::write_file(b.blocks, as_bytes("text of " + name));
    };
    std::vector<std::string> names{"f/README", "f/a.h", "g/b0.c"};
    const auto nth = [](int i) { return "f/a" + std::to_string(10 + i) + ".c"; };
    for (int i = 0; i < 30; ++i) names.push_back(nth(i));
    for (const std::string& name : names) b.write(name, "text of " + name);
    const std::string large(object::kFileChunkBytesMax + 1, 'x');
    b.write("f/a99.c", large);
    b.commit();
    for (int i = 1; i < 17; ++i) {
      CAPTURE(i);
      CHECK(b.blocks.bases.at(id(nth(i))) == id(nth((i - 1) / 2 * 2)));
    }
    for (const std::string& alone : {names[0], names[1], names[2], nth(0), nth(17)})
      CHECK(b.blocks.bases.count(id(alone)) == 0);
    CHECK(b.blocks.bases.at(id(nth(18))) == id(nth(17)));
    CHECK(b.blocks.bases.count(object::write_file(b.blocks, as_bytes(large))) == 0);

    b.write("f/a12.c", "edited");
    b.write("f/a13a.c", "new beside old ones");
    b.commit();
    CHECK(b.blocks.bases.at(object::write_file(b.blocks, as_bytes("edited"))) == id("f/a12.c"));
    CHECK(b.blocks.bases.count(object::write_file(b.blocks, as_bytes("new beside old ones"))) == 0);
  }
}
