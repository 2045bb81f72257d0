#pragma once

#include <git2.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/text.hpp"

// Git repositories for tests, object by object: libgit2 writes whatever bytes it is given, so every
// oddity that was ever pushed somewhere can be made here.
namespace hn::testing {

// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hn-git-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline constexpr std::string_view kAnna = "Anna <anna@example.org> 1700000000 +0100";

class GitRepo {
 public:
  GitRepo() {
    git_libgit2_init();
    must(git_repository_init(&repo_, folder_.path().c_str(), 1));
    must(git_repository_odb(&odb_, repo_));
    head("main");
  }
  ~GitRepo() {
    git_odb_free(odb_);
    git_repository_free(repo_);
  }
  GitRepo(const GitRepo&) = delete;
  GitRepo& operator=(const GitRepo&) = delete;

  std::string path() const { return folder_.path().string(); }

  // Any bytes as an object of any type; answers its id in hex.
  std::string put(git_object_t type, std::string_view bytes) {
    git_oid id;
    must(git_odb_write(&id, odb_, bytes.data(), bytes.size(), type));
    return git_oid_tostr_s(&id);
  }
  std::string blob(std::string_view bytes) { return put(GIT_OBJECT_BLOB, bytes); }
  std::string commit(std::string_view bytes) { return put(GIT_OBJECT_COMMIT, bytes); }
  std::string tag(std::string_view bytes) { return put(GIT_OBJECT_TAG, bytes); }

  // Entries as they stand: nothing is sorted.
  struct Line {
    std::string mode;
    std::string name;
    std::string id;
  };
  std::string tree(const std::vector<Line>& lines) {
    std::string bytes;
    for (const Line& line : lines) {
      bytes.append(line.mode).append(" ").append(line.name).push_back('\0');
      const auto raw = from_hex(line.id).value();
      bytes.append(raw.begin(), raw.end());
    }
    return put(GIT_OBJECT_TREE, bytes);
  }

  // A commit as git writes it.
  std::string plain(const std::string& tree, const std::vector<std::string>& parents = {},
                    std::string_view message = "plain\n") {
    return commit(links(tree, parents) + people() + "\n" + std::string(message));
  }
  static std::string links(const std::string& tree, const std::vector<std::string>& parents = {}) {
    std::string out = "tree " + tree + "\n";
    for (const std::string& parent : parents) out += "parent " + parent + "\n";
    return out;
  }
  static std::string people(std::string_view author = kAnna) {
    return "author " + std::string(author) + "\ncommitter " + std::string(kAnna) + "\n";
  }

  void ref(const std::string& name, const std::string& id) { write(name, id + "\n"); }
  void head(const std::string& branch) { write("HEAD", "ref: refs/heads/" + branch + "\n"); }
  void write(const std::string& name, std::string_view bytes) {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  std::filesystem::path loose(const std::string& id) const {
    return folder_.path() / "objects" / id.substr(0, 2) / id.substr(2);
  }
  void lose(const std::string& id) { std::filesystem::remove(loose(id)); }

  // Writes these objects into a pack, as differences where one resembles another.
  void pack(const std::vector<std::string>& ids) {
    git_packbuilder* made = nullptr;
    must(git_packbuilder_new(&made, repo_));
    const std::unique_ptr<git_packbuilder, void (*)(git_packbuilder*)> builder(
        made, git_packbuilder_free);
    for (const std::string& hex : ids) {
      git_oid id;
      must(git_oid_fromstr(&id, hex.c_str()));
      must(git_packbuilder_insert(made, &id, "file"));
    }
    must(git_packbuilder_write(made, nullptr, 0, nullptr, nullptr));
  }

 private:
  static void must(int error) {
    if (error != 0) throw std::runtime_error(git_error_last()->message);
  }

  TemporaryFolder folder_;
  git_repository* repo_ = nullptr;
  git_odb* odb_ = nullptr;
};

}  // namespace hn::testing
