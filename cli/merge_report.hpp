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
  // Of a conflict with two sides whose they are: for each the same; empty where nothing tells.
  std::vector<std::string> sides(const object::Id& commit, const std::string& path);
  // "2 paths merged, 1 renamed file followed, 1 in conflict"; "" where nothing was decided.
  static std::string counts(const repo::MergeAccount& account);
  // The heads and the paths, a line each.
  void print(const repo::MergeAccount& account);
  // {"heads", "paths", "taken"}
  Json json(const repo::MergeAccount& account);

 private:
  const Context& context_;
  repo::Repository& repository_;
  std::map<object::Id, log::Device> publishers_;
};

}  // namespace hn::cli
