#include "merge/json_merge.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "merge/json_text.hpp"
#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using nlohmann::json;

namespace {

// "conflict", "no json" or the text.
std::string merged(const std::vector<std::string>& terms) {
  Terms<Terms<std::optional<ByteView>>> nested;
  for (const auto& term : terms) {
    nested.emplace_back();
    nested.back().push_back(term == "-" ? std::nullopt : std::optional(as_bytes(term)));
  }
  const auto out = merge_json(nested);
  if (out.outcome == MemberMerge::Outcome::conflict) return "conflict";
  if (out.outcome == MemberMerge::Outcome::unreadable) return "no json";
  return to_string(out.text);
}

bool scans(std::string_view text) {
  return scan_json(text, 100).has_value();
}

std::string canonical(std::string_view text) {
  const auto out = scan_json(text, 100);
  REQUIRE(out.has_value());
  return out->canonical;
}

}  // namespace

TEST_CASE("members that one side changed, or all alike, are taken") {
  CHECK(merged({"{\"a\":1,\"b\":2}", "{\"a\":0,\"b\":0}", "{\"a\":0,\"b\":2}"}) ==
        "{\"a\":1,\"b\":2}");
  CHECK(merged({"{\"a\": 1, \"b\": 0}", "{\"a\": 0, \"b\": 0}", "{\"a\": 0, \"b\": 2}"}) ==
        "{\"a\": 1, \"b\": 2}");
  CHECK(merged({"{\"a\": 1}", "{\"a\": 0}", "{\"a\": 2}"}) == "conflict");
  CHECK(merged({"{\"a\": [1]}", "{\"a\": []}", "{\"a\": [ 1 ], \"b\":1}"}) ==
        "{\"a\": [1], \"b\":1}");
}

TEST_CASE("members that both sides add stand one after the other, in the layout of the first") {
  const std::string base = "{\n  \"a\": 1\n}\n";
  CHECK(merged({"{\n  \"a\": 1,\n  \"x\": 1\n}\n", base, "{\n  \"a\": 1,\n  \"y\": 2\n}\n"}) ==
        "{\n  \"a\": 1,\n  \"x\": 1,\n  \"y\": 2\n}\n");
  CHECK(merged({"{\n  \"x\": 1,\n  \"a\": 1\n}\n", base, "{\n  \"y\": 2,\n  \"a\": 1\n}\n"}) ==
        "{\n  \"x\": 1,\n  \"y\": 2,\n  \"a\": 1\n}\n");
  CHECK(merged({"{}\n", base, "{\n  \"a\": 1,\n  \"y\": 2\n}\n"}) == "{\n  \"y\": 2\n}\n");
  CHECK(merged({"{ }", "{ \"a\": 1 }", "{\"a\": 1}"}) == "{ }");
  CHECK(merged({"{\"x\": 1}", "-", "{ \"y\": 2 }\n"}) == "{\"x\": 1, \"y\": 2}");
}

TEST_CASE("objects are merged key by key, arrays and scalars are whole") {
  CHECK(merged({"{\"o\": {\"a\": 1, \"b\": 0}}", "{\"o\": {\"a\": 0, \"b\": 0}}",
                "{\"o\": {\"a\": 0, \"b\": 2}, \"p\": {}}"}) ==
        "{\"o\": {\"a\": 1, \"b\": 2}, \"p\": {}}");
  CHECK(merged({"{\"o\": {\"a\": 1}}", "{}", "{\"o\": {\"b\": 2}}"}) ==
        "{\"o\": {\"a\": 1,\"b\": 2}}");
  CHECK(merged({"{\"o\": [1, 0]}", "{\"o\": [0, 0]}", "{\"o\": [0, 2]}"}) == "conflict");
  CHECK(merged({"{\"o\": {\"a\": 1}}", "{\"o\": {\"a\": 0}}", "{}"}) == "conflict");
  CHECK(merged({"{\"o\": {\"a\": 1}}", "{\"o\": 0}", "{\"o\": {\"b\": 1}}"}) == "conflict");
}

TEST_CASE("lines of all sides are kept where they say what the members come to") {
  CHECK(merged({"{\n\"a\": 1,\n\n\"b\": 0,\n\"c\": 0\n}", "{\n\"a\": 0,\n\n\"b\": 0,\n\"c\": 0\n}",
                "{\n\"a\": 0,\n\n\"b\": 0,\n\t\"c\": 0\n}\n"}) ==
        "{\n\"a\": 1,\n\n\"b\": 0,\n\t\"c\": 0\n}\n");
}

TEST_CASE("a merge by lines that is no JSON, or says something else, is not taken") {
  // By lines the member would stand there twice, or a comma be missing.
  const std::string base = "{\n\"a\": 1,\n\"b\": 1,\n\"c\": 1\n}\n";
  const std::string first = "{\n\"k\": 1,\n\"a\": 1,\n\"b\": 1,\n\"c\": 1\n}\n";
  CHECK(merged({first, base, "{\n\"a\": 1,\n\"b\": 1,\n\"k\": 1,\n\"c\": 1\n}\n"}) == first);
  CHECK(merged({first, base, "{\n\"a\": 1,\n\"b\": 1,\n\"k\": 2,\n\"c\": 1\n}\n"}) == "conflict");
  CHECK(merged({"{\n\"b\": 1,\n\"c\": 1\n}\n", base, "{\n\"a\": 1,\n\"b\": 1\n}\n"}) ==
        "{\n\"b\": 1\n}\n");
}

TEST_CASE("only strict JSON objects are merged so") {
  for (const std::string bad : {"",
                                "[]",
                                "1",
                                "{",
                                "{\"a\":1,}",
                                "{\"a\" 1}",
                                "{a:1}",
                                "{\"a\":01}",
                                "{\"a\":1.}",
                                "{\"a\":+1}",
                                "{\"a\":.5}",
                                "{\"a\":1e}",
                                "{\"a\":tru}",
                                "{\"a\":\"\t\"}",
                                "{\"a\":\"\\x\"}",
                                "{\"a\":\"\\ud800\"}",
                                "{\"a\":\"\\udc00\"}",
                                "{\"a\":\"\\u12\"}",
                                "{\"a\":\"\xff\"}",
                                "{\"a\":1,\"a\":2}",
                                "{\"a\":1,\"\\u0061\":2}",
                                "\xef\xbb\xbf{}",
                                "{} x",
                                "{}{}",
                                "{\"a\":[1,]}",
                                "{\"a\":'1'}",
                                "{\"a\":NaN}",
                                "// c\n{}",
                                "{\"a\":{\"b\":1,\"b\":1}}"}) {
    INFO(bad);
    CHECK_FALSE(scans(bad));
    CHECK(merged({"{\"a\":1}", bad, "{\"b\":1}"}) == "no json");
  }
  for (const std::string good : {"{}", " \t\r\n{ } \n", "{\"a\":-0.5e+7,\"b\":[[],{}],\"\":null}",
                                 "{\"a\":\"\\ud83d\\ude00\"}"}) {
    CHECK(scans(good));
  }
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(scans(nested(kJsonDepthMax - 1)));
  CHECK_FALSE(scans(nested(kJsonDepthMax)));
}

TEST_CASE("values are equal if they say the same") {
  CHECK(canonical("{ \"\\u0061\" : \"\\/\\\"\\n\" }") == canonical("{\"a\":\"/\\\"\\u000a\"}"));
  CHECK(canonical("{\"a\":\"\\ud83d\\ude00\"}") == canonical("{\"a\":\"\xf0\x9f\x98\x80\"}"));
  CHECK(canonical("{\"a\":1}") != canonical("{\"a\":1.0}"));
  CHECK(canonical("{\"a\":[\"x\\\",\\\"y\"]}") != canonical("{\"a\":[\"x\",\"y\"]}"));
  CHECK(canonical("{\"a\":[1,2]}") != canonical("{\"a\":[12]}"));
}

TEST_CASE("a text with too many members is no JSON") {
  CHECK(scan_json("{\"a\":{\"b\":1}}", 2).has_value());
  CHECK_FALSE(scan_json("{\"a\":{\"b\":1}}", 1).has_value());
}

namespace {

json random_object(Random& random, int depth) {
  json out = json::object();
  const auto members = random.below(5);
  for (std::uint64_t i = 0; i < members; ++i) {
    const auto key =
        "k" + std::to_string(random.below(6)) + (random.below(4) == 0 ? "\"\n\xc3\xbc" : "");
    const auto what = random.below(5);
    if (what == 0 && depth > 0) {
      out[key] = random_object(random, depth - 1);
    } else if (what == 1) {
      out[key] = json::array({random.below(3), "x"});
    } else {
      out[key] = random.below(3);
    }
  }
  return out;
}

json edited(json object, Random& random, int depth) {
  const auto edits = random.below(3);
  for (std::uint64_t i = 0; i < edits; ++i) {
    const auto fresh = random_object(random, depth);
    for (const auto& [key, value] : fresh.items()) {
      if (random.below(3) == 0)
        object.erase(key);
      else if (object.contains(key) && object[key].is_object() && depth > 0)
        object[key] = edited(object[key], random, depth - 1);
      else
        object[key] = value;
    }
  }
  return object;
}

std::optional<json> oracle(const json& ours, const json& base, const json& theirs) {
  json out = json::object();
  std::set<std::string> keys;
  for (const auto* side : {&ours, &base, &theirs}) {
    for (const auto& [key, value] : side->items()) keys.insert(key);
  }
  const auto at = [](const json& object, const std::string& key) {
    return object.contains(key) ? object[key] : json(json::value_t::discarded);
  };
  const auto same = [](const json& a, const json& b) {
    return a.is_discarded() || b.is_discarded() ? a.is_discarded() == b.is_discarded() : a == b;
  };
  for (const auto& key : keys) {
    const json o = at(ours, key), b = at(base, key), t = at(theirs, key);
    json result;
    if (same(o, t) || same(b, t)) {
      result = o;
    } else if (same(o, b)) {
      result = t;
    } else if (o.is_object() && t.is_object() && (b.is_object() || b.is_discarded())) {
      const auto inner = oracle(o, b.is_object() ? b : json::object(), t);
      if (!inner) return std::nullopt;
      result = *inner;
    } else {
      return std::nullopt;
    }
    if (!result.is_discarded()) out[key] = result;
  }
  return out;
}

}  // namespace

TEST_CASE("merging random objects is merging their entries, whatever their layout") {
  MESSAGE("HN_SEED=" << test::seed());
  SeededRandom random(test::seed());
  std::size_t clean = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto base = random_object(random, 3);
    const auto ours = edited(base, random, 3), theirs = edited(base, random, 3);
    const auto laid_out = [&](const json& object) {
      return object.dump(static_cast<int>(random.below(4)) - 1, ' ', random.below(2) == 0) +
             (random.below(2) == 0 ? "\n" : "");
    };
    const auto a = laid_out(ours), b = laid_out(base), c = laid_out(theirs);
    INFO(a << "\n" << b << "\n" << c);
    const auto expected = oracle(ours, base, theirs);
    const auto got = merged({a, b, c});
    if (!expected) {
      CHECK(got == "conflict");
      continue;
    }
    REQUIRE(got != "conflict");
    CHECK(json::parse(got) == *expected);
    ++clean;
  }
  CHECK(clean > 500);
}
