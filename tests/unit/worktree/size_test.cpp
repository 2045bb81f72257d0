#include <sys/stat.h>

#include <chrono>

#include "hn/worktree/name.hpp"
#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

constexpr int kLevels = 10'000;

// A chain of folders far longer than any path that a call takes. Taken down again level by level:
// the recursive functions of the library run out of descriptors.
class Chain {
 public:
  explicit Chain(const std::string& top) : top_(top) {
    int at = ::open(top.c_str(), O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < kLevels; ++i) {
      REQUIRE(::mkdirat(at, "d", 0755) == 0);
      int next = ::openat(at, "d", O_RDONLY | O_DIRECTORY);
      REQUIRE(next >= 0);
      ::close(at);
      at = next;
    }
    ::close(at);
  }
  ~Chain() {
    std::string first = top_ + "/d";
    std::string second = top_ + "/e";
    while (::rename((first + "/d").c_str(), second.c_str()) == 0) {
      ::rmdir(first.c_str());
      std::swap(first, second);
    }
    ::rmdir(first.c_str());
  }

 private:
  std::string top_;
};

class Stopwatch {
 public:
  explicit Stopwatch(std::string what) : what_(std::move(what)) {}
  ~Stopwatch() {
    auto took = std::chrono::steady_clock::now() - begin_;
    MESSAGE(what_ << ": " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
                  << " ms");
  }

 private:
  std::string what_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

TEST_SUITE("size") {
  TEST_CASE("ten thousand folders in each other end at the limit with a notice") {
    Bench b;
    b.folder("deep");
    b.write("f", "1");
    Chain chain(b.path("deep"));
    Snapshot s = b.scan(true);
    CHECK(summary(s) == Lines{"+f"});
    REQUIRE(s.notices.size() == 1);
    CHECK(s.notices[0].kind == Notice::Kind::too_deep);
    CHECK(worktree::depth_of(s.notices[0].path) == worktree::kDepthMax);
  }

  TEST_CASE("files down to the limit are recorded and checked out") {
    Bench b;
    std::string path = "deep";
    while (worktree::depth_of(path) < worktree::kDepthMax - 10) path += "/d";
    Id root = b.tree({{path + "/f", b.file("bottom")}});
    CHECK(b.checkout(root).refusals.empty());
    CHECK(b.look().clean());
    CHECK(b.commit() == root);
    b.checkout(std::nullopt);
    CHECK_FALSE(b.exists("deep"));
  }

  TEST_CASE("twenty thousand files") {
    Bench b;
    std::vector<std::pair<std::string, Value>> entries;
    for (int i = 0; i < 20'000; ++i) {
      std::string name =
          "d" + std::to_string(i % 40) + "/e" + std::to_string(i % 1000) + "/f" + std::to_string(i);
      entries.push_back({name, b.file("content of " + name)});
    }
    Id root = b.tree(entries);
    {
      Stopwatch watch("checkout of 20000 files");
      CHECK(b.checkout(root).written == 20'000);
    }
    b.index.stamp_ns += 1'000'000'000;
    {
      Stopwatch watch("clean scan");
      Snapshot s = b.look();
      CHECK(s.clean());
      CHECK(s.files_read == 0);
    }
    {
      Stopwatch watch("load of the index");
      CHECK(worktree::load_index(b.path(".hn/index"))->rows.size() == 20'000);
    }
    b.index = {};
    {
      Stopwatch watch("scan without an index");
      CHECK(b.look().clean());
    }
    b.base.reset();
    b.index = {};
    {
      Stopwatch watch("recording 20000 new files");
      CHECK(b.commit() == root);
    }
    {
      Stopwatch watch("removing them");
      CHECK(b.checkout(std::nullopt).removed == 20'000);
    }
  }
}
