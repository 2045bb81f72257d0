#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hn/base/glob.hpp"
#include "hn/repo/tags.hpp"

// A commit named after the nearest tag, as hn describe and %(describe) say it.
namespace hn::cli {

struct DescribeOptions {
  // Of "tags,match=v*,abbrev=4" in a format; nullopt where a word of it is none.
  static std::optional<DescribeOptions> parse(std::string_view words);

  bool all_tags = false;                // those without a message too
  bool long_form = false;               // also where a tag stands there
  std::optional<std::uint64_t> digits;  // 0: the tag alone; else as usual
  std::vector<Glob> meant;
  std::vector<Glob> left_out;

  std::string id_of(const object::Id& commit) const;
};

struct Described {
  std::string text;
  repo::Description found;
};
// nullopt where no tag leads there.
std::optional<Described> described(const repo::Repository& repository, const object::Id& commit,
                                   const DescribeOptions& options);

}  // namespace hn::cli
