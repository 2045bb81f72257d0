#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "hn/base/random.hpp"
#include "hn/base/text.hpp"
#include "hn/worktree/ignore.hpp"
#include "hn/worktree/name.hpp"
#include "unit/worktree/working_folder.hpp"

// Random patterns and paths, held against `git check-ignore`. Skipped where there is no git.
// HN_IGNORE_ROUNDS makes it longer.

using namespace hn;
using namespace hn::worktree;

namespace {

bool has_git() {
  return std::system("git --version > /dev/null 2>&1") == 0;
}

template <class T>
const T& pick(SeededRandom& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

const std::vector<std::string> kNames = {
    "a",    "b",     "ab", "abc", "foo", "bar", "foo.o", "x y", "#",        "!a",   "a\\", "a[",
    "[ab]", "foo.c", "B",  "a-b", "-",   "]",   "b ",    "*",   "\xc3\xa9", "a\tb", "\x0b"};
const std::vector<std::string> kPieces = {"a",           "b",
                                          "ab",          "foo",
                                          "bar",         "*",
                                          "**",          "/",
                                          "?",           "**/",
                                          "/**",         "[ab]",
                                          "[!a]",        "[^b]",
                                          "[a-c]",       "[]a]",
                                          "\\",          "\\*",
                                          ".o",          "*.o",
                                          " ",           "\\ ",
                                          "!",           "#",
                                          "[",           "]",
                                          "-",           "x",
                                          "[[:alpha:]]", "\t",
                                          "[[:space:]]", "[[:punct:]-]",
                                          "[a",          "[[:bad:]]",
                                          "[\\]]",       "***",
                                          "[a-]",        "[--b]",
                                          "\xc3",        "[[:]",
                                          "[!]]",        "*/",
                                          "/*",          "foo/",
                                          "\\/",         "\r",
                                          "[a\\-c]",     "[[:alnum:]a-b]",
                                          "[c-a]",       "[[:upper:][:digit:]]",
                                          "[[:graph:]]", "[[:cntrl:]]",
                                          "[[:blank:]x]"};

std::string random_pattern(SeededRandom& random) {
  std::string out;
  if (random.below(5) == 0) out += '!';
  if (random.below(5) == 0) out += '/';
  std::uint64_t pieces = random.below(5);
  for (std::uint64_t i = 0; i <= pieces; ++i) out += pick(random, kPieces);
  if (random.below(5) == 0) out += '/';
  if (random.below(9) == 0) out += ' ';
  if (random.below(9) == 0) out += '\r';
  return out;
}

std::string random_patterns(SeededRandom& random, std::uint64_t most) {
  std::string out;
  for (std::uint64_t n = random.below(most + 1); n > 0; --n) out += random_pattern(random) + "\n";
  if (!out.empty() && random.below(4) == 0) out.pop_back();
  return out;
}

// Folders and files that are there while the patterns change.
struct Tree {
  std::vector<std::string> folders = {""};
  std::vector<std::string> files;
};

Tree random_tree(SeededRandom& random, const testing::WorkingFolder& root) {
  Tree out;
  std::set<std::string> taken;
  for (int i = 0; i < 12; ++i) {
    std::string path = join(pick(random, out.folders), pick(random, kNames));
    if (depth_of(path) > 3 || !taken.insert(path).second) continue;
    root.folder(path);
    out.folders.push_back(path);
  }
  for (int i = 0; i < 60; ++i) {
    std::string path = join(pick(random, out.folders), pick(random, kNames));
    if (!taken.insert(path).second) continue;
    root.write(path, "");
    out.files.push_back(path);
  }
  return out;
}

std::map<std::string, bool> ask_git(const testing::WorkingFolder& root, const Tree& tree) {
  std::string paths;
  for (const std::string& p : tree.files) paths += "./" + p + '\0';
  for (const std::string& p : tree.folders)
    if (!p.empty()) paths += "./" + p + '\0';
  root.write(".git/asked", paths);
  std::string command = "cd '" + root.path() +
                        "' && git check-ignore --no-index -v -n -z --stdin < .git/asked "
                        "> .git/answered 2> .git/errors";
  int status = std::system(command.c_str());
  INFO(root.read(".git/errors"));
  REQUIRE((status == 0 || status == 256));
  std::string answer = root.read(".git/answered");
  std::map<std::string, bool> out;
  std::vector<std::string> fields;
  for (std::size_t at = 0; at < answer.size();) {
    std::size_t end = answer.find('\0', at);
    fields.push_back(answer.substr(at, end - at));
    at = end + 1;
  }
  for (std::size_t i = 0; i + 3 < fields.size(); i += 4)
    out[fields[i + 3].substr(2)] = !fields[i].empty() && fields[i + 2][0] != '!';
  return out;
}

struct Files {
  std::string git;
  std::string hn;
};

bool ask_hn(const std::map<std::string, Files>& files, const std::string& outer,
            const std::string& path, bool folder) {
  Ignore rules({Patterns::parse(as_bytes(outer))});
  std::string at;
  for (std::size_t begin = 0;;) {
    auto own = files.find(at);
    std::vector<Patterns> patterns;
    if (own != files.end())
      patterns = {Patterns::parse(as_bytes(own->second.git)),
                  Patterns::parse(as_bytes(own->second.hn))};
    rules = rules.enter(at, std::move(patterns));
    std::size_t slash = path.find('/', begin);
    if (slash == std::string::npos) break;
    at = path.substr(0, slash);
    begin = slash + 1;
  }
  return rules.ignores(path, folder);
}

void compare(SeededRandom& random, const testing::WorkingFolder& root, const Tree& tree) {
  std::string outer = random_patterns(random, 2);
  root.write(".git/info/exclude", outer);
  std::map<std::string, Files> files;
  for (const std::string& folder : tree.folders) {
    Files f;
    f.git = random_patterns(random, folder.empty() ? 5 : 2);
    if (random.below(3) == 0) {
      if (!f.git.empty() && f.git.back() != '\n') f.git += '\n';
      f.hn = random_patterns(random, 2);
    }
    root.write(join(folder, ".gitignore"), f.git + f.hn);
    files[folder] = f;
  }
  std::string state = "exclude: " + escape_controls(outer) + "\n";
  for (auto& [folder, f] : files)
    state += escape_controls(folder) + ": " + escape_controls(f.git) + " | " +
             escape_controls(f.hn) + "\n";
  INFO(state);
  std::map<std::string, bool> expected = ask_git(root, tree);
  CHECK(expected.size() == tree.files.size() + tree.folders.size() - 1);
  for (const auto& row : expected) {
    bool folder =
        std::find(tree.folders.begin(), tree.folders.end(), row.first) != tree.folders.end();
    INFO("path: " << escape_controls(row.first));
    CHECK(ask_hn(files, outer, row.first, folder) == row.second);
  }
}

}  // namespace

TEST_CASE("random ignore files mean what git takes them to mean") {
  if (!has_git()) {
    MESSAGE("no git here: not compared");
    return;
  }
  std::uint64_t seed = testing::seed_from_env(20);
  MESSAGE("HN_SEED=" << seed);
  const char* rounds = std::getenv("HN_IGNORE_ROUNDS");
  SeededRandom random(seed);
  testing::WorkingFolder root;
  REQUIRE(std::system(("git init -q '" + root.path() + "'").c_str()) == 0);
  for (int left = rounds == nullptr ? 60 : std::atoi(rounds); left > 0; left -= 30) {
    testing::WorkingFolder inner;
    std::filesystem::rename(root.path(".git"), inner.path(".git"));
    Tree tree = random_tree(random, inner);
    for (int i = 0; i < std::min(left, 30); ++i) compare(random, inner, tree);
    std::filesystem::rename(inner.path(".git"), root.path(".git"));
  }
}
