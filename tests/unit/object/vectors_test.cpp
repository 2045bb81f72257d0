// Holds the code to the frozen values of tests/vectors/objects.json, which hn-objects(5) names.
// HN_WRITE_VECTORS=1 writes the file anew, and the inputs that the fuzzers start from: to be done
// only where the format itself changes, with its number.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/random.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/cut.hpp"
#include "hn/object/file.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;
using Json = nlohmann::ordered_json;

namespace {

const std::filesystem::path kVectors = HN_VECTORS;

Bytes random_bytes(std::uint64_t seed, std::size_t n) {
  SeededRandom random(seed);
  Bytes out(n);
  random.fill(out);
  return out;
}

Bytes text(std::string_view s) {
  return to_bytes(as_bytes(s));
}
Id file_id(std::string_view content) {
  return id_of(Kind::chunk, as_bytes(content));
}
Value file(std::string_view content) {
  return Value::of(Mode::file, file_id(content));
}

Value submodule(std::uint8_t size) {
  Value value{Mode::submodule, {}, size};
  for (std::uint8_t i = 0; i < size; ++i) value.bytes[i] = static_cast<Byte>(i + 1);
  return value;
}

// What a decoder answers for a block, encoded again: empty and a rule where it refuses.
struct Judged {
  Bytes again;
  std::string rule;
};

template <class T, class Encode>
Judged judge(const Result<T>& decoded, Encode encode) {
  if (!decoded) return {{}, decoded.error().rule};
  return {encode(*decoded), ""};
}

Judged judge(Kind kind, const Bytes& bytes) {
  switch (kind) {
    case Kind::list:
      return judge(decode_list(bytes), encode_list);
    case Kind::tree:
      return judge(decode_tree_node(bytes), encode_tree_node);
    case Kind::conflict:
      return judge(decode_conflict(bytes), encode_conflict);
    case Kind::commit:
      return judge(decode_commit(bytes), [](const Commit& c) { return encode_commit(c).value(); });
    case Kind::tag:
      return judge(decode_tag(bytes), [](const Tag& t) { return encode_tag(t).value(); });
    default:
      return {bytes, ""};
  }
}

struct Sample {
  std::string name;
  Kind kind;
  Bytes bytes;
};

TreeNode folder_of_one() {
  return {0, {{"README", file("hello\n")}}, {}, {}};
}

Commit ordinary_commit() {
  Commit commit;
  commit.tree = id_of(Kind::tree, encode_tree_node(folder_of_one()));
  commit.author = {"Anna", "anna@example.org", {1700000000, 60}};
  commit.committer = {"Bob", "bob@example.org", {1700000060, -330}};
  commit.message = "First light\n";
  return commit;
}

Commit imported_commit() {
  Commit commit = ordinary_commit();
  commit.parents = {file_id("parent 1"), file_id("parent 2")};
  commit.headers = {{"encoding", "ISO-8859-1"}, {"gpgsig", "-----BEGIN\nsig\n-----END"}};
  commit.git = GitId{submodule(20).bytes, 20};
  commit.raw = id_of(Kind::raw, as_bytes("tree ..."));
  return commit;
}

Commit auto_commit() {
  Commit commit;
  commit.tree = ordinary_commit().tree;
  commit.parents = {file_id("head 1"), file_id("head 2"), file_id("head 3")};
  commit.author.time.seconds = commit.committer.time.seconds = 1700000060;
  commit.auto_merge = AutoMerge{1, {2, 0, 1}};
  return commit;
}

Tag release_tag() {
  Tag tag;
  tag.target = id_of(Kind::commit, encode_commit(ordinary_commit()).value());
  tag.name = "v1.0";
  tag.tagger = ordinary_commit().author;
  tag.message = "One\n";
  return tag;
}

TreeNode small_folder() {
  TreeNode node;
  node.entries = {{"README", file("hello\n")},
                  {"bin", Value::of(Mode::folder, ordinary_commit().tree)},
                  {"link", Value::of(Mode::symlink, file_id("README"))},
                  {"lost", Value::of(Mode::conflict, file_id("conflict"))},
                  {"run.sh", Value::of(Mode::executable, file_id("#!/bin/sh\n"))},
                  {"vendor", submodule(20)},
                  {"vendor256", submodule(32)}};
  return node;
}

std::vector<Sample> valid_samples() {
  TreeNode with_raw = small_folder();
  with_raw.raw = id_of(Kind::raw, as_bytes("100664 README"));
  TreeNode inner;
  inner.level = 1;
  inner.children = {{"m", file_id("left"), 80}, {"z", file_id("right"), 3}};
  Commit extreme;
  extreme.author.time = {INT64_MIN, -5999};
  extreme.committer.time = {INT64_MAX, 5999};
  Tag plain = release_tag();
  plain.tagger.reset();
  plain.target_kind = Kind::chunk;
  plain.git = GitId{submodule(32).bytes, 32};
  plain.headers = {{"gpgsig", ""}};
  return {
      {"chunk, empty", Kind::chunk, {}},
      {"chunk", Kind::chunk, text("hello\n")},
      {"raw", Kind::raw, text("hello\n")},
      {"list of two chunks", Kind::list,
       encode_list({1, {{file_id("a"), 200000}, {file_id("b"), 70000}}})},
      {"list of two lists", Kind::list,
       encode_list({2, {{file_id("a"), 6000000}, {file_id("b"), 1}}})},
      {"tree, empty", Kind::tree, encode_tree_node({})},
      {"tree of one file", Kind::tree, encode_tree_node(folder_of_one())},
      {"tree, every mode", Kind::tree, encode_tree_node(small_folder())},
      {"tree with raw", Kind::tree, encode_tree_node(with_raw)},
      {"tree, inner node", Kind::tree, encode_tree_node(inner)},
      {"conflict of two sides", Kind::conflict,
       encode_conflict({{file("left\n"), file("base\n"), file("right\n")}})},
      {"conflict, changed against removed", Kind::conflict,
       encode_conflict({{file("left\n"), file("base\n"), std::nullopt}})},
      {"conflict of the commit's parents", Kind::conflict, encode_conflict({})},
      {"commit", Kind::commit, encode_commit(ordinary_commit()).value()},
      {"commit, imported", Kind::commit, encode_commit(imported_commit()).value()},
      {"commit, auto-merge", Kind::commit, encode_commit(auto_commit()).value()},
      {"commit, greatest times and zones", Kind::commit, encode_commit(extreme).value()},
      {"tag", Kind::tag, encode_tag(release_tag()).value()},
      {"tag of a file", Kind::tag, encode_tag(plain).value()},
  };
}

// Damage is done to the bytes, for the encoders write nothing that is wrong.
class Damage {
 public:
  explicit Damage(std::vector<Sample> valid) : valid_(std::move(valid)) {}

  Bytes of(std::string_view name) const {
    for (const Sample& s : valid_) {
      if (s.name == name) return s.bytes;
    }
    FAIL("no such sample");
    return {};
  }
  Bytes set(std::string_view name, std::size_t at, Byte to) const {
    Bytes out = of(name);
    REQUIRE(at < out.size());
    out[at] = to;
    return out;
  }
  Bytes swap(std::string_view name, std::string_view from, std::string_view to) const {
    std::string out = to_string(of(name));
    const std::size_t at = out.find(from);
    REQUIRE(at != std::string::npos);
    out.replace(at, from.size(), to);
    return text(out);
  }
  Bytes append(std::string_view name, Bytes tail) const {
    Bytes out = of(name);
    out.insert(out.end(), tail.begin(), tail.end());
    return out;
  }
  Bytes cut(std::string_view name, std::size_t bytes) const {
    Bytes out = of(name);
    out.resize(out.size() - bytes);
    return out;
  }

 private:
  std::vector<Sample> valid_;
};

std::vector<TreeEntry> entries(std::size_t n) {
  std::vector<TreeEntry> out;
  for (std::size_t i = 0; i < n; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 5 - number.size(), '0');
    out.push_back({"name-" + number, file(number)});
  }
  return out;
}

TreeNode uncut_leaf() {
  TreeNode node;
  node.entries = entries(400);  // over 16 KiB: somewhere there is a cut
  return node;
}

ListNode uncut_list() {
  ListNode node;
  for (std::uint64_t i = 0; i < 100; ++i) node.rows.push_back({file_id(std::to_string(i)), 70000});
  node.rows[70].id.bytes[0] = 0;
  return node;
}

std::vector<Sample> damaged_samples() {
  const Damage d(valid_samples());
  const std::size_t conflict_mode = 3;
  Bytes nested = d.set("conflict of two sides", conflict_mode, 6);
  Conflict twice{{file("left\n"), file("base\n"), file("right\n")}};
  Bytes unsimplified = encode_conflict(twice);
  std::copy_n(unsimplified.begin() + 3, 33, unsimplified.begin() + 3 + 33);
  Bytes same_parent = d.of("commit, imported");
  std::copy_n(same_parent.begin() + 35, 32, same_parent.begin() + 35 + 32);
  return {
      {"list, unknown format", Kind::list, d.set("list of two chunks", 0, 1)},
      {"list, level 0", Kind::list, d.set("list of two chunks", 1, 0)},
      {"list, level 10", Kind::list, d.set("list of two chunks", 1, 10)},
      {"list, more rows than bytes", Kind::list, d.set("list of two chunks", 2, 3)},
      {"list, bytes behind the end", Kind::list, d.append("list of two chunks", {0})},
      {"list, truncated", Kind::list, d.cut("list of two chunks", 1)},
      {"list, a row of no bytes", Kind::list,
       encode_list({1, {{file_id("a"), 20000}, {file_id("b"), 0}}})},
      {"list, a chunk over the maximum", Kind::list,
       encode_list({1, {{file_id("a"), 262145}, {file_id("b"), 1}}})},
      {"list, a short chunk that is not the last", Kind::list,
       encode_list({1, {{file_id("a"), 16383}, {file_id("b"), 1}}})},
      {"list, rows behind a cut", Kind::list, encode_list(uncut_list())},
      {"tree, unknown format", Kind::tree, d.set("tree, every mode", 0, 1)},
      {"tree, level 21", Kind::tree, d.set("tree, every mode", 1, 21)},
      {"tree, unknown flag", Kind::tree, d.set("tree, every mode", 2, 2)},
      {"tree, raw flag without raw", Kind::tree, d.set("tree, empty", 2, 1)},
      {"tree, count not minimal", Kind::tree, {0, 0, 0, 0x80, 0}},
      {"tree, more rows than bytes", Kind::tree, d.set("tree, every mode", 3, 60)},
      {"tree, names out of order", Kind::tree, d.swap("tree, every mode", "link", "aink")},
      {"tree, a name twice", Kind::tree, d.swap("tree, every mode", "lost", "link")},
      {"tree, the name '..'", Kind::tree, encode_tree_node({0, {{"..", file("x")}}, {}, {}})},
      {"tree, the name '.'", Kind::tree, encode_tree_node({0, {{".", file("x")}}, {}, {}})},
      {"tree, the empty name", Kind::tree, encode_tree_node({0, {{"", file("x")}}, {}, {}})},
      {"tree, a slash in a name", Kind::tree, d.swap("tree, every mode", "link", "li/k")},
      {"tree, NUL in a name", Kind::tree,
       d.swap("tree, every mode", "link", std::string_view("li\0k", 4))},
      {"tree, mode 0", Kind::tree,
       d.swap("tree, every mode", "README\x01", std::string_view("README\0", 7))},
      {"tree, mode 7", Kind::tree, d.swap("tree, every mode", "README\x01", "README\x07")},
      {"tree, a submodule of 21 bytes", Kind::tree,
       d.swap("tree, every mode", "vendor\x05\x14", "vendor\x05\x15")},
      {"tree, entries behind a cut", Kind::tree, encode_tree_node(uncut_leaf())},
      {"tree, inner node without children", Kind::tree, {0, 1, 0, 0}},
      {"tree, a child of no entries", Kind::tree,
       d.set("tree, inner node", d.of("tree, inner node").size() - 1, 0)},
      {"conflict, unknown shape", Kind::conflict, {0, 2}},
      {"conflict of parents, with bytes behind", Kind::conflict, {0, 1, 0}},
      {"conflict of one term", Kind::conflict, {0, 0, 1, 0}},
      {"conflict of two terms", Kind::conflict, {0, 0, 2, 0, 0}},
      {"conflict in a conflict", Kind::conflict, nested},
      {"conflict, not simplified", Kind::conflict, unsimplified},
      {"conflict, nothing taken from nothing", Kind::conflict, {0, 0, 3, 0, 0, 0}},
      {"commit, unknown format", Kind::commit, d.set("commit", 0, 1)},
      {"commit, unknown flag", Kind::commit, d.set("commit", 1, 8)},
      {"commit, git flag without git's id", Kind::commit, d.set("commit", 1, 1)},
      {"commit, a parent twice", Kind::commit, same_parent},
      {"commit, '<' in a name", Kind::commit, d.swap("commit", "Anna", "An<a")},
      {"commit, newline in an address", Kind::commit, d.swap("commit", "bob@", "bob\n")},
      {"commit, a zone of 100 hours", Kind::commit, d.swap("commit", "\x78\x03", "\xe0\x5d\x03")},
      {"commit, space in a header's key", Kind::commit,
       d.swap("commit, imported", "encoding", "enc ding")},
      {"commit, git id of 21 bytes", Kind::commit,
       d.swap("commit, imported", std::string_view("\x14\x01\x02", 3),
              std::string_view("\x15\x01\x02", 3))},
      {"commit, bytes behind the message", Kind::commit, d.append("commit", {0})},
      {"auto-merge, seniority with a place twice", Kind::commit,
       d.swap("commit, auto-merge", std::string_view("\x01\x02\x00\x01", 4),
              std::string_view("\x01\x02\x01\x01", 4))},
      {"tag, target of no taggable kind", Kind::tag, d.set("tag", 2, 7)},
      {"tag, unknown kind", Kind::tag, d.set("tag", 2, 9)},
      {"tag, newline in its name", Kind::tag, d.swap("tag", "v1.0", "v1\n0")},
      {"tag, tagger flag without tagger", Kind::tag, d.set("tag of a file", 1, 3)},
      {"tag, truncated", Kind::tag, d.cut("tag", 1)},
  };
}

struct FileSample {
  std::string name;
  Bytes bytes;
};

std::vector<FileSample> file_samples() {
  std::vector<FileSample> out;
  out.push_back({"seed 1, 262144 bytes", random_bytes(1, 262144)});
  out.push_back({"seed 1, 262145 bytes", random_bytes(1, 262145)});
  out.push_back({"seed 1, 3145728 bytes", random_bytes(1, 3145728)});
  out.push_back({"3145728 zero bytes", Bytes(3145728)});
  out.push_back({"seed 3, 12582912 bytes", random_bytes(3, 12582912)});
  return out;
}

Json describe_file(const FileSample& sample) {
  MemoryBlocks blocks;
  const Id id = write_file(blocks, sample.bytes);
  Json chunks = Json::array();
  const auto rows = chunks_of(blocks, id);
  REQUIRE(rows);
  for (const ListRow& row : *rows) chunks.push_back(row.bytes);
  if (chunks.size() > 64) chunks = chunks.size();
  return {{"name", sample.name}, {"id", to_hex(id)}, {"chunks", chunks}};
}

Json describe_tree(std::size_t n) {
  MemoryBlocks blocks;
  const Id id = write_tree(blocks, entries(n));
  const Block top = blocks.read(id).value();
  const TreeNode node = decode_tree_node(top.bytes).value();
  return {
      {"entries", n}, {"id", to_hex(id)}, {"level", node.level}, {"nodes", blocks.all().size()}};
}

Json make_vectors() {
  Json out;
  out["about"] =
      "hn-objects(5), repository format 1. Frozen: a change of any value is a change of the "
      "format.";
  for (const Sample& s : valid_samples()) {
    CAPTURE(s.name);
    REQUIRE(judge(s.kind, s.bytes).rule == "");
    out["valid"].push_back({{"name", s.name},
                            {"kind", name_of(s.kind)},
                            {"bytes", to_hex(s.bytes)},
                            {"id", to_hex(id_of(s.kind, s.bytes))}});
  }
  for (const Sample& s : damaged_samples()) {
    const Judged judged = judge(s.kind, s.bytes);
    CAPTURE(s.name);
    CHECK(judged.rule != "");
    out["damaged"].push_back({{"name", s.name},
                              {"kind", name_of(s.kind)},
                              {"bytes", to_hex(s.bytes)},
                              {"rule", judged.rule}});
  }
  for (const FileSample& s : file_samples()) out["files"].push_back(describe_file(s));
  for (const std::size_t n : {1U, 100U, 5000U, 50000U}) out["trees"].push_back(describe_tree(n));
  return out;
}

Kind kind_named(const std::string& name) {
  for (std::uint8_t i = 1; i <= 8; ++i) {
    if (name_of(*kind_from(i)) == name) return *kind_from(i);
  }
  FAIL("unknown kind");
  return Kind::chunk;
}

void write_corpus(const Json& samples) {
  for (const auto& s : samples) {
    const std::string kind = s["kind"];
    const std::string parser = kind == "tree" ? "tree_node" : kind;
    if (kind == "chunk" || kind == "raw") continue;
    std::string name = s["name"];
    for (char& c : name) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!plain) c = '-';
    }
    const auto folder = kVectors / ".." / "fuzz" / "corpus" / parser;
    std::filesystem::create_directories(folder);
    const auto bytes = from_hex(s["bytes"].get<std::string>());
    std::ofstream(folder / name, std::ios::binary) << as_text(*bytes);
  }
}

// By value: a loop over a part of a temporary would outlive it.
Json read_vectors(const char* part) {
  std::ifstream in(kVectors / "objects.json");
  REQUIRE(in);
  return Json::parse(in).at(part);
}

}  // namespace

TEST_CASE("write the vectors anew" * doctest::skip(std::getenv("HN_WRITE_VECTORS") == nullptr)) {
  const Json vectors = make_vectors();
  std::ofstream(kVectors / "objects.json") << vectors.dump(1) << "\n";
  write_corpus(vectors["valid"]);
  write_corpus(vectors["damaged"]);
}

TEST_CASE("frozen blocks decode, encode to the same bytes and have their ids") {
  for (const auto& s : read_vectors("valid")) {
    const std::string name = s["name"];
    CAPTURE(name);
    const Kind kind = kind_named(s["kind"]);
    const auto bytes = from_hex(s["bytes"].get<std::string>());
    REQUIRE(bytes);
    const Judged judged = judge(kind, *bytes);
    CHECK(judged.rule == "");
    CHECK(to_hex(judged.again) == s["bytes"].get<std::string>());
    CHECK(to_hex(id_of(kind, *bytes)) == s["id"].get<std::string>());
  }
}

TEST_CASE("today's encoders write the frozen blocks") {
  const Json vectors = read_vectors("valid");
  const auto samples = valid_samples();
  REQUIRE(vectors.size() == samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CAPTURE(samples[i].name);
    CHECK(to_hex(samples[i].bytes) == vectors[i]["bytes"].get<std::string>());
  }
}

TEST_CASE("damaged blocks are refused for the frozen reason") {
  const Json vectors = read_vectors("damaged");
  REQUIRE(vectors.size() >= 50);
  for (const auto& s : vectors) {
    const std::string name = s["name"];
    CAPTURE(name);
    const auto bytes = from_hex(s["bytes"].get<std::string>());
    REQUIRE(bytes);
    CHECK(judge(kind_named(s["kind"]), *bytes).rule == s["rule"].get<std::string>());
  }
}

TEST_CASE("files are cut where they always were") {
  const Json vectors = read_vectors("files");
  const auto samples = file_samples();
  REQUIRE(vectors.size() == samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) CHECK(describe_file(samples[i]) == vectors[i]);
}

TEST_CASE("folders are cut where they always were") {
  for (const auto& tree : read_vectors("trees")) CHECK(describe_tree(tree["entries"]) == tree);
}

TEST_CASE("the example on the page is that of the vectors") {
  std::ifstream in(kVectors / ".." / ".." / "man" / "hn-objects.5");
  const std::string page{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  for (const auto& s : read_vectors("valid")) {
    const std::string name = s["name"];
    if (name != "chunk" && name != "tree of one file" && name != "commit") continue;
    CAPTURE(name);
    CHECK(page.find(s["id"].get<std::string>()) != std::string::npos);
  }
}
