#include "worktree/content.hpp"

#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

// More than is read before the first blocks are written.
constexpr std::size_t kSeveralCuts = 3'000'000;

// Changes a file while it is read: each block that is written appends to it, as often as told.
class Meddler final : public object::BlockWriter {
 public:
  Meddler(const WorkingFolder& folder, int times) : folder_(folder), times_(times) {}
  Id write(object::Kind kind, ByteView bytes, const std::optional<Id>&) override {
    if (times_-- > 0) folder_.write("f", folder_.read("f") + "more");
    return object::id_of(kind, bytes);
  }

 private:
  const WorkingFolder& folder_;
  int times_;
};

worktree::Content read_with(const WorkingFolder& folder, int times) {
  worktree::Root root(folder.path());
  worktree::Descriptor at = root.open_folder("");
  Meddler meddler(folder, times);
  return worktree::read_content(at.get(), "f", meddler, nullptr, {});
}

}  // namespace

TEST_SUITE("content") {
  TEST_CASE("a file that changes while it is read is read again") {
    WorkingFolder folder;
    std::string big(kSeveralCuts, 'x');
    folder.write("f", big);
    worktree::Content content = read_with(folder, 1);
    CHECK(content.state == worktree::Content::State::read);
    object::IdWriter ids;
    CHECK(content.value.id() == object::write_file(ids, as_bytes(folder.read("f"))));
    CHECK(content.witness.size == big.size() + 4);
  }

  TEST_CASE("one that never stops changing is given up") {
    WorkingFolder folder;
    folder.write("f", std::string(kSeveralCuts, 'x'));
    CHECK(read_with(folder, 1'000'000).state == worktree::Content::State::unstable);
  }

  TEST_CASE("a folder, a missing name and a symlink are not read as files") {
    WorkingFolder folder;
    CHECK(read_with(folder, 0).state == worktree::Content::State::absent);
    folder.symlink("f", "/etc/passwd");
    worktree::Content link = read_with(folder, 0);
    CHECK(link.value.mode == Mode::symlink);
    object::IdWriter ids;
    CHECK(link.value.id() == object::write_file(ids, as_bytes("/etc/passwd")));
    folder.remove("f");
    folder.folder("f");
    CHECK(read_with(folder, 0).state == worktree::Content::State::not_content);
  }
}

TEST_SUITE("root") {
  TEST_CASE("no folder is opened through a symlink or above the root") {
    WorkingFolder outside;
    outside.folder("d");
    WorkingFolder inside;
    inside.folder("a/b");
    inside.symlink("link", outside.path());
    inside.symlink("a/up", "..");
    worktree::Root root(inside.path());
    CHECK(bool(root.open_folder("a/b")));
    CHECK_FALSE(bool(root.open_folder("link")));
    CHECK_FALSE(bool(root.open_folder("link/d")));
    CHECK_FALSE(bool(root.open_folder("a/up/a")));
    CHECK_FALSE(bool(root.make_folder("link/new")));
    CHECK_FALSE(outside.exists("new"));
    CHECK(root.look("link/d").kind == worktree::Entry::Kind::absent);
  }

  TEST_CASE("long paths are opened in pieces") {
    WorkingFolder folder;
    worktree::Root root(folder.path());
    std::string path;
    for (int i = 0; i < 60; ++i) path = worktree::join(path, std::string(200, 'p'));
    CHECK(path.size() > 12'000);
    CHECK(bool(root.make_folder(path)));
    CHECK(bool(root.open_folder(path)));
  }

  TEST_CASE("a root that is not there is no repository") {
    CHECK_THROWS_AS(worktree::Root("/nowhere/at/all"), Failure);
  }
}
