#pragma once

#include <memory>

#include "diff_files.hpp"
#include "hn/repo/pattern.hpp"

// -S and -G: of the files that differ, those whose difference is about a text.
namespace hn::cli {

class Pickaxe {
 public:
  static std::vector<Option> option_rows();
  // None where neither was given. Failure usage where both were.
  static std::shared_ptr<const Pickaxe> from(const Given& given);

  // Leaves those files, or all where one of them is and that was asked for.
  void pick(const object::BlockReader& reader, std::vector<FileDiff>& files) const;

 private:
  Pickaxe(const std::string& text, repo::Pattern::Options options, bool lines, bool all)
      : pattern_(text, options), empty_(text.empty()), lines_(lines), all_(all) {}
  bool takes(const object::BlockReader& reader, const FileDiff& file) const;
  std::uint64_t count(std::string_view text) const;

  repo::Pattern pattern_;
  bool empty_;
  bool lines_;  // -G: in a line that came or went; else how often it stands there
  bool all_;
};

}  // namespace hn::cli
