#include <sys/file.h>
#include <sys/stat.h>

#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;
using worktree::IfMoved;
using worktree::IndexRow;

namespace {

IndexRow row_of(int number, Byte content = 1) {
  IndexRow row;
  row.path = "folder" + std::to_string(number % 7) + "/" + std::to_string(number);
  Hash id{};
  id.fill(content);
  row.base = row.content = Value::of(Mode::file, {id});
  row.witness = {1, 2, 3, static_cast<std::uint64_t>(number), 5};
  return row;
}

// Of so many rows that a change is appended.
Index large(int rows) {
  Index index;
  index.stamp_ns = 10;
  std::vector<IndexRow> added;
  for (int i = 0; i < rows; ++i) added.push_back(row_of(i));
  index.add(std::move(added));
  for (int i = 0; i < 7; ++i) index.folders.push_back({"folder" + std::to_string(i), {}, 1});
  for (auto& folder : index.folders) folder.witness.inode = 7;
  return index;
}

class IndexFile : public WorkingFolder {
 public:
  explicit IndexFile(int rows = 500) {
    Index index = large(rows);
    save_index(index, name());
  }
  std::string name() const { return path("index"); }
  Index load() const { return *worktree::load_index(name()); }
  struct stat stat() const {
    struct stat s {};
    REQUIRE(::stat(name().c_str(), &s) == 0);
    return s;
  }
};

void change(Index& index, int number, Byte content) {
  *index.find(row_of(number).path) = row_of(number, content);
}

}  // namespace

TEST_SUITE("index, later sections") {
  TEST_CASE("a small change of a large index is appended") {
    IndexFile file;
    const auto before = file.stat();
    Index index = file.load();
    change(index, 3, 2);
    index.stamp_ns = 11;
    for (const bool durable : {false, true}) {
      save_index(index, file.name(), durable);
      CHECK(file.load() == index);
      CHECK(file.load().origin.known);
    }
    CHECK(file.stat().st_ino == before.st_ino);
    CHECK(file.stat().st_size > before.st_size);
    CHECK(file.stat().st_size < before.st_size + 300);
  }

  TEST_CASE("rows and folders that went are gone, new ones are there") {
    IndexFile file;
    Index index = file.load();
    index.find(row_of(4).path)->base.reset();
    index.find(row_of(4).path)->forget_content();
    index.drop_empty_rows();
    index.add({row_of(1000)});
    index.set_folders({0, 2, 3, 4, 5, 6}, {{"", {1, 2, 3, 4, 5}, 6}});
    save_index(index, file.name());
    const Index after = file.load();
    CHECK(after == index);
    CHECK(after.find(row_of(4).path) == nullptr);
    CHECK(after.find(row_of(1000).path) != nullptr);
    CHECK(after.folders.size() == 7);
    CHECK(after.folders[0].names == 6);
    CHECK(after.origin.bytes > after.origin.first_bytes);
  }

  TEST_CASE("many rows that changed, went and came find their places") {
    IndexFile file(20000);
    Index index = file.load();
    for (int number = 0; number < 20000; number += 29) change(index, number, 2);
    for (int number = 7; number < 20000; number += 1009) {
      IndexRow* row = index.find(row_of(number).path);
      row->base.reset();
      row->forget_content();
    }
    index.drop_empty_rows();
    std::vector<IndexRow> added;
    for (int number = 20000; number < 20100; ++number) added.push_back(row_of(number));
    index.add(std::move(added));
    REQUIRE(encode_changes(index));
    save_index(index, file.name());
    CHECK(file.load() == index);
    CHECK(file.load().origin.known);
  }

  TEST_CASE("much that changed is written whole, and so is what has grown long") {
    IndexFile file;
    Index index = file.load();
    for (int i = 0; i < 200; ++i) change(index, i, 3);
    save_index(index, file.name());
    CHECK(file.load() == index);
    CHECK(index.origin.bytes == index.origin.first_bytes);
    std::uint64_t most = 0;
    for (int i = 0; i < 500; ++i) {
      change(index, i, 4);
      save_index(index, file.name());
      const worktree::IndexOrigin& origin = index.origin;
      most = std::max(most, (origin.bytes - origin.first_bytes) * 100 / origin.first_bytes);
    }
    CHECK(most >= 5);
    CHECK(most <= 6);
    CHECK(file.load() == index);
  }

  TEST_CASE("a small index is written whole") {
    IndexFile file(20);
    Index index = file.load();
    change(index, 3, 2);
    save_index(index, file.name());
    CHECK(index.origin.bytes == index.origin.first_bytes);
    CHECK(file.load() == index);
  }

  TEST_CASE("a file that somebody has written since is left alone or replaced, never mixed") {
    for (const bool appended : {false, true}) {
      IndexFile file;
      Index mine = file.load();
      Index theirs = file.load();
      change(theirs, 1, 8);
      if (!appended) theirs.origin = {};
      save_index(theirs, file.name());
      change(mine, 2, 9);
      save_index(mine, file.name(), false, IfMoved::leave);
      CHECK(file.load() == theirs);
      save_index(mine, file.name());
      CHECK(file.load() == mine);
      CHECK(mine.origin.bytes == mine.origin.first_bytes);
    }
  }

  TEST_CASE("a file of the same length in the same place is not taken for the old one") {
    IndexFile file;
    Index mine = file.load();
    Index theirs = file.load();
    theirs.rows[0].content->mode = Mode::executable;
    theirs.rows[0].base = theirs.rows[0].content;
    const Bytes bytes = worktree::encode_index(theirs);
    REQUIRE(static_cast<std::size_t>(file.stat().st_size) == bytes.size());
    const auto inode = file.stat().st_ino;
    file.write("index", as_text(bytes));
    REQUIRE(file.stat().st_ino == inode);
    change(mine, 2, 9);
    save_index(mine, file.name(), false, IfMoved::leave);
    CHECK(file.load() == theirs);
    CHECK(file.load().origin.known);  // and nothing stands behind it
  }

  TEST_CASE("who finds the file locked does not wait") {
    IndexFile file;
    const Index before = file.load();
    Index index = file.load();
    change(index, 2, 9);
    const int other = ::open(file.name().c_str(), O_RDONLY);
    REQUIRE(::flock(other, LOCK_EX) == 0);
    save_index(index, file.name(), false, IfMoved::leave);
    CHECK(file.load() == before);
    save_index(index, file.name());
    CHECK(file.load() == index);
    ::close(other);
  }

  TEST_CASE("cut anywhere, the file is what it was before") {
    IndexFile file;
    Index index = file.load();
    const Index before = index;
    change(index, 3, 2);
    save_index(index, file.name());
    const Index between = index;
    change(index, 4, 2);
    save_index(index, file.name());
    const std::string whole = file.read("index");
    for (std::size_t size = before.origin.bytes; size < whole.size(); ++size) {
      file.write("index", whole.substr(0, size));
      const Index left = file.load();
      const Index& expected = size < between.origin.bytes ? before : between;
      REQUIRE(left == expected);
      const bool at_an_end = size == before.origin.bytes || size == between.origin.bytes;
      REQUIRE(left.origin.known == at_an_end);
    }
    // What follows is written whole: behind the rest of a section it would not be read.
    Index left = file.load();
    change(left, 5, 2);
    save_index(left, file.name());
    CHECK(file.load() == left);
  }

  TEST_CASE("many rows come back whole, in groups") {
    for (const int rows : {4095, 4096, 4097, 20'000}) {
      Index index = large(rows);
      CHECK(*worktree::decode_index(worktree::encode_index(index)) == index);
      if (rows < 4097) continue;
      std::swap(index.rows[4095], index.rows[4096]);  // each group is in order
      CHECK(worktree::decode_index(worktree::encode_index(index)).error().code == Code::invalid);
    }
  }

  TEST_CASE("after any scan, record and checkout the file is the index") {
    const std::uint64_t seed = seed_from_env(11);
    CAPTURE(seed);
    SeededRandom random(seed);
    Bench b;
    const auto name = [&] {
      return "d" + std::to_string(random.below(9)) + "/f" + std::to_string(random.below(60));
    };
    for (int i = 0; i < 600; ++i) b.write(name(), "first");
    Id first = b.commit();
    std::size_t appended = 0;
    const std::string file = b.path(".hn/index");
    for (int round = 0; round < 120; ++round) {
      for (std::uint64_t i = random.below(4); i > 0; --i) {
        const std::string path = name();
        if (random.below(3) == 0)
          b.remove(path);
        else
          b.write(path, std::to_string(random.below(1000)));
      }
      if (random.below(4) == 0) b.tick();
      switch (random.below(4)) {
        case 0:
          b.refresh();
          break;
        case 1:
        case 2:
          b.commit();
          break;
        default:
          b.commit();
          b.checkout(std::exchange(first, *b.base));
      }
      save_index(b.index, file);
      if (b.index.origin.bytes > b.index.origin.first_bytes) ++appended;
      auto loaded = worktree::load_index(file);
      REQUIRE(loaded.has_value());
      REQUIRE(*loaded == b.index);
      b.index = *std::move(loaded);
      Index fresh;
      std::swap(fresh, b.index);
      const Lines without = summary(b.look());
      std::swap(fresh, b.index);
      REQUIRE(summary(b.look()) == without);
    }
    CHECK(appended > 20);
  }
}
