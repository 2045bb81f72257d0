#include "hn/object/commit.hpp"

#include <doctest/doctest.h>

#include "hn/object/conflict.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;

namespace {

Id some(std::string_view what) {
  return id_of(Kind::chunk, as_bytes(what));
}
Value file(std::string_view what) {
  return Value::of(Mode::file, some(what));
}

Commit two_parents() {
  Commit c;
  c.tree = some("tree");
  c.parents = {some("a"), some("b")};
  c.author = c.committer = {"Anna", "anna@example.org", {1, 60}};
  c.message = "m";
  return c;
}

Commit merged() {
  Commit c;
  c.parents = {some("a"), some("b")};
  c.author.time.seconds = c.committer.time.seconds = 7;
  c.auto_merge = AutoMerge{1, {1, 0}};
  return c;
}

template <class Edit>
std::string refusal(Commit commit, Edit edit) {
  edit(commit);
  const auto bytes = encode_commit(commit);
  return bytes ? "accepted" : bytes.error().rule;
}

}  // namespace

TEST_CASE("the encoder writes no commit that the decoder would refuse") {
  const auto of = [](auto edit) { return refusal(two_parents(), edit); };
  CHECK(of([](Commit&) {}) == "accepted");
  CHECK(of([](Commit& c) { c.parents[1] = c.parents[0]; }) == "a commit has a parent twice");
  CHECK(of([](Commit& c) { c.author.name = "a\nb"; }) ==
        "a person's name holds a byte that is not allowed");
  CHECK(of([](Commit& c) { c.committer.email = "a>b"; }) ==
        "a person's e-mail holds a byte that is not allowed");
  CHECK(of([](Commit& c) { c.author.time.zone_minutes = 6000; }) == "a time zone is out of range");
  CHECK(of([](Commit& c) { c.headers = {{"", "v"}}; }) == "a header has no key");
  CHECK(of([](Commit& c) {
          c.headers = {{"a b", "v"}};
        }) == "a header's key holds a byte that is not allowed");
  CHECK(of([](Commit& c) { c.git = GitId{{}, 21}; }) == "a git id has a wrong length");
  CHECK(of([](Commit& c) { c.parents.resize(kParentsMax + 1); }) ==
        "a commit has too many parents");
}

TEST_CASE("an auto-merge holds what can be recomputed and nothing else") {
  const auto of = [](auto edit) { return refusal(merged(), edit); };
  CHECK(of([](Commit&) {}) == "accepted");
  CHECK(of([](Commit& c) {
          c.auto_merge->seniority = {0, 0};
        }) == "an auto-merge's seniority is no permutation");
  CHECK(of([](Commit& c) {
          c.auto_merge->seniority = {0, 2};
        }) == "an auto-merge's seniority is no permutation");
  CHECK(of([](Commit& c) { c.auto_merge->seniority = {0}; }) ==
        "an auto-merge's seniority is no permutation");
  CHECK(of([](Commit& c) { c.parents.pop_back(); }) == "an auto-merge has fewer than two parents");
  CHECK(of([](Commit& c) { c.author.name = c.committer.name = "Anna"; }) ==
        "an auto-merge has an author");
  CHECK(of([](Commit& c) { c.author.time.seconds = 8; }) == "an auto-merge has an author");
  CHECK(of([](Commit& c) { c.author.time.zone_minutes = c.committer.time.zone_minutes = 60; }) ==
        "an auto-merge has a time zone");
  CHECK(of([](Commit& c) { c.headers = {{"k", "v"}}; }) == "an auto-merge carries what is git's");
}

TEST_CASE("a commit too long for a block is refused with a reason for its author") {
  Commit commit = two_parents();
  commit.message.assign(kBlockBytesMax, 'x');
  const auto bytes = encode_commit(commit);
  REQUIRE(!bytes);
  CHECK(bytes.error().code == Code::refused);
}

TEST_CASE("an auto-merge of the greatest number of heads fits a block") {
  Commit commit = merged();
  commit.parents.clear();
  commit.auto_merge->seniority.clear();
  for (std::uint32_t i = 0; i < kParentsMax; ++i) {
    commit.parents.push_back(some(std::to_string(i)));
    commit.auto_merge->seniority.push_back(static_cast<std::uint32_t>(kParentsMax) - 1 - i);
  }
  const auto bytes = encode_commit(commit);
  REQUIRE(bytes);
  CHECK(decode_commit(*bytes).value() == commit);
}

TEST_CASE("a block that is no commit is named") {
  MemoryBlocks blocks;
  const Id id = blocks.write(Kind::commit, as_bytes("no commit"));
  const auto commit = read_commit(blocks, id);
  REQUIRE(!commit);
  CHECK(commit.error().subject == id.bytes);
  CHECK(!read_commit(blocks, blocks.write(Kind::chunk, as_bytes("x"))));
}

TEST_CASE("tags carry all of git's targets") {
  Tag tag;
  tag.name = "v1";
  for (const Kind kind : {Kind::commit, Kind::tag, Kind::tree, Kind::chunk}) {
    tag.target_kind = kind;
    const auto bytes = encode_tag(tag);
    REQUIRE(bytes);
    CHECK(decode_tag(*bytes).value() == tag);
  }
  for (const Kind kind : {Kind::list, Kind::conflict, Kind::raw, Kind::manifest}) {
    tag.target_kind = kind;
    CHECK(!encode_tag(tag));
  }
}

TEST_CASE("a conflict of the greatest number of terms fits a block") {
  Conflict conflict;
  for (std::size_t i = 0; i + 1 < kConflictTermsMax; ++i) {
    Value value = Value::of(Mode::submodule, some(std::to_string(i)));
    conflict.terms.emplace_back(value);
  }
  const Bytes bytes = encode_conflict(conflict);
  CHECK(bytes.size() <= kBlockBytesMax);
  CHECK(decode_conflict(bytes).value() == conflict);
}

TEST_CASE("nothing stands on both signs of a conflict only beside a base that is something") {
  const auto some = [](std::uint8_t byte) {
    Id id;
    id.bytes.fill(byte);
    return Value::of(Mode::file, id);
  };
  const Conflict kept{{some(1), some(2), std::nullopt, std::nullopt, some(3)}};
  CHECK(decode_conflict(encode_conflict(kept)).value() == kept);
  CHECK_FALSE(is_conflict({{some(1), std::nullopt, std::nullopt, std::nullopt, some(3)}}));
  CHECK_FALSE(is_conflict({{some(1), std::nullopt, some(3), some(1), some(4)}}));
}

TEST_CASE("a conflict of the commit's parents has no terms of its own") {
  CHECK(decode_conflict(encode_conflict({})).value().terms.empty());
  CHECK(to_hex(encode_conflict({})) == "0001");
}

TEST_CASE("terms are told apart by mode, and nothing is a term") {
  const Conflict conflict{{Value::of(Mode::executable, some("x")), file("x"), std::nullopt}};
  CHECK(decode_conflict(encode_conflict(conflict)).value() == conflict);
}

TEST_CASE("every kind gives the same bytes an id of its own") {
  std::vector<Id> ids;
  for (std::uint8_t kind = 1; kind <= 8; ++kind) {
    ids.push_back(id_of(*kind_from(kind), as_bytes("same")));
    CHECK(name_of(*kind_from(kind)) != "unknown");
  }
  std::ranges::sort(ids);
  CHECK(std::ranges::adjacent_find(ids) == ids.end());
  CHECK(!kind_from(0));
  CHECK(!kind_from(9));
}

TEST_CASE("ids go through hex") {
  const Id id = some("x");
  CHECK(id_from_hex(to_hex(id)) == id);
  CHECK(!id_from_hex("00"));
  CHECK(!id_from_hex(std::string(64, 'g')));
}
