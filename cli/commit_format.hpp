#pragma once

#include <functional>
#include <map>
#include <memory>

#include "commit_filter.hpp"
#include "hn/base/time.hpp"
#include "hn/object/commit.hpp"
#include "hn/repo/repository.hpp"
#include "log_marks.hpp"
#include "output.hpp"

// How hn log and hn show print a commit: git's formats and their fields.
namespace hn::cli {

// --date=MODE: how a time is shown.
class DateMode {
 public:
  DateMode() = default;
  // "default", "human", "iso", "iso-strict", "rfc", "short", "raw", "unix", "relative",
  // "format:...", each but the last also with "-local". Failure usage for another.
  static DateMode parse(const std::string& text);
  std::string shown(const WallTime& time, const WallTime& now) const;

 private:
  std::string name_ = "default";
  std::string format_;
  bool local_ = false;
};
// "3 days ago".
std::string relative_date(std::int64_t seconds, std::int64_t now);

// What stands at a commit, as "HEAD -> main" and "tag: v1".
using Decorations = std::map<object::Id, std::vector<std::string>>;
enum class Decorated { brief, full };  // full: "HEAD -> refs/heads/main"
Decorations decorations(repo::Repository& repository, Decorated how = Decorated::brief);
// " (HEAD -> main, tag: v1)" in git's colours, with what stands in front and at the end.
std::string decorated(const std::vector<std::string>& names, bool colour, std::string_view front,
                      std::string_view end);

class CommitFormat {
 public:
  // "oneline", "short", "medium", "full", "fuller", "raw", "reference", "format:TEXT",
  // "tformat:TEXT", or a text with a %. Failure usage for another, and for a field that is
  // not known.
  static CommitFormat parse(const std::string& text);

  DateMode date;
  bool decorate = false;
  bool abbreviate = false;              // the id at the front
  std::size_t digits = short_digits();  // of what is abbreviated
  Decorations names;
  std::shared_ptr<const CommitFilter> hits = {};  // shown in colour where they are
  std::shared_ptr<const LogMarks> marks = {};     // told where they are
  // What %(describe) says; the options are those of DescribeOptions.
  std::function<std::string(const object::Id&, std::string_view options)> description = {};
  bool drawn = false;  // a graph shows the signs of the marks

  // Between two commits stands an empty line, or what a format says.
  bool separates() const { return kind_ != Kind::oneline && kind_ != Kind::lines; }
  bool is_one_line() const { return kind_ == Kind::oneline; }
  bool is_user_format() const { return kind_ == Kind::lines || kind_ == Kind::text; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_empty() const { return is_user_format() && text_.empty(); }
  // A text of one's own in which the field stands.
  bool has_field(char name) const;

  // Where is_one_line(): all that is shown, of a commit whose subject is known and not empty.
  std::string shown_line(const Context& context, const object::Id& id,
                         std::string_view subject) const;
  // Without the newline that ends the last line.
  std::string shown(const Context& context, const object::Id& id,
                    const object::Commit& commit) const;

 private:
  enum class Kind { oneline, brief, medium, full, fuller, raw, lines, text };
  void header(std::string& out, const Context& context, const object::Id& id,
              const std::vector<object::Id>& parents) const;
  std::string marked(std::string_view text, CommitFilter::Part part) const;
  std::string untabbed(std::string_view line) const;
  std::string indented(std::string_view message, bool tabs, bool subject_only) const;
  std::string person(const object::Person& who, CommitFilter::Part part) const;

  Kind kind_ = Kind::medium;
  std::string text_;
};

// The lines of the message's first paragraph, joined.
std::string subject_line(const object::Commit& commit);
// A text with git's fields (%h, %an) filled in.
std::string expanded(std::string_view text, const Context& context, const object::Id& id,
                     const object::Commit& commit, const CommitFormat& format);
// Failure usage where a field is not known.
void require_fields(std::string_view text);

}  // namespace hn::cli
