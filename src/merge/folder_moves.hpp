#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hn::merge {

// Where the files of folders went, counted from renames of files (hn-merge(7), RENAMES).
class FolderCounts {
 public:
  // A file's rename speaks for its folder, and for those above as long as their last names agree.
  void add(std::string_view from, std::string_view to);
  // Where more files of a folder went than anywhere else; the root is "". Nothing if there is no
  // such folder, or two.
  std::optional<std::string> target_of(const std::string& folder) const;

 private:
  std::map<std::string, std::map<std::string, std::uint64_t>, std::less<>> counts_;
};

// "d/e" of "d/e/f", the root of "f".
std::string_view folder_of(std::string_view path) noexcept;

}  // namespace hn::merge
