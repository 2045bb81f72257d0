// Every oddity by name: imported, it keeps git's id, through its fields or through a raw block.
#include <doctest/doctest.h>

#include "hn/git/verify.hpp"
#include "support/git_export.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::GitRepo;
using hn::testing::kAnna;
using hn::testing::MemoryBlocks;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

enum class Kept { fields, raw };

// Makes one odd object and answers its id.
struct Odd {
  const char* name;
  Kept kept;
  std::function<std::string(GitRepo&)> make;
};

std::string small_tree(GitRepo& repo) {
  return repo.tree({{"100644", "a", repo.blob("a\n")}});
}
std::string with_author(GitRepo& repo, std::string_view author) {
  return repo.commit(GitRepo::links(small_tree(repo)) + GitRepo::people(author) + "\nm\n");
}
std::string with_headers(GitRepo& repo, std::string_view headers) {
  return repo.commit(GitRepo::links(small_tree(repo)) + GitRepo::people() + std::string(headers) +
                     "\nm\n");
}
std::string with_message(GitRepo& repo, std::string_view message) {
  return repo.plain(small_tree(repo), {}, message);
}
std::string in_commit(GitRepo& repo, const std::vector<GitRepo::Line>& lines) {
  return repo.plain(repo.tree(lines));
}
std::string tag_of(
    GitRepo& repo, const std::string& id, std::string_view type,
    std::string_view rest = "tag v1\ntagger Anna <anna@example.org> 1 +0000\n\nm\n") {
  return repo.tag("object " + id + "\ntype " + std::string(type) + "\n" + std::string(rest));
}

const std::string kLink(40, '7');  // a submodule's commit, which nobody has

std::vector<Odd> odd_commits() {
  return {
      {"plain", Kept::fields, [](GitRepo& r) { return with_message(r, "m\n"); }},
      {"gpgsig", Kept::fields,
       [](GitRepo& r) {
         return with_headers(
             r,
             "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEz\n =x\n -----END PGP SIGNATURE-----\n");
       }},
      {"gpgsig with a last empty line", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "gpgsig -----BEGIN\n x\n \n"); }},
      {"mergetag before gpgsig", Kept::fields,
       [](GitRepo& r) {
         return with_headers(r,
                             "mergetag object 1\n type commit\n tag v1\n \n text\ngpgsig a\n b\n");
       }},
      {"encoding latin-1", Kept::fields,
       [](GitRepo& r) {
         return r.commit(GitRepo::links(small_tree(r)) +
                         GitRepo::people("J\xf6rg <j@example.org> 1 +0000") +
                         "encoding ISO-8859-1\n\nGr\xfc\xdf"
                         "e\n");
       }},
      {"unknown headers, one twice", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "HG:rename a:b\nHG:rename c:d\nchange-id zz\n"); }},
      {"header with an empty value", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "note \n"); }},
      {"header without a value", Kept::raw, [](GitRepo& r) { return with_headers(r, "note\n"); }},
      {"second author", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "author Bob <b> 1 +0000\n"); }},
      {"encoding before author", Kept::raw,
       [](GitRepo& r) {
         return r.commit(GitRepo::links(small_tree(r)) + "encoding x\n" + GitRepo::people() +
                         "\nm");
       }},
      {"committer before author", Kept::raw,
       [](GitRepo& r) {
         return r.commit(GitRepo::links(small_tree(r)) +
                         "committer A <a> 1 +0000\nauthor B <b> 1 +0000\n\nm");
       }},
      {"no author", Kept::raw,
       [](GitRepo& r) {
         return r.commit(GitRepo::links(small_tree(r)) + "committer A <a> 1 +0000\n\nm");
       }},
      {"nothing but a tree", Kept::raw,
       [](GitRepo& r) { return r.commit(GitRepo::links(small_tree(r))); }},
      {"id in capitals", Kept::raw,
       [](GitRepo& r) {
         std::string tree = small_tree(r);
         for (char& c : tree)
           if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
         return r.commit(GitRepo::links(tree) + GitRepo::people() + "\nm");
       }},
      {"zone +0545", Kept::fields, [](GitRepo& r) { return with_author(r, "A <a> 1 +0545"); }},
      {"zone -0330", Kept::fields, [](GitRepo& r) { return with_author(r, "A <a> 1 -0330"); }},
      {"zone -0000", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1 -0000"); }},
      {"zone +051800", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1 +051800"); }},
      {"zone +0099", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1 +0099"); }},
      {"zone +5130", Kept::fields, [](GitRepo& r) { return with_author(r, "A <a> 1 +5130"); }},
      {"zone -9959", Kept::fields, [](GitRepo& r) { return with_author(r, "A <a> 1 -9959"); }},
      {"zone +99999", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1 +99999"); }},
      {"zone UTC", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1 UTC"); }},
      {"time with a fraction", Kept::raw,
       [](GitRepo& r) { return with_author(r, "A <a> 1.5 +0000"); }},
      {"time -0", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> -0 +0000"); }},
      {"tab before the time", Kept::raw,
       [](GitRepo& r) { return with_author(r, "A <a>\t1 +0000"); }},
      {"space at the end", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1 +0000 "); }},
      {"zone missing", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a> 1"); }},
      {"before 1970", Kept::fields,
       [](GitRepo& r) { return with_author(r, "A <a> -86400 +0100"); }},
      {"after 2100", Kept::fields,
       [](GitRepo& r) { return with_author(r, "A <a> 5000000000 +0000"); }},
      {"later than 64 bits", Kept::raw,
       [](GitRepo& r) { return with_author(r, "A <a> 99999999999999999999 +0000"); }},
      {"time with leading zeros", Kept::raw,
       [](GitRepo& r) { return with_author(r, "A <a> 007 +0000"); }},
      {"time missing", Kept::raw, [](GitRepo& r) { return with_author(r, "A <a>"); }},
      {"empty name", Kept::fields, [](GitRepo& r) { return with_author(r, " <a> 1 +0000"); }},
      {"empty name without its space", Kept::raw,
       [](GitRepo& r) { return with_author(r, "<a> 1 +0000"); }},
      {"empty e-mail", Kept::fields, [](GitRepo& r) { return with_author(r, "A <> 1 +0000"); }},
      {"two spaces after the name", Kept::fields,
       [](GitRepo& r) { return with_author(r, "A  <a> 1 +0000"); }},
      {"e-mail within e-mail", Kept::raw,
       [](GitRepo& r) { return with_author(r, "A <<a>@b> 1 +0000"); }},
      {"no e-mail", Kept::raw, [](GitRepo& r) { return with_author(r, "A 1 +0000"); }},
      {"two people in one author", Kept::raw,
       [](GitRepo& r) { return with_author(r, "A <a>, B <b> 1 +0000"); }},
      {"NUL in the name", Kept::raw,
       [](GitRepo& r) { return with_author(r, std::string_view("A\0B <a> 1 +0000", 15)); }},
      {"NUL in a header", Kept::fields,
       [](GitRepo& r) { return with_headers(r, std::string_view("note a\0b\n", 9)); }},
      {"NUL in a header's key", Kept::raw,
       [](GitRepo& r) { return with_headers(r, std::string_view("no\0te a\n", 8)); }},
      {"NUL in the message", Kept::fields,
       [](GitRepo& r) { return with_message(r, std::string_view("a\0b\n", 4)); }},
      {"no final newline", Kept::fields, [](GitRepo& r) { return with_message(r, "m"); }},
      {"empty message", Kept::fields, [](GitRepo& r) { return with_message(r, ""); }},
      {"message of newlines", Kept::fields, [](GitRepo& r) { return with_message(r, "\n\n\n"); }},
      {"no empty line before the end", Kept::raw,
       [](GitRepo& r) { return r.commit(GitRepo::links(small_tree(r)) + GitRepo::people()); }},
      {"carriage returns in headers", Kept::raw,
       [](GitRepo& r) {
         return r.commit(GitRepo::links(small_tree(r)) +
                         "author A <a> 1 +0000\r\ncommitter A <a> 1 +0000\r\n\r\nm\r\n");
       }},
      {"carriage returns in an unknown header", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "note a\r\n b\r\n"); }},
      {"header of 200 KB", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "note " + std::string(200'000, 'x') + "\n"); }},
      {"header of 10,000 lines", Kept::fields,
       [](GitRepo& r) {
         std::string note = "note x\n";
         for (int i = 0; i < 10'000; ++i) note += " line\n";
         return with_headers(r, note);
       }},
      {"header whose lines are empty", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "note \n \n \n"); }},
      {"header that begins with a space", Kept::raw,
       [](GitRepo& r) {
         return r.commit(GitRepo::links(small_tree(r)) + " lost\n" + GitRepo::people() + "\nm");
       }},
      {"headers that are not UTF-8", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "no\xffte \xfe\n"); }},
      {"two trees", Kept::raw,
       [](GitRepo& r) {
         const std::string tree = small_tree(r);
         return r.commit("tree " + tree + "\ntree " + tree + "\n" + GitRepo::people() + "\nm");
       }},
      {"SHA-256 signature", Kept::fields,
       [](GitRepo& r) { return with_headers(r, "gpgsig-sha256 -----BEGIN\n x\n -----END\n"); }},
      {"carriage returns", Kept::fields, [](GitRepo& r) { return with_message(r, "a\r\nb\r\n"); }},
      {"message of 200 KB", Kept::fields,
       [](GitRepo& r) { return with_message(r, std::string(200'000, 'x')); }},
      {"empty tree", Kept::fields, [](GitRepo& r) { return r.plain(r.tree({})); }},
      {"octopus", Kept::fields,
       [](GitRepo& r) {
         const std::string tree = small_tree(r);
         return r.plain(tree, {r.plain(tree, {}, "1"), r.plain(tree, {}, "2"),
                               r.plain(tree, {}, "3"), r.plain(tree, {}, "4")});
       }},
      {"the same parent twice", Kept::raw,
       [](GitRepo& r) {
         const std::string tree = small_tree(r);
         const std::string parent = r.plain(tree, {}, "1");
         return r.plain(tree, {parent, parent}, "2");
       }},
      {"parent after author", Kept::raw,
       [](GitRepo& r) {
         const std::string tree = small_tree(r);
         const std::string parent = r.plain(tree, {}, "1");
         return r.commit(GitRepo::links(tree) + "author " + std::string(kAnna) + "\nparent " +
                         parent + "\ncommitter " + std::string(kAnna) + "\n\nm");
       }},
      {"criss-cross", Kept::fields,
       [](GitRepo& r) {
         const std::string tree = small_tree(r);
         const std::string root = r.plain(tree, {}, "root");
         const std::string a = r.plain(tree, {root}, "a");
         const std::string b = r.plain(tree, {root}, "b");
         return r.plain(tree, {r.plain(tree, {a, b}, "ab"), r.plain(tree, {b, a}, "ba")});
       }},
  };
}

std::vector<Odd> odd_trees() {
  return {
      {"executable and symlink", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100755", "run", r.blob("#!")}, {"120000", "to", r.blob("../x")}});
       }},
      {"gitlink", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"160000", "sub", kLink}});
       }},
      {"empty folder", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"40000", "d", r.tree({})}});
       }},
      {"folder sorts behind its dotted sisters", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "a-b", r.blob("1")},
                              {"100644", "a.b", r.blob("2")},
                              {"40000", "a", r.tree({})},
                              {"100644", "a0", r.blob("3")}});
       }},
      {"submodule sorts as a file", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"160000", "a", kLink}, {"100644", "a.b", r.blob("2")}});
       }},
      {"names that are not UTF-8", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "\x80\xff", r.blob("1")}});
       }},
      {"names with newlines and escapes", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "a\n\x1b[31m", r.blob("1")}});
       }},
      {"a file called .git", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", ".git", r.blob("1")}});
       }},
      {"names that differ in case", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "A", r.blob("1")}, {"100644", "a", r.blob("2")}});
       }},
      {"one blob under two modes", Kept::fields,
       [](GitRepo& r) {
         const std::string id = r.blob("same");
         return in_commit(r, {{"100644", "a", id}, {"100755", "b", id}, {"120000", "c", id}});
       }},
      {"mode 100664", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100664", "a", r.blob("1")}});
       }},
      {"mode 100600", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100600", "a", r.blob("1")}});
       }},
      {"mode 040000 with a zero in front", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"040000", "d", small_tree(r)}});
       }},
      {"mode 100664 beside 040000", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100664", "a", r.blob("1")}, {"040000", "d", r.tree({})}});
       }},
      {"mode with many zeros in front", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"0000000000100644", "a", r.blob("1")}});
       }},
      {"mode of a device", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"20644", "a", r.blob("1")}});
       }},
      {"gitlink of zeros", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"160000", "sub", std::string(40, '0')}});
       }},
      {"the same folder twice", Kept::raw,
       [](GitRepo& r) {
         const std::string id = small_tree(r);
         return in_commit(r, {{"40000", "a", id}, {"40000", "a", id}});
       }},
      {"a name of one byte of every kind", Kept::fields,
       [](GitRepo& r) {
         std::vector<GitRepo::Line> lines;
         for (int c = 1; c < 256; ++c)
           if (c != '/' && c != '.')
             lines.push_back({"100644", std::string(1, static_cast<char>(c)), r.blob("1")});
         return in_commit(r, lines);
       }},
      {"mode 0", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"0", "a", r.blob("1")}});
       }},
      {"unsorted", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "b", r.blob("1")}, {"100644", "a", r.blob("2")}});
       }},
      {"folder sorted as a file", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"40000", "a", small_tree(r)}, {"100644", "a.b", r.blob("2")}});
       }},
      {"the same entry twice", Kept::raw,
       [](GitRepo& r) {
         const std::string id = r.blob("1");
         return in_commit(r, {{"100644", "a", id}, {"100644", "a", id}});
       }},
      {"file and folder of one name", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "a", r.blob("1")}, {"40000", "a", small_tree(r)}});
       }},
      {"names hn refuses", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "", r.blob("0")},
                              {"100644", ".", r.blob("1")},
                              {"40000", "..", small_tree(r)},
                              {"100644", "a/b", r.blob("3")}});
       }},
      {"a name of 100 KB", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", std::string(100'000, 'n'), r.blob("1")}});
       }},
      {"a stand-in's name taken", Kept::raw,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "%2E", r.blob("1")}, {"100644", ".", r.blob("2")}});
       }},
      {"a folder of 5,000", Kept::fields,
       [](GitRepo& r) {
         std::vector<GitRepo::Line> lines;
         for (int i = 10'000; i < 15'000; ++i)
           lines.push_back({"100644", "f" + std::to_string(i), r.blob(std::to_string(i % 50))});
         return in_commit(r, lines);
       }},
      {"a file of 3 MB", Kept::fields,
       [](GitRepo& r) {
         std::string bytes;
         for (int i = 0; i < 400'000; ++i) bytes += std::to_string(i) + "\n";
         return in_commit(r, {{"100644", "big", r.blob(bytes)}});
       }},
      {"an empty file", Kept::fields,
       [](GitRepo& r) {
         return in_commit(r, {{"100644", "a", r.blob("")}});
       }},
  };
}

std::vector<Odd> odd_tags() {
  return {
      {"tag of a commit", Kept::fields,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "commit"); }},
      {"tag of a tree", Kept::fields, [](GitRepo& r) { return tag_of(r, small_tree(r), "tree"); }},
      {"tag of a blob", Kept::fields, [](GitRepo& r) { return tag_of(r, r.blob("b"), "blob"); }},
      {"tag of a large blob", Kept::fields,
       [](GitRepo& r) { return tag_of(r, r.blob(std::string(1 << 20, 'b')), "blob"); }},
      {"tag of the empty blob", Kept::fields,
       [](GitRepo& r) { return tag_of(r, r.blob(""), "blob"); }},
      {"tag of the empty tree", Kept::fields,
       [](GitRepo& r) { return tag_of(r, r.tree({}), "tree"); }},
      {"tag with NUL in the message", Kept::fields,
       [](GitRepo& r) {
         return tag_of(r, with_message(r, "m"), "commit", std::string_view("tag v\n\na\0b", 10));
       }},
      {"tag with NUL in the name", Kept::raw,
       [](GitRepo& r) {
         return tag_of(r, with_message(r, "m"), "commit", std::string_view("tag v\0w\n\nm", 10));
       }},
      {"tag with carriage returns", Kept::raw,
       [](GitRepo& r) {
         return tag_of(r, with_message(r, "m"), "commit",
                       "tag v1\r\ntagger A <a> 1 +0000\r\n\r\nm\r\n");
       }},
      {"the empty blob", Kept::fields, [](GitRepo& r) { return r.blob(""); }},
      {"the empty tree", Kept::fields, [](GitRepo& r) { return r.tree({}); }},
      {"tag of a tag", Kept::fields,
       [](GitRepo& r) { return tag_of(r, tag_of(r, with_message(r, "m"), "commit"), "tag"); }},
      {"tag without tagger", Kept::fields,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "commit", "tag v0.99\n\nold\n"); }},
      {"signed tag", Kept::fields,
       [](GitRepo& r) {
         return tag_of(r, with_message(r, "m"), "commit",
                       "tag v1\ntagger A <a> 1 +0000\n\nm\n-----BEGIN PGP SIGNATURE-----\n\nx\n");
       }},
      {"tag with a header", Kept::fields,
       [](GitRepo& r) {
         return tag_of(r, with_message(r, "m"), "commit",
                       "tag v1\ntagger A <a> 1 +0000\ngpgsig-sha256 x\n y\n\nm\n");
       }},
      {"tag with tagger -0000", Kept::raw,
       [](GitRepo& r) {
         return tag_of(r, with_message(r, "m"), "commit", "tag v1\ntagger A <a> 1 -0000\n\nm");
       }},
      {"tag without empty line", Kept::raw,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "commit", "tag v1\n"); }},
      {"tag without name", Kept::raw,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "commit", "\nm"); }},
      {"tag with an empty name", Kept::raw,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "commit", "tag \n\nm"); }},
      {"tag that errs about its type", Kept::raw,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "tree"); }},
      {"a tag's name is not its reference's", Kept::fields,
       [](GitRepo& r) { return tag_of(r, with_message(r, "m"), "commit", "tag other\n\nm"); }},
  };
}

// Out of hn again it is there under its id with the bytes that belong to it: libgit2 checks those
// when the second import reads them.
void check_goes_out(const MemoryBlocks& blocks, const git::Imported& imported) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "out";
  testing::Exporting(blocks, path).of(imported).run();
  MemoryBlocks again;
  Silent silent;
  const auto out = git::import_git({path, false, {}, nullptr}, again, silent);
  CHECK(out.refs == imported.refs);
  CHECK(again.all().size() == blocks.all().size());
}

void check_all(const std::vector<Odd>& odds) {
  for (const Odd& odd : odds) {
    CAPTURE(odd.name);
    GitRepo repo;
    const std::string id = odd.make(repo);
    repo.ref("refs/tags/odd", id);
    MemoryBlocks blocks;
    Silent silent;
    const auto out = git::import_git({repo.path(), false, {}, nullptr}, blocks, silent);
    REQUIRE(out.refs.size() == 1);
    CHECK(git::to_hex(out.refs[0].git) == id);
    const auto raws = out.counts.raw_commits + out.counts.raw_tags + out.counts.raw_trees;
    CHECK(raws == (odd.kept == Kept::raw ? 1U : 0U));
    const auto verified = git::verify_import(blocks, out.refs);
    if (!verified) MESSAGE(verified.error().rule);
    CHECK(verified.has_value());
    check_goes_out(blocks, out);
  }
}

}  // namespace

TEST_CASE("odd commits keep git's id") {
  check_all(odd_commits());
}
TEST_CASE("odd trees keep git's id") {
  check_all(odd_trees());
}
TEST_CASE("odd tags keep git's id") {
  check_all(odd_tags());
}

TEST_CASE("what the fields say of a commit is what git says") {
  GitRepo repo;
  const std::string tree = small_tree(repo);
  const std::string parent = repo.plain(tree, {}, "first");
  repo.ref("refs/heads/main",
           repo.commit(GitRepo::links(tree, {parent}) +
                       "author J\xf6rg  <j@x> -5 -0330\ncommitter B <b> 7 +0545\n"
                       "encoding latin1\ngpgsig a\n \n b\n\nsubject\n\nbody"));
  MemoryBlocks blocks;
  Silent silent;
  const auto out = git::import_git({repo.path(), false, {}, nullptr}, blocks, silent);
  const auto commit = object::read_commit(blocks, out.refs.at(0).id);
  REQUIRE(commit);
  CHECK(commit->author == object::Person{"J\xf6rg ", "j@x", {-5, -210}});
  CHECK(commit->committer == object::Person{"B", "b", {7, 345}});
  CHECK(commit->headers ==
        std::vector<object::Header>{{"encoding", "latin1"}, {"gpgsig", "a\n\nb"}});
  CHECK(commit->message == "subject\n\nbody");
  CHECK(commit->parents.size() == 1);
  CHECK(commit->git == out.refs[0].git);
  CHECK_FALSE(commit->raw);
}

TEST_CASE("names that hn refuses stay reachable under stand-ins, and are told") {
  GitRepo repo;
  const std::string id = repo.tree({{"100644", "%2E", repo.blob("0")},
                                    {"100644", ".", repo.blob("1")},
                                    {"100644", "a/b", repo.blob("2")},
                                    {"100644", "x", repo.blob("3")},
                                    {"100644", "x", repo.blob("4")}});
  repo.ref("refs/tags/t", id);
  MemoryBlocks blocks;
  Silent silent;
  const auto out = git::import_git({repo.path(), false, {}, nullptr}, blocks, silent);
  const auto tree = object::read_tree(blocks, out.refs.at(0).id);
  REQUIRE(tree);
  std::vector<std::string> names;
  for (const auto& entry : tree->entries) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"%2E", "%2E%7E2", "a%2Fb", "x", "x%7E2"});
  CHECK(tree->raw.has_value());
  REQUIRE(out.notices.size() == 3);
  CHECK(out.notices[0] == git::Notice{id, "entry '.' is shown as '%2E%7E2'"});
}
