#pragma once

#include "grep_expression.hpp"
#include "hn/repo/pattern.hpp"
#include "output.hpp"

// What hn grep prints of one text, to the letter of git grep.
namespace hn::cli {

struct GrepOptions {
  std::vector<std::string> patterns;
  std::vector<GrepToken> expression;  // that they are joined by; empty: one of them has to match
  bool all_match = false;             // in texts alone in which all of them match somewhere
  repo::Pattern::Options pattern;
  bool invert = false;
  bool names = false;          // of the files that have a match
  bool names_without = false;  // of those that have none
  bool count = false;
  bool only_matching = false;
  bool quiet = false;
  bool show_name = true;
  bool line_numbers = false;
  bool columns = false;
  bool null_after_name = false;
  bool heading = false;
  bool file_break = false;
  bool json = false;
  enum class Binary { notice, as_text, skip } binary = Binary::notice;
  std::uint64_t most = UINT64_MAX;  // matches of a text; what comes behind them is no match
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  bool function_name = false;  // the line above that begins the function of a hit
  bool function_body = false;  // all of it
  bool colour = false;

  bool sets_off() const { return before > 0 || after > 0 || function_body; }
};

// What one text gave.
struct GrepOutput {
  std::string text;
  bool hit = false;
  // So many bytes at the front set it off from the file before; the first file has none.
  std::size_t mark = 0;
};

// A text that is searched.
struct GrepSource {
  std::string_view name;      // as shown
  std::string_view revision;  // as typed; empty for the working tree
  std::string_view path;
  std::string_view text;
};

// What one thread searches with.
struct GrepSearch {
  explicit GrepSearch(const GrepOptions& options);
  repo::LineSearch any;  // of the patterns
  std::optional<GrepExpression> expression;
};

GrepOutput grep_text(const GrepOptions& options, const GrepSearch& search,
                     const GrepSource& source);

}  // namespace hn::cli
