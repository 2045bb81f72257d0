#include "hn/worktree/index.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/random.hpp"
#include "hn/worktree/name.hpp"
#include "unit/worktree/bench.hpp"

using namespace hn;
using namespace hn::testing;
using worktree::IndexRow;

namespace {

Hash filled(Byte byte) {
  Hash out;
  out.fill(byte);
  return out;
}

Index example() {
  Index index;
  index.base = Id{filled(0xaa)};
  index.stamp_ns = 1'700'000'000'123'456'789;
  index.token.emplace().instance.fill(0x77);
  index.token->count = 300;
  IndexRow clean;
  clean.path = "docs/page.md";
  clean.base = clean.content = Value::of(Mode::file, {filled(1)});
  clean.seen = true;
  clean.witness = {1234, 1'600'000'000'000'000'001, 1'600'000'000'000'000'002, 42, 2049};
  IndexRow edited = clean;
  edited.path = "docs/plan.md";
  edited.seen = false;
  edited.content = Value::of(Mode::executable, {filled(2)});
  IndexRow refused;
  refused.path = "lib";
  refused.base = Value{Mode::submodule, {3}, 20};
  refused.refused = true;
  IndexRow pending;
  pending.path = "new";
  pending.pending = true;
  IndexRow side;
  side.path = "pic~anna";
  side.content = Value::of(Mode::symlink, {filled(4)});
  side.witness.mtime_ns = -1;
  side.side = true;
  index.rows = {clean, edited, refused, pending, side};
  index.folders = {{"", {4096, 1'600'000'000'000'000'003, 1'600'000'000'000'000'004, 2, 2049}, 4},
                   {"docs", {60, -5, 0, 40, 2049}, 2}};
  return index;
}

nlohmann::json vectors() {
  std::ifstream in(std::string(HN_VECTORS) + "/index.json");
  REQUIRE(in.good());
  return nlohmann::json::parse(in);
}

}  // namespace

TEST_SUITE("index") {
  TEST_CASE("what is encoded is decoded") {
    CHECK(*worktree::decode_index(worktree::encode_index(example())) == example());
    CHECK(*worktree::decode_index(worktree::encode_index({})) == Index{});
  }

  TEST_CASE("the frozen example is what the page says") {
    CHECK(to_hex(worktree::encode_index(example())) == vectors()["example"].get<std::string>());
  }

  TEST_CASE("frozen damaged files are told apart") {
    const nlohmann::json all = vectors();
    for (const auto& row : all["damaged"]) {
      CAPTURE(row["what"].get<std::string>());
      auto decoded = worktree::decode_index(*from_hex(row["bytes"].get<std::string>()));
      REQUIRE_FALSE(decoded.has_value());
      CHECK(name_of(decoded.error().code) == row["code"].get<std::string>());
    }
  }

  TEST_CASE("frozen later sections change what was before, if they are whole and of that file") {
    const nlohmann::json all = vectors();
    for (const auto& row : all["later"]) {
      CAPTURE(row["what"].get<std::string>());
      const auto decoded = worktree::decode_index(*from_hex(row["bytes"].get<std::string>()));
      const auto same = worktree::decode_index(*from_hex(row["same"].get<std::string>()));
      REQUIRE(decoded.has_value());
      REQUIRE(same.has_value());
      CHECK(*decoded == *same);
      CHECK(decoded->origin.known == (row["what"] == "a section"));
    }
  }

  TEST_CASE("any flipped bit, any cut is noticed") {
    const Bytes whole = worktree::encode_index(example());
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      Bytes bytes = whole;
      bytes[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
      CHECK_FALSE(worktree::decode_index(bytes).has_value());
    }
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(worktree::decode_index(ByteView(whole).first(size)).has_value());
  }

  TEST_CASE("a file is replaced whole and read back") {
    WorkingFolder folder;
    std::string file = folder.path("index");
    CHECK(worktree::load_index(file).error().code == Code::absent);
    Index index = example();
    save_index(index, file);
    save_index(index, file, true);
    CHECK(*worktree::load_index(file) == example());
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    folder.write("index", "rubbish");
    CHECK(worktree::load_index(file).error().code == Code::damaged);
    CHECK_THROWS_AS(save_index(index, folder.path("no/index")), Failure);
  }

  TEST_CASE("stat is believed only where the file is older than the stamp") {
    Index index = example();
    const IndexRow& row = index.rows[0];
    CHECK(index.trusts(row, row.witness));
    worktree::Witness other = row.witness;
    other.inode = 43;
    CHECK_FALSE(index.trusts(row, other));
    index.stamp_ns = row.witness.mtime_ns + 1;
    CHECK(index.trusts(row, row.witness));
    index.stamp_ns = row.witness.mtime_ns;
    CHECK_FALSE(index.trusts(row, row.witness));
  }

  TEST_CASE("rebasing takes values from the tree and keeps what is known of contents") {
    Bench b;
    Index index = example();
    Value one = b.file("1");
    Id root = b.tree({{"docs/page.md", one}, {"docs/zoo", one}, {"a", one}});
    REQUIRE(worktree::rebase(index, b.blocks, root).has_value());
    CHECK(index.base == root);
    CHECK(index.find("a")->base == one);
    CHECK_FALSE(index.find("a")->content.has_value());
    CHECK(index.find("docs/page.md")->base == one);
    CHECK(index.find("docs/page.md")->content == example().rows[0].content);
    CHECK_FALSE(index.find("docs/plan.md")->base.has_value());
    CHECK(index.find("lib") == nullptr);
    CHECK(index.find("new")->pending);
    for (std::size_t i = 1; i < index.rows.size(); ++i)
      CHECK(worktree::path_less(index.rows[i - 1].path, index.rows[i].path));
    b.blocks.reads = 0;
    REQUIRE(worktree::rebase(index, b.blocks, root).has_value());
    CHECK(b.blocks.reads == 0);
  }
}
