#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hn/object/tree.hpp"
#include "hn/repo/commit.hpp"
#include "hn/repo/init.hpp"
#include "hn/repo/status.hpp"
#include "hn/repo/working_tree.hpp"
#include "support/repo_device.hpp"
#include "unit/worktree/working_folder.hpp"

namespace hn::testing {

// A repository with a working tree on the real disk, under "w" of a folder of its own; user folders
// beside it, clock that counts, seeded chance. Files are written and read below the working tree.
class WorkingRepo {
 public:
  WorkingRepo() : random_(1) {
    {
      const auto made =
          repo::init(world(), {home_.path("w"), "anna", "main", log::Visibility::members});
    }
    open();
    set_author();
  }

  repo::World world() {
    return {os::posix(),
            clock_,
            random_,
            [](const std::string&) -> std::optional<std::string> { return std::nullopt; },
            {home_.path("config"), home_.path("data"), home_.path("state"), home_.path("cache")},
            [](const std::string&) {
              return os::Place{"machine", 1, 1};
            }};
  }
  void open() {
    repository_.reset();
    repository_ =
        std::make_unique<repo::Repository>(repo::Repository::open(world(), home_.path("w")));
  }
  repo::Repository& operator*() { return *repository_; }
  repo::Repository* operator->() { return repository_.get(); }

  void write(const std::string& name, const std::string& text) { home_.write("w/" + name, text); }
  void symlink(const std::string& name, const std::string& to) { home_.symlink("w/" + name, to); }
  void remove(const std::string& name) { home_.remove("w/" + name); }
  std::string read(const std::string& name) const { return home_.read("w/" + name); }
  bool exists(const std::string& name) const { return home_.exists("w/" + name); }
  std::string path(const std::string& name) const { return home_.path("w/" + name); }

  object::Id commit(const std::string& message = "commit") {
    repo::CommitRequest request;
    request.message = message;
    return repo::commit(*repository_, request).commit;
  }

  worktree::Pathspec meant(const std::vector<std::string>& words) const {
    return {words, "", home_.path("w")};
  }

  // "M a, ? new, D gone": what a commit would record.
  std::string status() {
    std::string out;
    for (const worktree::Change& change : repo::status(*repository_).changes) {
      const char letter = change.added() ? '?' : change.deleted() ? 'D' : 'M';
      out += (out.empty() ? "" : ", ") + std::string(1, letter) + " " + change.path;
    }
    return out;
  }

 private:
  void set_author() {
    write(".hn/config", "[user]\n\tname = Anna\n\temail = anna@example.org\n");
    open();
  }

  WorkingFolder home_;
  SeededRandom random_;
  CountingClock clock_;
  std::unique_ptr<repo::Repository> repository_;
};

}  // namespace hn::testing
