#include "hn/worktree/pathspec.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "hn/base/error.hpp"
#include "hn/base/random.hpp"
#include "support/temp_folder.hpp"

using namespace hn;
using namespace hn::worktree;

namespace {

Pathspec spec(const std::vector<std::string>& words, std::string_view folder = "") {
  return Pathspec(words, folder, "/r");
}

std::optional<Code> code_of(const std::string& word) {
  try {
    spec({word}, "a");
  } catch (const Failure& failure) {
    return failure.code();
  }
  return std::nullopt;
}

const std::vector<std::string> kNames{"a",   "b",   "ab", "A",    "foo.c", "Foo.C",
                                      "x y", "[a]", "*",  "a\\b", "-"};
const std::vector<std::string> kPieces{
    "a", "b",  "ab", "A", "foo", ".c",  "*",   "**", "/",   "**/",  "?", "/*",   "[a", "[ab]",
    "]", "\\", "..", ".", "*.c", "x y", "/**", "f",  "\\*", "[!a]", "-", "../a", "b/"};
const std::vector<std::string> kMagic{
    "",       "",   "",   "",           ":(glob)",          ":(icase)",      ":(literal)",  ":/",
    ":(top)", ":!", ":^", ":(exclude)", ":(exclude,icase)", ":(glob,icase)", ":(top,glob)", ":/!",
    ":!:"};

template <class T>
const T& pick(SeededRandom& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

class GitFolder {
 public:
  explicit GitFolder(const std::set<std::string>& paths) {
    for (const std::string& path : paths) {
      const std::filesystem::path file = folder_.path(path);
      std::filesystem::create_directories(file.parent_path());
      std::ofstream(file) << path;
    }
    run("git init -q . && git add -A . 2>/dev/null");
  }

  std::string run(const std::string& command) const {
    const std::string whole =
        "bash -c " + quoted("cd " + quoted(folder_.path()) + " && " + command);
    std::string out;
    FILE* pipe = popen(whole.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    status_ = pclose(pipe);
    return out;
  }
  bool failed() const { return status_ != 0; }
  const std::string& path() const { return folder_.path(); }

 private:
  hn::test::TempFolder folder_;
  mutable int status_ = 0;
};

}  // namespace

TEST_CASE("a path means itself and what is below, from the folder one stands in") {
  CHECK(spec({"a"}).matches("a"));
  CHECK(spec({"a"}).matches("a/b/c"));
  CHECK_FALSE(spec({"a"}).matches("ab"));
  CHECK(spec({"b"}, "a").matches("a/b"));
  CHECK(spec({"../c"}, "a").matches("c"));
  CHECK(spec({"."}, "a").matches("a/x"));
  CHECK(spec({"."}).everything());
  CHECK(spec({":/"}, "a").everything());
  CHECK(spec({"/r/a"}, "b").matches("a/x"));
  CHECK_FALSE(spec({"a/"}).matches("a"));
  CHECK(spec({"a/"}).matches("a/b"));
}

TEST_CASE("globs and magic words") {
  CHECK(spec({"*.c"}).matches("x/y.c"));
  CHECK_FALSE(spec({":(glob)*.c"}).matches("x/y.c"));
  CHECK(spec({":(glob)**/*.c"}).matches("x/y.c"));
  CHECK(spec({":(icase)A/b"}).matches("a/B"));
  CHECK(spec({":(literal)*"}).matches("*"));
  CHECK_FALSE(spec({":(literal)*"}).matches("a"));
  CHECK(spec({":!a"}).matches("b"));
  CHECK_FALSE(spec({":!a"}).matches("a/b"));
  CHECK_FALSE(spec({"*.c", ":^x"}).matches("x/y.c"));
  CHECK(code_of(":(attr:x)a") == Code::invalid);
  CHECK(code_of(":(nonsense)a") == Code::invalid);
  CHECK(code_of(":(glob,literal)a") == Code::invalid);
  CHECK(code_of("../../b") == Code::invalid);
  CHECK(code_of("/elsewhere") == Code::invalid);
  CHECK(code_of("") == Code::invalid);
}

TEST_CASE("git ls-files lists the same paths") {
  if (std::system("git --version >/dev/null 2>&1") != 0) return;
  const char* given = std::getenv("HN_SEED");
  const std::uint64_t seed = given == nullptr ? 20261121 : std::strtoull(given, nullptr, 10);
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  for (int tree = 0; tree < 5; ++tree) {
    std::set<std::string> paths{"a/b/foo.c", "b/x"};
    for (int i = 0; i < 25; ++i) {
      std::string path = pick(random, kNames) + "." + std::to_string(random.below(3));
      if (random.below(2) == 0) path = pick(random, kNames) + "/" + path;
      if (random.below(3) == 0) path = "a/" + pick(random, kNames) + ".d/" + path;
      paths.insert(path);
    }
    const GitFolder git(paths);
    for (int round = 0; round < 60; ++round) {
      const std::string folder = random.below(3) == 0 ? "a/b" : "";
      std::vector<std::string> words;
      bool positive = false;
      for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
        std::string word = pick(random, kMagic);
        const bool excludes = word.find_first_of("!^") != word.npos || word.starts_with(":(ex");
        for (std::uint64_t k = 1 + random.below(3); k > 0; --k) word += pick(random, kPieces);
        // From the top git takes a path as it is spelt, and "./a" there names nothing.
        const bool top = word.starts_with(":/") || word.starts_with(":(top");
        const bool odd = word.find_first_of("./", 2) != word.npos || word.starts_with(":/!");
        if ((top && odd) || word.find("/..") != word.npos || word.starts_with(":!/") ||
            word.starts_with(":^/"))
          continue;
        words.push_back(word);
        positive |= !excludes;
      }
      // Where all exclude, ls-files means the folder it runs in and log means everything. And where
      // all begin alike ls-files 2.39 compares what excludes from behind that beginning.
      words.emplace_back(positive ? ":(top,literal)zz" : ":/");
      std::string command = "cd ./" + folder + " && git ls-files --full-name -z --";
      for (const std::string& word : words) command += " " + quoted(word);
      const std::string theirs =
          git.run(command + " 2>/dev/null | tr '\\0' '\\n'; exit ${PIPESTATUS[0]}");
      INFO(command);
      if (git.failed()) {
        CHECK_THROWS_AS(Pathspec(words, folder, git.path()), Failure);
        continue;
      }
      const Pathspec ours(words, folder, git.path());
      std::string listed;
      for (const std::string& path : paths) {
        if (ours.matches(path)) listed += path + '\n';
        for (std::size_t slash = path.find('/'); slash != path.npos;
             slash = path.find('/', slash + 1))
          CHECK((!ours.matches(path) || ours.may_match_below(path.substr(0, slash))));
      }
      CHECK(listed == theirs);
    }
  }
}

TEST_CASE("a pathspec's bounds are paths of which one differs where anything meant does") {
  const auto bounds = [](const std::vector<std::string>& words, std::string_view folder = "") {
    return Pathspec(words, folder, "/root").bounds();
  };
  using Paths = std::vector<std::string>;
  CHECK(bounds({"a", "b/c/"}) == Paths{"a", "b/c"});
  CHECK(bounds({"b"}, "in/here") == Paths{"in/here/b"});
  CHECK(bounds({"src/*.c", "src/lib/x?"}) == Paths{"src", "src/lib"});
  CHECK(bounds({"a", ":(exclude)a/b"}) == Paths{"a"});
  CHECK(bounds({"a", "*.c"}).empty());
  CHECK(bounds({"a", ":(icase)b"}).empty());
  CHECK(bounds({":(exclude)a"}).empty());
  CHECK(bounds({"."}).empty());
}
