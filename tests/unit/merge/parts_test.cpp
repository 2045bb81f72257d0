#include "hn/merge/parts.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/crypto/hash.hpp"
#include "hn/merge/scratch.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

// Merges with what merges before have left, and beside it alone.
class Remembering : public World {
 public:
  Parts parts{std::size_t{1} << 20};
  ScratchBlocks kept{blocks};
  bool stays = true;

  void check(const Files& ours, const Files& base, const Files& theirs) {
    const std::optional<Id> roots[] = {tree(ours), tree(base), tree(theirs)};
    ScratchBlocks cold(blocks), passing(blocks);
    const auto alone = merge_roots(cold, cold, roots);
    // What it came to stays, or goes with this merge: then it is made again.
    ScratchBlocks& scratch = stays ? kept : passing;
    const auto merged = merge_roots(scratch, scratch, roots, {}, &parts);
    REQUIRE(alone.has_value());
    REQUIRE(merged.has_value());
    CHECK(merged->tree == alone->tree);
    CHECK(merged->conflicts == alone->conflicts);
    CHECK(merged->decisions.size() == alone->decisions.size());
    CHECK(object::walk_paths(scratch, merged->tree, [&](const std::string&, const Value& value) {
            return value.mode == Mode::submodule || scratch.has(value.id());
          }).has_value());
  }
};

}  // namespace

TEST_CASE_FIXTURE(Remembering, "a file is merged anew over another base") {
  check({{"f", "a x c"}}, {{"f", "a b c"}}, {{"f", "a b c y"}});
  check({{"f", "a x c"}}, {{"f", "a c"}}, {{"f", "a b c y"}});
  check({{"f", "a x c"}}, {{"f", "a x c y"}}, {{"f", "a b c y"}});
}

TEST_CASE_FIXTURE(Remembering, "a folder is merged anew over another base") {
  check({{"d/f", "a x c"}, {"d/g", "1"}}, {{"d/f", "a b c"}}, {{"d/f", "a b c y"}});
  check({{"d/f", "a x c"}, {"d/g", "1"}}, {{"d/g", "1"}}, {{"d/f", "a b c y"}});
  check({{"d/f", "a x c"}, {"d/g", "1"}}, {}, {{"d/f", "a b c y"}});
}

TEST_CASE_FIXTURE(Remembering, "what is remembered and not here is made again") {
  stays = false;
  for (int i = 0; i < 2; ++i)
    check({{"d/f", "a x c"}, {"d/g", "1"}}, {{"d/f", "a b c"}}, {{"d/f", "a b c y"}});
}

TEST_CASE_FIXTURE(Remembering, "conflicts below a folder come back under its name") {
  for (const std::string folder : {"d/", "d/", "e/", "e/d/"}) {
    check({{folder + "f", "x"}, {folder + "g", "1"}}, {{folder + "f", "b"}}, {{folder + "f", "y"}});
  }
}

TEST_CASE_FIXTURE(Remembering, "attribute files above a folder are part of what it comes to") {
  const Files ours{{"d/f", "a x"}, {"d/g", "1"}}, base{{"d/f", "a"}}, theirs{{"d/f", "a y"}};
  check(ours, base, theirs);
  const auto with = [](Files files, const std::string& line) {
    files[".hnattributes"] = line;
    return files;
  };
  for (const std::string line : {"d/f\tmerge=union", "d/f\tmerge=binary", "f\tmerge=last-writer"})
    check(with(ours, line), with(base, line), with(theirs, line));
  // As they are merged, not as one side has them.
  check(with(ours, "d/f\tmerge=union"), base, theirs);
  check(ours, base, with(theirs, "d/f\tmerge=union"));
  check(with(ours, "d/g\tmerge=union"), base, theirs);
}

TEST_CASE_FIXTURE(Remembering, "a policy that holds for one path holds for no other") {
  const std::string line = "/d/f\tmerge=union";
  for (const std::string folder : {"d/", "e/", "d/"}) {
    check({{".hnattributes", line}, {folder + "f", "a x"}, {folder + "g", "1"}},
          {{".hnattributes", line}, {folder + "f", "a"}},
          {{".hnattributes", line}, {folder + "f", "a y"}});
  }
}

TEST_CASE_FIXTURE(Remembering, "renames are looked for where a remembered folder has lost a file") {
  const std::string text = "a b c d e f g h i j";
  const Files ours{{"d/g", "1 2"}}, base{{"d/f", text}, {"d/g", "1"}},
      theirs{{"d/f", text + " k"}, {"d/g", "1"}};
  check(ours, base, theirs);
  Files renamed = ours;
  renamed["e/f"] = text;
  check(renamed, base, theirs);
}

TEST_CASE("of the parts that are remembered those that nobody asks for go first") {
  Parts parts(1);
  const Hash first{1}, second{2}, third{3};
  parts.note(first, {{std::nullopt}, {"first"}, false});
  parts.note(second, {{std::nullopt}, {}, true});
  REQUIRE(parts.find(first) != nullptr);
  CHECK(parts.find(first)->conflicts == std::vector<std::string>{"first"});
  parts.note(third, {{std::nullopt}, {}, false});
  CHECK(parts.find(second) == nullptr);
  CHECK(parts.find(first) != nullptr);
  parts.clear();
  CHECK(parts.find(first) == nullptr);
}

namespace {

Parts::Rows some_rows() {
  const auto value = [](Mode mode, Byte byte) {
    Value out;
    out.mode = mode;
    out.bytes.fill(byte);
    return std::optional(out);
  };
  auto module = value(Mode::submodule, 0);
  module->size = 20;
  module->bytes[3] = 7;
  const auto key = [](Byte byte) {
    Hash out;
    out.fill(byte);
    return out;
  };
  return {{key(3), {{value(Mode::folder, 1)}, {"a/b", ""}, true}},
          {key(1), {{std::nullopt}, {}, false}},
          {key(2), {{value(Mode::file, 1), std::nullopt, module}, {}, false}}};
}

Bytes with_sum(ByteView body) {
  Bytes out = to_bytes(body);
  const Hash sum = crypto::hash(crypto::Purpose("hn.fold.parts"), body);
  out.insert(out.end(), sum.begin(), sum.end());
  return out;
}

}  // namespace

TEST_CASE("parts are written by key and read back") {
  auto rows = some_rows();
  const Bytes bytes = encode_parts(rows);
  const auto back = decode_parts(bytes);
  REQUIRE(back.has_value());
  std::ranges::sort(rows, {}, &Parts::Rows::value_type::first);
  CHECK(*back == rows);
  CHECK(encode_parts(*back) == bytes);
  CHECK(decode_parts(encode_parts({})).has_value());
}

TEST_CASE("parts with any byte changed, cut off or added are none") {
  const Bytes bytes = encode_parts(some_rows());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes other = bytes;
    other[i] ^= 1;
    CHECK_FALSE(decode_parts(other).has_value());
    CHECK_FALSE(decode_parts(ByteView(bytes).first(i)).has_value());
  }
}

TEST_CASE("parts that break a rule are none, whatever their checksum says") {
  const Bytes whole = encode_parts(some_rows());
  const Bytes body(whole.begin(), whole.end() - 32);
  REQUIRE(decode_parts(with_sum(body)).has_value());
  const auto changed = [&](std::size_t at, Byte byte) {
    Bytes out = body;
    out[at] = byte;
    return decode_parts(with_sum(out)).has_value();
  };
  const std::size_t first = 9;            // magic and count
  const std::size_t second = first + 36;  // key, flag, one value that is nothing, no conflicts
  CHECK_FALSE(changed(7, '1'));
  CHECK_FALSE(changed(8, 2));
  CHECK_FALSE(changed(8, 4));
  CHECK_FALSE(changed(first, 9));         // out of order
  CHECK_FALSE(changed(first + 32, 2));    // neither lost nor not
  CHECK_FALSE(changed(first + 33, 0));    // without values
  CHECK_FALSE(changed(first + 34, 7));    // no mode
  CHECK_FALSE(changed(second + 35, 20));  // a file with git's id
  CHECK_FALSE(decode_parts(with_sum(ByteView(body).first(body.size() - 1))).has_value());
  Bytes twice = body;
  std::copy_n(body.begin() + static_cast<std::ptrdiff_t>(first), 32,
              twice.begin() + static_cast<std::ptrdiff_t>(second));
  CHECK_FALSE(decode_parts(with_sum(twice)).has_value());
}

TEST_CASE("the vectors of the fold parts") {
  std::ifstream in(HN_VECTORS "/fold_parts.json");
  const auto file = nlohmann::json::parse(in);
  for (const auto& valid : file["valid"]) {
    INFO(valid["name"].get<std::string>());
    const auto bytes = from_hex(valid["bytes"].get<std::string>());
    REQUIRE(bytes.has_value());
    const auto rows = decode_parts(*bytes);
    REQUIRE(rows.has_value());
    CHECK(rows->size() == valid["rows"]);
    CHECK(encode_parts(*rows) == *bytes);
  }
  for (const auto& damaged : file["damaged"]) {
    INFO(damaged["why"].get<std::string>());
    CHECK_FALSE(decode_parts(*from_hex(damaged["bytes"].get<std::string>())).has_value());
  }
}

TEST_CASE("as many parts are written as have room, those asked for last first") {
  Parts parts(std::size_t{1} << 20);
  parts.take(some_rows());
  CHECK_FALSE(parts.changed());
  const Hash asked = some_rows().front().first;
  REQUIRE(parts.find(asked) != nullptr);
  CHECK_FALSE(parts.changed());
  const auto rows = parts.rows(200);
  REQUIRE(rows.size() == 1);
  CHECK(rows.front().first == asked);
  CHECK(parts.rows(10000).size() == 3);
  CHECK(parts.rows(0).empty());
}

TEST_CASE_FIXTURE(World, "what a merge made on its way and did not end with is not remembered") {
  // The file moves: what the first look made of d/f under its old name is nowhere in the result.
  const std::string long_text = "a b c d e f g h i j k l";
  const std::optional<Id> roots[] = {tree({{"e/f", long_text + " x"}, {"e/g", "1"}}),
                                     tree({{"d/f", long_text}, {"d/g", "1"}}),
                                     tree({{"d/f", "y " + long_text}, {"d/g", "1"}})};
  Parts parts(std::size_t{1} << 20);
  ScratchBlocks out(blocks);
  const auto merged = merge_roots(out, out, roots, {}, &parts);
  REQUIRE(merged.has_value());
  for (const auto& [key, part] : parts.rows(std::size_t{1} << 20)) {
    for (const auto& value : part.values) CHECK((!value || out.has(value->id())));
  }
}
