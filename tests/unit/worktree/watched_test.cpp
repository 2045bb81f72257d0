#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;
using worktree::WatchAnswer;

namespace {

// Of which a watcher has seen all.
class Seen : public Bench {
 public:
  Seen() {
    for (const char* name : {"a", "d/b", "d/c", "d/e/f", "g/h"}) {
      write(name, name);
      age(name, 1000);
    }
    commit();
    tick();
    refresh();
    tell(std::nullopt);
    refresh();
  }

  // What the watcher says from now on.
  void tell(std::optional<std::vector<std::string>> changed) {
    WatchAnswer answer;
    answer.now = {{7}, ++count_};
    answer.changed = std::move(changed);
    watched = answer;
  }

  Snapshot look_told(std::vector<std::string> changed) {
    tell(std::move(changed));
    return look();
  }

 private:
  std::uint64_t count_ = 0;
};

}  // namespace

TEST_SUITE("watched") {
  TEST_CASE("what is vouched for is not looked at") {
    Seen b;
    const Snapshot s = b.look_told({});
    CHECK(s.clean());
    CHECK(s.files_seen == 5);
    CHECK(s.files_vouched == 5);
    CHECK(s.folders_listed == 0);
    CHECK(s.index.token == b.watched->now);
    CHECK_FALSE(s.index_changed);
  }

  TEST_CASE("it is not looked at even where it changed, so the watcher has to say so") {
    Seen b;
    b.write("d/c", "other");
    b.write("d/new", "1");
    b.remove("g/h");
    CHECK(b.look_told({}).clean());
    CHECK(summary(b.look_told({"d/c"})) == Lines{"~d/c", "+d/new"});
    CHECK(summary(b.look_told({"g/h"})) == Lines{"-g/h"});
    CHECK(summary(b.look_told({"d/c", "d/new", "g/h"})) == Lines{"~d/c", "+d/new", "-g/h"});
  }

  TEST_CASE("all below a path that is told is looked at") {
    Seen b;
    b.write("d/e/f", "other");
    CHECK(b.look_told({"d/b"}).clean());
    const Snapshot s = b.look_told({"d"});
    CHECK(summary(s) == Lines{"~d/e/f"});
    CHECK(s.files_vouched == 2);
  }

  TEST_CASE("without an answer, and where anything may have changed, all is looked at") {
    Seen b;
    b.write("d/c", "other");
    b.tell(std::nullopt);
    CHECK(summary(b.look()) == Lines{"~d/c"});
    b.watched.reset();
    const Snapshot s = b.look();
    CHECK(summary(s) == Lines{"~d/c"});
    CHECK(s.files_vouched == 0);
  }

  TEST_CASE("a scan without a watcher leaves token and what was seen before it") {
    Seen b;
    const auto token = b.index.token;
    b.watched.reset();
    b.write("d/c", "other");
    b.age("d/c", 500);
    b.refresh();
    CHECK(b.index.token == token);
    CHECK_FALSE(b.index.find("d/c")->seen);
    CHECK(b.index.find("d/b")->seen);
    CHECK(summary(b.look_told({"d/c"})) == Lines{"~d/c"});
  }

  TEST_CASE("what was gone, changed or new when it was seen is looked at each time") {
    Seen b;
    b.remove("a");
    b.write("d/c", "other");
    b.write("g/new", "1");
    b.tick();
    b.tell({{"a", "d/c", "g/new"}});
    CHECK(summary(b.refresh()) == Lines{"-a", "~d/c", "+g/new"});
    CHECK(summary(b.look_told({})) == Lines{"-a", "~d/c", "+g/new"});
    b.write("a", "a");
    CHECK(summary(b.look_told({})) == Lines{"~d/c", "+g/new"});
  }

  TEST_CASE("a row that is not before the stamp is read again, whoever vouches for it") {
    Seen b;
    b.index.stamp_ns = b.index.find("d/c")->witness.mtime_ns;
    const Snapshot s = b.look_told({});
    CHECK(s.files_read >= 1);
    CHECK(s.files_vouched < 5);
  }

  TEST_CASE("a file with another name is looked at each time") {
    Seen b;
    b.folder(".hn/aside");
    REQUIRE(::link(b.path("d/c").c_str(), b.path(".hn/aside/c").c_str()) == 0);
    b.tell({{"d/c"}});
    b.refresh();
    CHECK_FALSE(b.index.find("d/c")->seen);
    b.write(".hn/aside/c", "other");
    CHECK(summary(b.look_told({})) == Lines{"~d/c"});
  }

  TEST_CASE("a new name of a file that has others makes all be looked at") {
    Seen b;
    REQUIRE(::link(b.path("d/c").c_str(), b.path("new").c_str()) == 0);
    b.write("new", "other");
    CHECK(summary(b.look_told({"new"})) == Lines{"~d/c", "+new"});
  }

  TEST_CASE("rules of what to ignore hold as they stand now") {
    Seen b;
    b.write("d/new", "1");
    CHECK(summary(b.look_told({"d/new"})) == Lines{"+d/new"});
    b.write(".gitignore", "new\n");
    b.watched.reset();
    b.commit({".gitignore"});
    b.tell(std::nullopt);
    b.refresh();
    CHECK(b.look_told({"d/new"}).clean());
    b.write(".gitignore", "old\n");
    CHECK(summary(b.look_told({".gitignore", "d/new"})) == Lines{"~.gitignore", "+d/new"});
  }

  TEST_CASE("a row that is lost makes its folder be listed") {
    Seen b;
    std::erase_if(b.index.rows, [](const auto& row) { return row.path == "d/c"; });
    const Snapshot s = b.look_told({});
    CHECK(summary(s) == Lines{"+d/c"});
    CHECK(s.folders_listed == 1);
  }

  TEST_CASE("a folder that went away unsaid is told as one that cannot be opened") {
    Seen b;
    b.write("d/c", "other");
    b.tell({{"d/c"}});
    b.refresh();
    std::filesystem::rename(b.path("d"), b.path(".hn/d"));
    const Snapshot s = b.look_told({});
    CHECK(s.changes.empty());
    REQUIRE(s.notices.size() == 1);
    CHECK(s.notices.front() == Notice{Notice::Kind::unstable, "d"});
  }

  TEST_CASE("many changes are worth an index that has them") {
    Seen b;
    std::vector<std::string> paths;
    for (int i = 100; i < 200; ++i) paths.push_back("x" + std::to_string(i));
    CHECK(b.look_told(paths).index_changed);
    paths.resize(10);
    CHECK_FALSE(b.look_told(paths).index_changed);
  }

  TEST_CASE("a survey, and a file system that takes two names for one, are not spared anything") {
    Seen b;
    b.write("d/c", "other");
    b.survey = true;
    CHECK(summary(b.look_told({})) == Lines{"~d/c"});
    b.survey = false;
    b.traits.folds_case = true;
    CHECK(summary(b.look_told({})) == Lines{"~d/c"});
  }

  TEST_CASE("what a checkout wrote is not taken for seen") {
    Seen b;
    const Id before = *b.base;
    b.write("d/c", "other");
    b.age("d/c", 500);
    b.watched.reset();
    b.commit();
    b.checkout(before);
    CHECK_FALSE(b.index.find("d/c")->seen);
    CHECK(b.look_told({}).clean());
    b.write("d/c", "third");
    CHECK(summary(b.look_told({})) == Lines{"~d/c"});
  }
}
