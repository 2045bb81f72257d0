#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

// Of which all folders are known.
class Settled : public Bench {
 public:
  Settled() {
    for (const char* name : {"a", "d/b", "d/c", "d/e/f", "g/h"}) {
      write(name, name);
      age(name, 1000);
    }
    commit();
    tick();
    refresh();
    REQUIRE(look().folders_listed == 0);
  }
};

}  // namespace

TEST_SUITE("known folders") {
  TEST_CASE("a folder that is as it was is not listed, and its files are looked at") {
    Settled b;
    b.write("d/c", "other");
    b.age("d/c", 500);
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"~d/c"});
    CHECK(s.files_seen == 5);
    CHECK(s.folders_listed == 0);
    CHECK_FALSE(s.clean());
  }

  TEST_CASE("what comes and goes in a folder makes it be listed, alone") {
    Settled b;
    b.write("d/new", "1");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"+d/new"});
    CHECK(s.folders_listed == 1);
    b.remove("d/new");
    b.remove("d/b");
    s = b.look();
    CHECK(summary(s) == Lines{"-d/b"});
    CHECK(s.folders_listed == 1);
    b.folder("g/empty");
    CHECK(b.look().folders_listed == 3);
  }

  TEST_CASE("a folder with names that have no rows is listed each time") {
    Settled b;
    b.excludes = {worktree::Patterns::parse(as_bytes("*.o\n"))};
    b.write("d/b.o", "1");
    b.write("g/new", "1");
    b.tick();
    b.refresh();
    b.tick();
    CHECK(b.refresh().folders_listed == 2);
    CHECK(summary(b.look()) == Lines{"+g/new"});
    b.remove("d/b.o");
    b.tick();
    CHECK(b.refresh().folders_listed == 2);
    CHECK(b.refresh().folders_listed == 1);
  }

  TEST_CASE("a folder whose time is not before the stamp is listed again") {
    Settled b;
    worktree::IndexFolder* known = nullptr;
    for (auto& folder : b.index.folders)
      if (folder.path == "d") known = &folder;
    REQUIRE(known != nullptr);
    const auto last = std::max(known->witness.mtime_ns, known->witness.ctime_ns);
    b.index.stamp_ns = last;
    CHECK(b.look().folders_listed >= 1);
    b.index.stamp_ns = last + 1;
    CHECK(std::ranges::count(b.look().index.folders, *known) == 1);
  }

  TEST_CASE("a time that was set back hides nothing") {
    Settled b;
    struct stat before {};
    REQUIRE(::lstat(b.path("d").c_str(), &before) == 0);
    b.write("d/new", "1");
    const timespec times[2] = {before.st_atim, before.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, b.path("d").c_str(), times, 0) == 0);
    CHECK(summary(b.look()) == Lines{"+d/new"});
  }

  TEST_CASE("a row that is lost hides nothing") {
    Settled b;
    std::erase_if(b.index.rows, [](const auto& row) { return row.path == "d/b"; });
    b.index.base.reset();
    const Id root = *std::exchange(b.base, std::nullopt);
    for (auto& row : b.index.rows) row.base.reset();
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"+a", "+d/b", "+d/c", "+d/e/f", "+g/h"});
    b.base = root;
    CHECK(b.look().clean());
    // A folder of which no row is left.
    b.base = b.tree({{"a", b.file("a")}});
    CHECK(summary(b.refresh()) == Lines{"+d/b", "+d/c", "+d/e/f", "+g/h"});
    std::erase_if(b.index.rows, [](const auto& row) { return row.path != "a"; });
    CHECK(summary(b.look()) == Lines{"+d/b", "+d/c", "+d/e/f", "+g/h"});
  }

  TEST_CASE("files and folders that change places in known folders are told apart") {
    Settled b;
    b.remove("d/c");
    b.write("d/c/x", "1");
    b.tick();
    b.commit();
    b.tick();
    b.refresh();
    CHECK(b.look().folders_listed == 0);
    b.remove("d/c/x");
    CHECK(summary(b.look()) == Lines{"-d/c/x"});
  }

  TEST_CASE("the rules of a known folder hold in those below it") {
    Settled b;
    b.write("d/.gitignore", "*.o\n");
    b.tick();
    b.commit();
    b.tick();
    b.refresh();
    b.write("d/e/x.o", "1");
    b.write("d/e/x.c", "1");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"+d/e/x.c"});
    CHECK(s.folders_listed == 1);
    b.write("d/.gitignore", "*.c\n");
    b.age("d/.gitignore", 100);
    CHECK(summary(b.look()) == Lines{"~d/.gitignore", "+d/e/x.o"});
  }

  TEST_CASE("hn's own folder and git's come and go at the root without a word") {
    Settled b;
    b.folder(".git");
    b.tick();
    CHECK(b.refresh().folders_listed == 1);
    CHECK(b.look().folders_listed == 0);
    b.folder("d/.git");
    b.tick();
    b.refresh();
    Snapshot s = b.look();
    CHECK(s.folders_listed == 1);
    CHECK(s.notices == std::vector<Notice>{{Notice::Kind::nested_repository, "d/.git"}});
  }

  TEST_CASE("where one name stands for two every folder is listed") {
    Settled b;
    b.traits.folds_case = true;
    CHECK(b.look().folders_listed == 4);
    b.traits.folds_case = false;
    b.traits.folds_form = true;
    CHECK(b.look().folders_listed == 4);
    b.traits.folds_form = false;
    b.survey = true;
    CHECK(b.look().folders_listed == 4);
  }

  TEST_CASE("an index is worth writing for many folders, not for a few") {
    Bench b;
    for (int i = 0; i < 14; ++i) b.write("d" + std::to_string(i) + "/f", "1");
    b.tick();
    b.commit();
    b.index.folders.clear();
    CHECK_FALSE(b.refresh().index_changed);
    b.write("e/f", "1");
    b.tick();
    b.commit();
    b.index.folders.clear();
    CHECK(b.refresh().index_changed);
  }

  TEST_CASE("no record is made in the tick of its folder, and none without a time") {
    Settled b;
    b.write("d/new", "1");
    b.commit();
    Snapshot s = b.look();
    const auto known = [](const Snapshot& in, const std::string& path) {
      return std::ranges::any_of(in.index.folders, [&](const worktree::IndexFolder& folder) {
        CHECK(std::max(folder.witness.mtime_ns, folder.witness.ctime_ns) < in.index.stamp_ns);
        return folder.path == path;
      });
    };
    known(s, "d");
    b.tick();
    s = b.look();
    CHECK(known(s, "d"));
    b.remove(".hn");
    CHECK_FALSE(known(b.look(), "d"));
  }
}
