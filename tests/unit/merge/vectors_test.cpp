// The frozen vectors of hn-merge(7): tests/vectors/merge.json. With HN_FREEZE=1 the outputs are
// written anew, which is right only together with a new kAlgorithm.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/merge/unified.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;
using nlohmann::ordered_json;

namespace {

const std::string kFile = std::string(HN_VECTORS) + "/merge.json";

ordered_json diff_case(const ordered_json& in) {
  const auto a = in.at("a").get<std::string>(), b = in.at("b").get<std::string>();
  ordered_json out = ordered_json::array();
  for (const auto& d : diff_lines(as_bytes(a), as_bytes(b))) {
    out.push_back({d.a_begin, d.a_end, d.b_begin, d.b_end});
  }
  return out;
}

ordered_json simplify_case(const ordered_json& in) {
  return simplify(flatten(in.at("nested").get<Terms<Terms<std::string>>>()));
}

ordered_json text_case(const ordered_json& in) {
  const auto nested = in.at("nested").get<Terms<Terms<std::string>>>();
  Terms<Terms<ByteView>> texts;
  for (const auto& inner : nested) texts.push_back(views(inner));
  ordered_json out = ordered_json::array();
  for (const auto& hunk : merge_nested_texts(texts).hunks) out.push_back(hunk.terms);
  return out;
}

// Commits in order, each with its files ("mode content"), parents by number and committer time.
class Vectors : public World {
 public:
  ordered_json fold_case(const ordered_json& in) {
    for (const auto& c : in.at("commits")) commits_.push_back(add(c));
    std::vector<Id> heads;
    for (const auto& head : in.at("heads")) heads.push_back(commits_[head.get<std::size_t>()]);
    const auto seniority = in.at("seniority").get<std::vector<std::uint32_t>>();
    const auto folded_heads = merge::fold(blocks, blocks, history, heads, seniority);
    REQUIRE(folded_heads.has_value());
    ordered_json out;
    for (const auto& c : commits_) out["commits"].push_back(object::to_hex(c));
    out["commit"] = object::to_hex(folded_heads->commit);
    out["tree"] = object::to_hex(folded_heads->tree);
    out["conflicts"] = folded_heads->conflicts;
    out["files"] = ordered_json::object();
    for (const auto& [path, content] : show(folded_heads->tree)) out["files"][path] = content;
    return out;
  }

  ordered_json markers_case(const ordered_json& in) {
    object::Conflict conflict;
    for (const auto& term : in.at("terms")) {
      conflict.terms.push_back(
          term.is_null()
              ? PathValue{}
              : PathValue(Value::of(
                    Mode::file, object::write_file(blocks, as_bytes(term.get<std::string>())))));
    }
    const auto labels = in.at("labels").get<std::vector<std::string>>();
    const auto shown = materialise(blocks, conflict, "f", labels);
    REQUIRE(shown.has_value());
    ordered_json out = ordered_json::object();
    for (const auto& file : shown->files) {
      out[file.name] = file.value ? "term" : to_string(file.marked);
    }
    return out;
  }

 private:
  // A commit of this case again (a fold of earlier ones), or one with the files given.
  Id add(const ordered_json& c) {
    if (c.contains("fold")) {
      std::vector<Id> heads;
      for (const auto& head : c.at("fold")) heads.push_back(commits_[head.get<std::size_t>()]);
      return World::fold(heads).commit;
    }
    object::Commit out;
    out.tree = tree(c.at("files").get<Files>());
    for (const auto& parent : c.at("parents"))
      out.parents.push_back(commits_[parent.get<std::size_t>()]);
    out.author = out.committer = {"A", "a@example.org", {c.at("time").get<std::int64_t>(), 60}};
    out.message = "m\n";
    return blocks.write(object::Kind::commit, *object::encode_commit(out));
  }

  std::vector<Id> commits_;
};

ordered_json compute(const std::string& kind, const ordered_json& in) {
  if (kind == "diff") return diff_case(in);
  if (kind == "simplify") return simplify_case(in);
  if (kind == "text") return text_case(in);
  if (kind == "markers") return Vectors().markers_case(in);
  REQUIRE(kind == "fold");
  return Vectors().fold_case(in);
}

}  // namespace

TEST_CASE("the frozen vectors come out as they stand") {
  auto file = ordered_json::parse(std::ifstream(kFile));
  CHECK(file.at("algorithm") == kAlgorithm);
  std::size_t count = 0;
  for (auto& [kind, cases] : file.at("cases").items()) {
    for (auto& vector : cases) {
      const auto out = compute(kind, vector.at("in"));
      if (std::getenv("HN_FREEZE") != nullptr) vector["out"] = out;
      INFO(vector.at("name").get<std::string>());
      CHECK(vector.at("out").dump() == out.dump());
      ++count;
    }
  }
  CHECK(count > 20);
  if (std::getenv("HN_FREEZE") != nullptr) std::ofstream(kFile) << file.dump(1) << "\n";
}
