#pragma once

#include "command.hpp"
#include "hn/worktree/ignore.hpp"

// Which branches and tags hn branch and hn tag list, and in which order, as git's do.
namespace hn::cli {

class RefFilter {
 public:
  // The rows of the table that both share.
  static std::vector<Option> option_rows();

  // Failure for a revision that is none, and usage for an unknown --sort.
  // `kind`: "branch" or "tag", whose setting .sort says the order where --sort does not.
  RefFilter(repo::Repository& repository, const Given& given, const std::string& kind,
            const std::vector<std::string>& patterns);

  // Whether one of these is asked for: then nothing is made.
  static bool is_asked(const Given& given);

  // A name, and the commit that it leads to, if there is one.
  bool takes(const std::string& name, const std::optional<object::Id>& commit) const;

  struct Row {
    std::string name;
    std::int64_t committed = 0;
    std::size_t at = 0;  // in the caller's list
  };
  void sort(std::vector<Row>& rows) const;
  // When a commit was committed, where the order asks for it.
  std::int64_t time_of(const std::optional<object::Id>& commit) const;

 private:
  bool is_above(const object::Id& old, const object::Id& now) const;

  repo::Repository& repository_;
  std::vector<Glob> patterns_;
  std::vector<object::Id> merged_, no_merged_, contains_, no_contains_, points_at_;
  bool by_time_ = false;
  bool by_version_ = false;
  bool downwards_ = false;
};

}  // namespace hn::cli
