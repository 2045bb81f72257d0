#include "hn/repo/revision_text.hpp"

#include <doctest/doctest.h>

using namespace hn::repo;
using Kind = RevisionStep::Kind;

namespace {

std::string name_of(std::string_view text) {
  const auto revision = parse_revision(text);
  return revision ? revision->name : "<none>";
}

std::vector<std::pair<Kind, std::uint64_t>> steps_of(std::string_view text) {
  std::vector<std::pair<Kind, std::uint64_t>> out;
  const auto revision = parse_revision(text);
  REQUIRE(revision);
  for (const RevisionStep& step : revision->steps) out.emplace_back(step.kind, step.number);
  return out;
}

}  // namespace

TEST_CASE("a revision is a name and steps, read from left to right") {
  CHECK(name_of("main") == "main");
  CHECK(name_of("fix@anna~2") == "fix@anna");
  CHECK(name_of("@~") == "@");
  CHECK(steps_of("main~2^2") ==
        std::vector<std::pair<Kind, std::uint64_t>>{{Kind::ancestor, 2}, {Kind::parent, 2}});
  CHECK(steps_of("v1^0") == std::vector<std::pair<Kind, std::uint64_t>>{{Kind::parent, 0}});
  CHECK(steps_of("x^^~") == std::vector<std::pair<Kind, std::uint64_t>>{
                                {Kind::parent, 1}, {Kind::parent, 1}, {Kind::ancestor, 1}});
  CHECK(steps_of("x~99999999999999999999").front().second == UINT64_MAX);
}

TEST_CASE("braces say what is meant") {
  CHECK(steps_of("v1^{commit}^{tree}^{tag}^{}^{object}") ==
        std::vector<std::pair<Kind, std::uint64_t>>{{Kind::commit, 0},
                                                    {Kind::tree, 0},
                                                    {Kind::tag, 0},
                                                    {Kind::peeled, 0},
                                                    {Kind::object, 0}});
  const auto found = parse_revision("main^{/fix: a..b}~");
  REQUIRE(found);
  CHECK(found->steps[0].kind == Kind::message);
  CHECK(found->steps[0].text == "fix: a..b");
  CHECK(found->steps[1].kind == Kind::ancestor);
  for (const char* bad : {"x^{blob}", "x^{commit", "x^{", "x@{", "x@{}", "", "^x", "~2", "x~a",
                          "x^y", "x@{-1}", "@{-0}", "@{-}", "@{-x}", "x^{}y"})
    CHECK_MESSAGE(!parse_revision(bad), bad);
}

TEST_CASE("a name in time") {
  CHECK(parse_revision("main@{3}")->moves_ago == 3);
  CHECK(parse_revision("@{0}")->name.empty());
  CHECK(parse_revision("@{yesterday}~2")->date == "yesterday");
  CHECK(parse_revision("main@{2026-11-20 12:30}")->date == "2026-11-20 12:30");
  CHECK(parse_revision("main@{1700000000}")->date == "1700000000");
  const auto before = parse_revision("@{-2}^");
  CHECK(before->base == RevisionText::Base::last_switch);
  CHECK(before->number == 2);
}

TEST_CASE("behind a colon stands a path, whatever is in it") {
  CHECK(parse_revision("HEAD:a^b~2:c")->path == "a^b~2:c");
  CHECK(parse_revision("HEAD:")->path == "");
  CHECK(parse_revision("v1^{tree}:a/b")->path == "a/b");
  CHECK(name_of(":a") == "HEAD");
  CHECK(parse_revision(":a")->path == "a");
  const auto message = parse_revision(":/a:b^{c");
  CHECK(message->base == RevisionText::Base::message);
  CHECK(message->text == "a:b^{c");
}

TEST_CASE("ranges") {
  using Range = RangeText::Kind;
  const auto is = [](std::string_view text, Range kind, const std::string& left,
                     const std::string& right) {
    const RangeText range = parse_range(text);
    INFO(text);
    CHECK(range.kind == kind);
    CHECK(range.left == left);
    CHECK(range.right == right);
  };
  is("a", Range::one, "a", "");
  is("^a~2", Range::without, "a~2", "");
  is("a..b", Range::between, "a", "b");
  is("a..", Range::between, "a", "");
  is("..b", Range::between, "", "b");
  is("a...b", Range::symmetric, "a", "b");
  is("x^{/a..b}", Range::one, "x^{/a..b}", "");
  is("x^{/a..b}..y", Range::between, "x^{/a..b}", "y");
  is("HEAD:a..b", Range::one, "HEAD:a..b", "");
  is(":/a..b", Range::one, ":/a..b", "");
  is("a^@", Range::parents, "a", "");
  is("a^!", Range::alone, "a", "");
  is("a^-", Range::since, "a", "");
  is("a^-2", Range::since, "a", "");
  CHECK(parse_range("a^-2").number == 2);
  is("a^2", Range::one, "a^2", "");
}
