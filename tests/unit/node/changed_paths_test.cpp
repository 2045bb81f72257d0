#include "node/changed_paths.hpp"

#include <doctest/doctest.h>

using namespace hn;
using node::ChangedPaths;
using worktree::WatchToken;
using Paths = std::vector<std::string>;

namespace {

ChangedPaths fresh(Byte byte = 1) {
  ChangedPaths::Instance instance{};
  instance.fill(byte);
  return ChangedPaths(instance);
}

}  // namespace

TEST_SUITE("changed paths") {
  TEST_CASE("who asks without a token is told that all may have changed, and gets one") {
    ChangedPaths paths = fresh();
    paths.add("a");
    const auto first = paths.answer(std::nullopt);
    CHECK(!first.changed);
    CHECK(paths.answer(first.now).changed == Paths{});
  }

  TEST_CASE("what changed since a token is told to all who have it, as often as they ask") {
    ChangedPaths paths = fresh();
    const WatchToken first = paths.answer(std::nullopt).now;
    paths.add("b");
    paths.add("a/c");
    paths.add("a");
    const WatchToken second = paths.answer(first).now;
    paths.add("b");
    paths.add("d");
    CHECK(paths.answer(first).changed == Paths{"a", "a/c", "b", "d"});
    CHECK(paths.answer(second).changed == Paths{"b", "d"});
    CHECK(paths.answer(first).changed == Paths{"a", "a/c", "b", "d"});
  }

  TEST_CASE("paths come in the order of a walk") {
    ChangedPaths paths = fresh();
    const WatchToken first = paths.answer(std::nullopt).now;
    for (const char* path : {"a.b", "a/b", "a", "a-b"}) paths.add(path);
    CHECK(paths.answer(first).changed == Paths{"a", "a/b", "a-b", "a.b"});
  }

  TEST_CASE("a token that this one has not given stands for no moment") {
    ChangedPaths paths = fresh();
    WatchToken token = paths.answer(std::nullopt).now;
    CHECK(!paths.answer(fresh(2).answer(std::nullopt).now).changed);
    CHECK(!paths.answer(WatchToken{token.instance, 0}).changed);
    CHECK(!paths.answer(WatchToken{token.instance, 1000}).changed);
    CHECK(paths.answer(token).changed == Paths{});
  }

  TEST_CASE("more paths than are kept, and a change of everything, end it") {
    ChangedPaths paths = fresh();
    for (std::size_t i = 0; i < node::kChangedPathsMax; ++i) paths.add(std::to_string(i));
    CHECK(!paths.full());
    paths.add("0");
    CHECK(!paths.full());
    paths.add("one more");
    CHECK(paths.full());
    ChangedPaths long_ones = fresh();
    for (char c = 'a'; c < 'a' + 8; ++c) long_ones.add(std::string(node::kChangedBytesMax / 8, c));
    CHECK(!long_ones.full());
    long_ones.add("x");
    CHECK(long_ones.full());
    ChangedPaths all = fresh();
    all.add("");
    CHECK(all.full());
  }
}
