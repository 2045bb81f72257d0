#pragma once

#include <optional>
#include <vector>

#include "hn/base/random.hpp"
#include "hn/crypto/hash.hpp"
#include "support/memory_blocks.hpp"

// Random histories as blocks: roots, merges of up to five, clocks that lie, ids in git of both
// sizes.
namespace hn::testing {

class CommitSource {
 public:
  explicit CommitSource(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_.next() % n; }

  // A commit on these; `absent` ones only stand as ids.
  object::Id write(std::vector<object::Id> parents) {
    object::Commit commit;
    commit.tree = some_id();
    commit.parents = std::move(parents);
    commit.author = commit.committer = {"Anna", "anna@example.org", {time(), 0}};
    commit.message = std::to_string(++count_);
    if (below(3) > 0) commit.git = some_git();
    const auto bytes = object::encode_commit(commit);
    HN_ASSERT(bytes);
    ids.push_back(blocks.write(object::Kind::commit, *bytes));
    return ids.back();
  }

  // One more, on some of those there are; most on the newest.
  object::Id grow() {
    std::vector<object::Id> parents;
    if (!ids.empty() && below(40) > 0) {
      parents.push_back(below(3) > 0 ? ids.back() : any());
      for (std::uint64_t n = below(8) == 0 ? 1 + below(4) : 0; n > 0; --n) {
        const object::Id more = any();
        if (std::ranges::find(parents, more) == parents.end()) parents.push_back(more);
      }
    }
    return write(std::move(parents));
  }
  void grow(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) grow();
  }

  object::Id write_tag(const object::Id& target) {
    object::Tag tag;
    tag.target = target;
    tag.name = "v" + std::to_string(++count_);
    tag.git = some_git();
    return blocks.write(object::Kind::tag, *object::encode_tag(tag));
  }

  object::Id any() { return ids[below(ids.size())]; }
  std::vector<object::Id> some(std::size_t max) {
    std::vector<object::Id> out;
    for (std::uint64_t n = below(max + 1); n > 0; --n) out.push_back(any());
    return out;
  }

  object::Id some_id() {
    object::Id id;
    random_.fill(id.bytes);
    return id;
  }

  MemoryBlocks blocks;
  std::vector<object::Id> ids;  // in the order of writing

 private:
  object::GitId some_git() {
    object::GitId git;
    git.size = below(2) == 0 ? 20 : 32;
    random_.fill(std::span(git.bytes).first(git.size));
    // Some begin alike.
    if (below(4) == 0) git.bytes[0] = git.bytes[1] = 0xab;
    return git;
  }
  std::int64_t time() {
    const auto jitter = static_cast<std::int64_t>(below(20));
    return below(50) == 0 ? -jitter * 1'000'000 : static_cast<std::int64_t>(count_) * 3 + jitter;
  }

  SeededRandom random_;
  std::uint64_t count_ = 0;
};

}  // namespace hn::testing
