#pragma once

#include <map>
#include <string>

#include "hn/git/export.hpp"

namespace hn::git {

// Git's ids of the commits and tags that were made in hn and exported, in a file of their own
// (hn-repository(5), THE GIT MAP). Derived: without it the next export makes them again.
class GitMap final : public MadeHere {
 public:
  // A file that is not there, or is not whole, is an empty map.
  GitMap(os::FileSystem& fs, std::string path);

  std::optional<GitId> git_id(const object::Id& id, std::uint8_t id_bytes) const override;
  std::optional<object::Id> id_of(const GitId& git) const override;
  void learn(const object::Id& id, const GitId& git) override;

  // Writes the file anew where something was learnt; `unique` as in ExportOptions. Throws Failure.
  void save(const std::string& unique);

 private:
  os::FileSystem& fs_;
  std::string path_;
  std::map<std::pair<object::Id, std::uint8_t>, GitId> rows_;  // by id and length of git's
  std::map<GitId, object::Id> back_;
  bool learnt_ = false;
};

using GitMapRows = std::vector<std::pair<object::Id, GitId>>;
// Rows by id, then by the length of git's, each such pair once.
Bytes encode_git_map(const GitMapRows& rows);
Result<GitMapRows> decode_git_map(ByteView bytes);

}  // namespace hn::git
