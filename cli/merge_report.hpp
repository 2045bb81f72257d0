#pragma once

#include <map>

#include "hn/repo/merge_account.hpp"
#include "output.hpp"

// What a merge did, as hn log --merged, hn show and hn sync tell it.
namespace hn::cli {

class MergeReport {
 public:
  MergeReport(const Context& context, repo::Repository& repository);

  // "anna", or who wrote it where no device is known to have published it.
  std::string from(const object::Id& head);
  struct Side {
    object::Id commit;
    std::string from;  // as above
    std::string told;  // the same, with the commit where that does not tell the sides apart
  };
  // Of a conflict with two sides whose they are; empty where nothing tells.
  std::vector<Side> sides(const object::Id& commit, const std::string& path);
  // "2 paths merged, 1 renamed file followed, 1 in conflict"; "" where nothing was decided.
  static std::string counts(const repo::MergeAccount& account);
  // The heads and the paths, a line each.
  void print(const repo::MergeAccount& account);
  // The paths that are not in conflict, at most so many; those first of which something is not in
  // the merge.
  void print_settled(const repo::MergeAccount& account, std::size_t max);
  // {"heads", "paths", "taken"}
  Json json(const repo::MergeAccount& account);

 private:
  void print_path(const repo::MergeAccount& account, const repo::MergedPath& path);
  std::string chosen_in_words(const repo::MergeAccount& account, const repo::MergedPath& path);
  // What brings back what a head had of a path that another one won.
  std::string command(const object::Id& head, const repo::MergedPath::Lost& lost) const;
  Json path_json(const repo::MergeAccount& account, const repo::MergedPath& path);

  const Context& context_;
  repo::Repository& repository_;
  std::map<object::Id, log::Device> publishers_;
};

}  // namespace hn::cli
