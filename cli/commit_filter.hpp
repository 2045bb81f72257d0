#pragma once

#include "command.hpp"
#include "hn/object/commit.hpp"
#include "hn/repo/pattern.hpp"

// Which commits hn log shows, by what they say, and where they say it.
namespace hn::cli {

// "2.weeks.ago" in seconds since 1970. Failure usage for what is no time.
std::int64_t moment_of(const Context& context, const std::string& text);

class CommitFilter {
 public:
  CommitFilter(const Context& context, const Given& given);

  bool takes(const object::Commit& commit) const;
  bool takes_all() const;  // whatever the commit

  // Part of a commit as a terminal shows it, with the hits of the patterns that look there in
  // colour.
  enum class Part { message, author, committer };
  std::string shown(std::string_view text, Part part) const;

 private:
  bool says(const std::string& message) const;

  bool inverted_, all_;
  std::uint64_t parents_min_ = 0;
  std::uint64_t parents_max_ = UINT64_MAX;
  std::vector<repo::Pattern> messages_, authors_, committers_;
  std::optional<std::int64_t> until_;
};

}  // namespace hn::cli
