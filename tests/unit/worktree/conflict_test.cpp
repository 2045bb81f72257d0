#include <map>

#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

// Shows each conflict as the test says.
class Forms final : public worktree::ConflictForm {
 public:
  std::vector<File> files(const std::string& path, const Id&) override { return shown[path]; }
  Verdict judge(const std::string&, const Id&, ByteView bytes) override {
    return as_text(bytes).find("<<<<") == std::string_view::npos ? Verdict::resolved
                                                                 : Verdict::markers_left;
  }
  std::map<std::string, std::vector<File>> shown;
};

constexpr std::string_view kMarked = "<<<< a\n1\n====\n2\n>>>>\n";

// d/text is a conflict with markers, pic one side by side; both are checked out.
struct Conflicted : Bench {
  Conflicted() {
    conflicts = &forms;
    forms.shown["d/text"] = {{"text", Mode::file, std::nullopt, to_bytes(as_bytes(kMarked))}};
    Value anna = file("picture of anna");
    forms.shown["pic"] = {{"pic~anna", Mode::file, anna.id(), {}},
                          {"pic~bob", Mode::executable, file("picture of bob").id(), {}},
                          {"pic~dir", Mode::folder, tree({{"in/side", file("s")}}), {}}};
    root = tree({{"d/text", marked}, {"pic", pictures}, {"plain", file("p")}});
    checkout(root);
  }
  Forms forms;
  Value marked{Mode::conflict, {1}, 32};
  Value pictures{Mode::conflict, {2}, 32};
  Id root;
};

Lines leftovers(const Snapshot& s) {
  Lines out;
  for (const auto& l : s.leftovers) out.push_back(l.path);
  return out;
}

}  // namespace

TEST_SUITE("conflicts in a working tree") {
  TEST_CASE("they are written in their form and stay conflicts") {
    Conflicted b;
    CHECK(b.read("d/text") == kMarked);
    CHECK(b.read("pic~anna") == "picture of anna");
    CHECK(b.read("pic~dir/in/side") == "s");
    CHECK_FALSE(b.exists("pic"));
    Snapshot s = b.look();
    CHECK(s.clean());
    CHECK(s.conflicts == Lines{"d/text", "pic"});
    b.write("plain", "q");
    Id next = b.commit();
    CHECK(b.at(next, "pic") == b.pictures);
    CHECK(b.at(next, "d/text") == b.marked);
    CHECK(b.paths(next).size() == 3);
  }

  TEST_CASE("they stay conflicts where the index is lost") {
    Conflicted b;
    b.index = {};
    Snapshot s = b.look();
    CHECK(s.clean());
    CHECK(s.conflicts.size() == 2);
  }

  TEST_CASE("an edited file resolves, one with markers left says so") {
    Conflicted b;
    b.write("d/text", "<<<< a\n1\n");
    Snapshot s = b.look();
    REQUIRE(summary(s) == Lines{"~d/text"});
    CHECK(s.changes[0].markers_left);
    b.write("d/text", "resolved\n");
    s = b.look();
    REQUIRE(summary(s) == Lines{"~d/text"});
    CHECK_FALSE(s.changes[0].markers_left);
    CHECK(s.conflicts == Lines{"pic"});
    Id next = b.commit();
    CHECK(b.at(next, "d/text") == b.file("resolved\n"));
    CHECK(b.look().clean());
  }

  TEST_CASE("removing the marked file resolves it as deleted") {
    Conflicted b;
    b.remove("d/text");
    CHECK(summary(b.look()) == Lines{"-d/text"});
    CHECK(b.paths(b.commit()) == Lines{"pic", "plain"});
  }

  TEST_CASE("a file under the conflict's own name resolves sides, which then go") {
    Conflicted b;
    b.write("pic", "the new picture");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"~pic"});
    CHECK(leftovers(s) == Lines{"pic~anna", "pic~bob", "pic~dir/in/side"});
    Id next = b.commit();
    CHECK(b.at(next, "pic") == b.file("the new picture"));
    CHECK_FALSE(b.exists("pic~anna"));
    CHECK_FALSE(b.exists("pic~bob"));
    CHECK(b.look().clean());
  }

  TEST_CASE("an edited side of a resolved conflict is not lost") {
    Conflicted b;
    b.write("pic", "new");
    b.write("pic~bob", "edited");
    Snapshot s = b.look();
    CHECK(summary(s) == Lines{"~pic", "+pic~bob"});
    CHECK(leftovers(s) == Lines{"pic~anna", "pic~dir/in/side"});
  }

  TEST_CASE("removing or editing one side alone resolves nothing") {
    Conflicted b;
    b.remove("pic~bob");
    b.write("pic~anna", "edited");
    Snapshot s = b.look();
    CHECK(s.clean());
    CHECK(s.conflicts == Lines{"d/text", "pic"});
    CHECK(notices(s) == Lines{"half_resolved pic"});
    b.remove("pic~anna");
    b.remove("pic~dir");
    CHECK(summary(b.look()) == Lines{"-pic"});
  }

  TEST_CASE("leftovers of what was not recorded stay") {
    Conflicted b;
    b.write("pic", "new");
    b.commit({"d"});
    CHECK(b.exists("pic~anna"));
    CHECK(summary(b.look()) == Lines{"~pic"});
  }

  TEST_CASE("checkout takes sides away and puts them back") {
    Conflicted b;
    Id solved = b.tree({{"d/text", b.file("t")}, {"pic", b.file("p")}, {"plain", b.file("p")}});
    b.checkout(solved);
    CHECK_FALSE(b.exists("pic~anna"));
    CHECK_FALSE(b.exists("pic~dir"));
    CHECK(b.read("d/text") == "t");
    CHECK(b.look().clean());
    b.checkout(b.root);
    CHECK_FALSE(b.exists("pic"));
    CHECK(b.read("d/text") == kMarked);
    CHECK(b.look().conflicts.size() == 2);
    b.write("pic~bob", "edited");
    b.write("d/text", "half");
    CHECK(obstacles(b.plan(solved).obstacles) == Lines{"modified d/text", "modified pic~bob"});
  }

  TEST_CASE("a side with a name that leads elsewhere is refused") {
    Conflicted b;
    b.forms.shown["evil"] = {{"../out", Mode::file, std::nullopt, {}}};
    Id root = b.tree({{"evil", b.marked}});
    CHECK_THROWS_AS(b.plan(root), Failure);
    b.forms.shown["evil"] = {{".git", Mode::file, std::nullopt, {}}};
    b.forms.shown["evil"].push_back({"evil~a", Mode::file, std::nullopt, {}});
    auto done = b.checkout(root);
    CHECK(refusals(done.refusals) == Lines{"reserved .git"});
    CHECK_FALSE(b.exists(".git"));
    Snapshot s = b.look();
    CHECK(s.clean());
    CHECK(s.conflicts == Lines{"evil"});
  }
}
