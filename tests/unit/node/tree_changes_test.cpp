#include "hn/node/tree_changes.hpp"

#include <doctest/doctest.h>

using namespace hn;
using worktree::WatchAnswer;
using Paths = std::vector<std::string>;

namespace {

WatchAnswer example(std::optional<std::vector<std::string>> changed) {
  WatchAnswer out;
  out.now.instance.fill(7);
  out.now.count = 300;
  out.changed = std::move(changed);
  return out;
}

bool is_answer(Paths paths) {
  return node::decode_answer(node::encode_answer(example(std::move(paths)))).has_value();
}

}  // namespace

TEST_SUITE("tree changes") {
  TEST_CASE("questions are read as they were written") {
    node::TreeQuestion question{"/home/a b", 64769, 2, 4026531840, std::nullopt};
    CHECK(node::decode_question(*node::encode_question(question)) == question);
    question.token = example(std::nullopt).now;
    CHECK(node::decode_question(*node::encode_question(question)) == question);
    question.root = "/a\nb";
    CHECK(!node::encode_question(question));
  }

  TEST_CASE("what is no question") {
    for (const char* line :
         {"", "changes ", "changes 1 2 3 - 0 ", "changes 1 2 3 - 0 r", "changes 1 2 3 - /r",
          "changes 1 2 -3 - 0 /r", "changes 1 2 3 0a0a 0 /r", "changes 1 2 3x - 0 /r",
          "changes 1 2 99999999999999999999 - 0 /r", "status"}) {
      CAPTURE(line);
      CHECK(!node::decode_question(line));
    }
  }

  TEST_CASE("answers are read as they were written") {
    for (const auto& answer :
         {example(std::nullopt), example(Paths{}), example(Paths{" c", "a", "a/b\n", "a-b"})})
      CHECK(node::decode_answer(node::encode_answer(answer)) == answer);
    CHECK(!node::decode_answer(node::encode_answer(std::nullopt)));
  }

  TEST_CASE("paths that lead elsewhere, twice or out of order are no answer") {
    CHECK(is_answer({"a", "b"}));
    for (const char* path : {"", "/a", "a/", "../a", "a/../b", "a/./b", "a//b", ".."})
      CHECK(!is_answer({path}));
    CHECK(!is_answer({std::string("a\0b", 3)}));
    for (const Paths& paths : {Paths{"b", "a"}, Paths{"a", "a"}, Paths{"a-b", "a/b"}})
      CHECK(!is_answer(paths));
  }

  TEST_CASE("an answer that was cut short is none, wherever it was") {
    const std::string whole = node::encode_answer(example(Paths{"a", "b/c"}));
    for (std::size_t i = 0; i < whole.size(); ++i) CHECK(!node::decode_answer(whole.substr(0, i)));
    CHECK(!node::decode_answer(whole + "x"));
  }
}
