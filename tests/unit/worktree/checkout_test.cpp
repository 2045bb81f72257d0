#include <sys/stat.h>

#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;

TEST_SUITE("checkout") {
  TEST_CASE("a tree of every mode appears, is clean, and goes away again") {
    Bench b;
    Value sub{Mode::submodule, {1, 2, 3}, 20};
    Id root = b.tree({{"f", b.file("text")},
                      {"d/run", b.file("#!", Mode::executable)},
                      {"d/link", b.file("../f", Mode::symlink)},
                      {"lib", sub},
                      {"none", b.file("")}});
    auto done = b.checkout(root);
    CHECK(done.written == 5);
    CHECK(b.read("f") == "text");
    CHECK(b.read("none").empty());
    CHECK(std::filesystem::is_symlink(b.path("d/link")));
    CHECK(b.read("d/link") == "text");
    struct stat st {};
    REQUIRE(::stat(b.path("d/run").c_str(), &st) == 0);
    CHECK((st.st_mode & S_IXUSR) != 0);
    CHECK(std::filesystem::is_directory(b.path("lib")));
    Snapshot s = b.look();
    CHECK(summary(s).empty());
    b.checkout(std::nullopt);
    CHECK_FALSE(b.exists("d"));
    CHECK_FALSE(b.exists("f"));
    CHECK_FALSE(b.exists("lib"));
    CHECK(b.exists(".hn"));
  }

  TEST_CASE("a folder that holds itself ten times, ten levels deep, is refused in little time") {
    Bench b;
    Id folder = b.tree({{"f", b.file("text")}});
    for (int level = 0; level < 10; ++level) {
      std::vector<object::TreeEntry> entries;
      for (char name = 'a'; name < 'k'; ++name)
        entries.push_back({std::string(1, name), Value::of(Mode::folder, folder)});
      folder = object::write_tree(b.blocks, entries);
    }
    worktree::CheckoutOptions o = b.options(folder);
    o.changes_max = 1000;
    try {
      plan_checkout(o);
      FAIL("planned");
    } catch (const Failure& failure) {
      CHECK(failure.code() == Code::refused);
    }
    CHECK_FALSE(b.exists("a"));
  }

  TEST_CASE("what was just written is not read by the next scan, once the clock has moved") {
    Bench b;
    b.checkout(b.tree({{"a", b.file("1")}, {"b", b.file("2")}}));
    b.index.stamp_ns += 1'000'000'000;
    CHECK(b.look().files_read == 0);
  }

  TEST_CASE("moving between trees writes and removes the difference alone") {
    Bench b;
    Id one = b.tree({{"same", b.file("s")}, {"mod", b.file("1")}, {"old/x", b.file("x")}});
    Id two = b.tree({{"same", b.file("s")}, {"mod", b.file("2")}, {"new/y", b.file("y")}});
    b.checkout(one);
    auto done = b.checkout(two);
    CHECK(done.written == 2);
    CHECK(done.removed == 1);
    CHECK(b.read("mod") == "2");
    CHECK_FALSE(b.exists("old"));
    CHECK(b.look().clean());
    b.checkout(one);
    CHECK(b.read("mod") == "1");
    CHECK(b.look().clean());
  }

  TEST_CASE("files and folders change places") {
    Bench b;
    Id file = b.tree({{"x", b.file("f")}, {"x.c", b.file("c")}});
    Id folder = b.tree({{"x/a/b", b.file("deep")}, {"x.c", b.file("c")}});
    Id link = b.tree({{"x", b.file("x.c", Mode::symlink)}, {"x.c", b.file("c")}});
    for (const Id& id : {file, folder, link, folder, file, link, file}) {
      b.checkout(id);
      CHECK(b.look().clean());
    }
    CHECK(b.read("x") == "f");
    b.checkout(folder);
    b.folder("x/a/untracked/empty");
    b.checkout(file);
    CHECK(b.read("x") == "f");
  }

  TEST_CASE("local changes and untracked files stand in the way, and nothing is touched") {
    Bench b;
    Id one = b.tree(
        {{"mod", b.file("1")}, {"del", b.file("1")}, {"gone", b.file("1")}, {"kept", b.file("1")}});
    Id two = b.tree({{"mod", b.file("2")},
                     {"del", b.file("2")},
                     {"new", b.file("2")},
                     {"kept", b.file("1")},
                     {"dir", b.file("2")},
                     {"up/in", b.file("2")},
                     {"free", b.file("2")}});
    b.checkout(one);
    b.write("mod", "local");
    b.remove("del");
    b.write("gone", "local");
    b.write("new", "untracked");
    b.write("dir/inner", "untracked");
    b.write("up", "untracked");
    b.write("kept", "local");
    worktree::Plan p = b.plan(two);
    CHECK(obstacles(p.obstacles) == Lines{"deleted del", "untracked dir/inner", "modified gone",
                                          "modified mod", "untracked new", "replaced up"});
    CHECK_FALSE(b.exists("free"));
  }

  TEST_CASE("what is in the way but equal is taken over") {
    Bench b;
    Id one = b.tree({{"a", b.file("1")}, {"gone", b.file("1")}});
    Id two = b.tree({{"a", b.file("2")}, {"b", b.file("2")}});
    b.checkout(one);
    b.write("a", "2");
    b.write("b", "2");
    b.remove("gone");
    auto done = b.checkout(two);
    CHECK(done.written == 0);
    CHECK(b.look().clean());
  }

  TEST_CASE("overwriting and restoring undo local changes") {
    Bench b;
    Id one = b.tree({{"a", b.file("1")}, {"b", b.file("1")}, {"c", b.file("1")}});
    b.checkout(one);
    b.write("a", "local");
    b.remove("b");
    b.write("c", "local");
    auto o = b.options(one);
    o.restore = {"a", "b"};
    CHECK(obstacles(plan_checkout(o).obstacles) == Lines{"modified a", "deleted b"});
    o.overwrite = true;
    auto done = carry_out(o, plan_checkout(o));
    CHECK(done.written == 2);
    b.index = done.index;
    CHECK(b.read("a") == "1");
    CHECK(b.read("b") == "1");
    CHECK(summary(b.look()) == Lines{"~c"});
  }

  TEST_CASE("nothing is written through a symlink") {
    WorkingFolder outside;
    outside.folder("target");
    Bench b;
    b.symlink("d", outside.path("target"));
    worktree::Plan p = b.plan(b.tree({{"d/f", b.file("pwned")}}));
    CHECK(obstacles(p.obstacles) == Lines{"replaced d"});
    // A file that is a symlink is not written through either, nor taken for what it points to.
    outside.write("victim", "safe");
    b.remove("d");
    b.symlink("f", outside.path("victim"));
    Id root = b.tree({{"f", b.file("pwned")}});
    CHECK(obstacles(b.plan(root).obstacles) == Lines{"untracked f"});
    b.overwrite = true;
    b.checkout(root);
    CHECK(outside.read("victim") == "safe");
    CHECK(b.read("f") == "pwned");
  }

  TEST_CASE("a folder that becomes a symlink after the plan leads nowhere") {
    WorkingFolder outside;
    Bench b;
    Id one = b.tree({{"d/old", b.file("1")}, {"d/mod", b.file("1")}, {"z", b.file("1")}});
    Id two = b.tree({{"d/new", b.file("2")}, {"d/mod", b.file("2")}, {"z", b.file("2")}});
    b.checkout(one);
    auto o = b.options(two);
    worktree::Plan p = plan_checkout(o);
    REQUIRE(p.obstacles.empty());
    outside.write("old", "1");
    outside.write("mod", "1");
    b.remove("d");
    b.symlink("d", outside.path());
    auto done = carry_out(o, std::move(p));
    CHECK_FALSE(done.complete());
    CHECK(obstacles(done.obstacles) == Lines{"replaced d/mod", "replaced d/new", "modified d/old"});
    CHECK(outside.read("old") == "1");
    CHECK(outside.read("mod") == "1");
    CHECK_FALSE(outside.exists("new"));
    CHECK(done.index.base == one);
    CHECK(b.read("z") == "2");
  }

  TEST_CASE("a tree that puts a symlink where another has a folder stays inside") {
    WorkingFolder outside;
    Bench b;
    Id link = b.tree({{"d", b.file(outside.path(), Mode::symlink)}});
    Id folder = b.tree({{"d/f", b.file("inside")}});
    b.checkout(link);
    b.checkout(folder);
    CHECK_FALSE(outside.exists("f"));
    CHECK(b.read("d/f") == "inside");
    b.checkout(link);
    CHECK_FALSE(outside.exists("f"));
  }

  TEST_CASE("a file written after the plan was made is not lost") {
    Bench b;
    Id one = b.tree({{"mod", b.file("1")}, {"gone", b.file("1")}});
    Id two = b.tree({{"mod", b.file("2")}, {"new", b.file("2")}});
    b.checkout(one);
    auto o = b.options(two);
    worktree::Plan p = plan_checkout(o);
    b.write("mod", "late edit");
    b.write("gone", "late edit");
    b.write("new", "late file");
    auto done = carry_out(o, std::move(p));
    CHECK(obstacles(done.obstacles) == Lines{"modified gone", "modified mod", "untracked new"});
    CHECK(b.read("mod") == "late edit");
    CHECK(b.read("gone") == "late edit");
    CHECK(b.read("new") == "late file");
  }

  TEST_CASE("spellings of .git and .hn are refused, and never read as deleted") {
    Bench b;
    const Lines bad = {".GIT/hooks/x",       ".git/config",  ".hn/store",
                       ".g\xe2\x80\x8cit/x", "GIT~1/x",      "HN~1",
                       "sub/.Hn/x",          "sub/.git. /x", ".git::$INDEX_ALLOCATION/x"};
    std::vector<std::pair<std::string, Value>> entries = {{"ok", b.file("1")}};
    for (const std::string& p : bad) entries.push_back({p, b.file("evil")});
    Id root = b.tree(entries);
    auto done = b.checkout(root);
    CHECK(done.refusals.size() == bad.size());
    CHECK(b.read("ok") == "1");
    CHECK_FALSE(b.exists(".git"));
    CHECK_FALSE(b.exists(".GIT"));
    CHECK_FALSE(b.exists("sub"));
    CHECK(b.look().clean());
    b.index = {};
    CHECK(b.look().clean());
    b.write("ok", "2");
    Id next = b.commit();
    CHECK(b.paths(next).size() == bad.size() + 1);
    Id none = b.tree({{"ok", b.file("2")}});
    CHECK(b.checkout(none).refusals.empty());
    CHECK(b.look().clean());
  }

  TEST_CASE("names and targets that the file system cannot hold are refused") {
    Bench b;
    std::string long_name(300, 'n');
    Id root = b.tree({{"ok", b.file("1")},
                      {long_name, b.file("1")},
                      {"d" + long_name + "/below", b.file("1")},
                      {"link", b.file(std::string(9000, 't'), Mode::symlink)},
                      {"nul", b.file(std::string("a\0b", 3), Mode::symlink)}});
    auto done = b.checkout(root);
    CHECK(refusals(done.refusals) ==
          Lines{"name d" + long_name + "/below", "name link", "name " + long_name, "name nul"});
    CHECK(b.read("ok") == "1");
    CHECK(b.look().clean());
    b.write("ok", "2");
    CHECK(b.paths(b.commit()).size() == 5);
  }

  TEST_CASE("where case is folded the first of two names is written, both are named") {
    Bench b;
    b.traits.folds_case = true;
    Id root = b.tree({{"README", b.file("1")},
                      {"Readme", b.file("2")},
                      {"Src/a", b.file("1")},
                      {"src/b", b.file("2")},
                      {"other", b.file("3")}});
    auto done = b.checkout(root);
    CHECK(refusals(done.refusals) == Lines{"collision Readme README", "collision src/b Src"});
    CHECK(b.read("README") == "1");
    CHECK(b.exists("other"));
    CHECK(b.look().clean());
    b.write("other", "4");
    CHECK(b.paths(b.commit()).size() == 5);
  }

  TEST_CASE("odd names are checked out") {
    Bench b;
    std::vector<std::pair<std::string, Value>> entries;
    for (const char* name : {"\n", "-rf", "bad\xff", "a\\b", " ", "..."})
      entries.push_back({name, b.file(name)});
    b.checkout(b.tree(entries));
    CHECK(b.read("\n") == "\n");
    CHECK(b.look().clean());
  }

  TEST_CASE("a broken-off checkout is completed by the same call") {
    Bench b;
    std::string big(3u << 20, 'b');
    Id one = b.tree({{"between", b.file("1")},
                     {"mod", b.file("1")},
                     {"gone", b.file("1")},
                     {"kept", b.file("1")}});
    Id two = b.tree({{"between", b.file("2")},
                     {"mod", b.file("2")},
                     {"big", b.file(big)},
                     {"empty", b.file("e")},
                     {"kept", b.file("1")},
                     {"zeros", b.file(big)}});
    b.checkout(one);
    // What a crash leaves: the journal, some steps done, some files half written.
    auto o = b.options(two);
    carry_out(o, plan_checkout(o));
    Index after = *worktree::load_index(b.path(".hn/index"));
    Index journal = b.index;
    for (const char* name : {"big", "empty", "zeros"}) {
      worktree::IndexRow row;
      row.path = name;
      row.pending = true;
      journal.rows.push_back(row);
    }
    journal.find("between")->pending = true;
    b.remove("between");  // the old one, and the new one had not yet its name
    std::sort(journal.rows.begin(), journal.rows.end(),
              [](const auto& a, const auto& c) { return worktree::path_less(a.path, c.path); });
    b.write("big", big.substr(0, 1u << 20));
    b.write("empty", "");
    b.write("zeros", big.substr(0, 5) + std::string(100, '\0'));
    b.index = journal;
    CHECK(b.index.interrupted());
    b.checkout(two);
    CHECK(b.read("between") == "2");
    CHECK(b.read("big") == big);
    CHECK(b.read("empty") == "e");
    CHECK(b.read("zeros") == big);
    CHECK(b.look().clean());
    CHECK_FALSE(b.index.interrupted());
    CHECK(b.index.rows.size() == after.rows.size());
  }

  TEST_CASE("a file that only looks half written is not overwritten") {
    Bench b;
    Id root = b.tree({{"f", b.file("content")}});
    b.write("f", "con");
    CHECK(obstacles(b.plan(root).obstacles) == Lines{"untracked f"});
    worktree::IndexRow row;
    row.path = "f";
    row.pending = true;
    b.index.rows = {row};
    CHECK(b.plan(root).obstacles.empty());
    b.write("f", "conX");
    CHECK(obstacles(b.plan(root).obstacles) == Lines{"untracked f"});
    b.write("f", "content and more");
    CHECK(obstacles(b.plan(root).obstacles) == Lines{"untracked f"});
  }

  TEST_CASE("a missing block stops it, and once it is there the same call completes") {
    Bench b;
    Value lost = b.file("lost");
    Id root = b.tree({{"a", b.file("1")}, {"lost", lost}, {"z", b.file("1")}});
    b.blocks.remove(lost.id());
    auto o = b.options(root);
    CHECK_THROWS_AS(carry_out(o, plan_checkout(o)), Failure);
    CHECK_FALSE(b.exists("lost"));
    b.file("lost");
    b.index = *worktree::load_index(b.path(".hn/index"));
    CHECK(b.index.base == std::nullopt);
    b.checkout(root);
    CHECK(b.read("lost") == "lost");
    CHECK(b.look().clean());
  }

  TEST_CASE(
      "a new version stands in place of the old one, whether files can be without a name or not") {
    for (const bool unnamed : {true, false}) {
      CAPTURE(unnamed);
      Bench b;
      b.checkout(b.tree({{"d/f", b.file("1")}, {"d/run", b.file("1")}, {"other", b.file("1")}}));
      Id to = b.tree({{"d/f", b.file("two")},
                      {"d/run", b.file("two", Mode::executable)},
                      {"other", b.file("two")}});
      worktree::CheckoutOptions o = b.options(to);
      o.unnamed = unnamed;
      worktree::Plan plan = plan_checkout(o);
      b.write("other", "edited meanwhile");
      const auto done = carry_out(o, std::move(plan));
      CHECK(obstacles(done.obstacles) == Lines{"modified other"});
      CHECK(b.read("other") == "edited meanwhile");
      CHECK(b.read("d/f") == "two");
      struct stat st {};
      REQUIRE(::stat(b.path("d/run").c_str(), &st) == 0);
      CHECK((st.st_mode & S_IXUSR) != 0);
      CHECK(st.st_nlink == 1);
      CHECK(std::distance(std::filesystem::directory_iterator(b.path("d")), {}) == 2);
      CHECK(std::filesystem::is_empty(b.path(".hn/tmp")));
      const struct stat old = st;
      REQUIRE(::stat(b.path("d/f").c_str(), &st) == 0);
      CHECK((st.st_mode & 0777U) == (old.st_mode & 0666U));
      b.index = *worktree::load_index(b.path(".hn/index"));
      b.index.stamp_ns += 1'000'000'000;
      CHECK(b.look().files_read <= 1);
    }
  }

  TEST_CASE("no staging file is left behind") {
    Bench b;
    b.checkout(b.tree({{"f", b.file("1")}, {"l", b.file("1", Mode::symlink)}}));
    b.checkout(b.tree({{"f", b.file("2")}, {"l", b.file("2", Mode::symlink)}}));
    CHECK(std::filesystem::is_empty(b.path(".hn/tmp")));
    worktree::Traits traits = worktree::probe_traits(b.path(".hn/tmp"));
    CHECK(traits.keeps_exec);
    CHECK(traits.has_symlinks);
    CHECK_FALSE(traits.folds_case);
    CHECK(std::filesystem::is_empty(b.path(".hn/tmp")));
  }

  TEST_CASE("folders deeper than the limit are refused and stay in the tree") {
    Bench b;
    std::string path = "d";
    for (std::size_t i = 0; i < worktree::kDepthMax + 20; ++i) path += "/d";
    Id root = b.tree({{"ok", b.file("1")}, {path, b.file("1")}});
    auto done = b.checkout(root);
    REQUIRE(done.refusals.size() == 1);
    CHECK(done.refusals[0].kind == Refusal::Kind::too_deep);
    CHECK(b.look().clean());
    b.write("ok", "2");
    CHECK(b.paths(b.commit()).size() == 2);
  }
}
