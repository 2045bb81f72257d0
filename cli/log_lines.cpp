#include "log_lines.hpp"

#include <algorithm>
#include <ostream>

#include "line_log.hpp"

namespace hn::cli {
namespace {

class LinesOf {
 public:
  LinesOf(Context& context, repo::Repository& repository, const Given& given,
          const CommitFormat& format, repo::CommitWalk::Options walked)
      : context_(context), given_(given), format_(format), repository_(repository) {
    for (const std::string_view other : {"graph", "follow", "merged", "all"})
      if (given.has(other))
        throw Failure(Code::usage, "-L and --" + std::string(other) + " exclude each other");
    if (walked.set.with.size() != 1 || !walked.paths.everything())
      throw Failure(Code::usage, "lines are followed from one commit, in the files that -L names",
                    "hn log -L RANGE:PATH [REV]");
    lines_.emplace(context, repository, walked.set.with.front(), given.values("L"),
                   walked.first_parent);
    walk_.emplace(repository, std::move(walked));
  }

  int run(const CommitFilter& filter) {
    std::uint64_t skip = given_.number("skip", UINT32_MAX).value_or(0);
    std::uint64_t left = given_.number("number", UINT32_MAX).value_or(UINT64_MAX);
    while (left > 0 && !lines_->is_done()) {
      const auto id = walk_->next();
      if (!id) break;
      const auto commit =
          repo::require(object::read_commit(repository_.store(), *id), "reading a commit");
      if (!lines_->step(*id, commit) || !filter.takes(commit)) continue;
      if (skip > 0) {
        --skip;
        continue;
      }
      --left;
      shown_.push_back(given_.has("json") ? json(*id, commit) : text(*id, commit));
    }
    print();
    return 0;
  }

 private:
  std::string text(const object::Id& id, const object::Commit& commit) const {
    std::string out = format_.shown(context_, id, commit) + (format_.is_text() ? "" : "\n");
    if (given_.has("no-patch")) return out;
    out += "\n";
    for (const LinesChanged& file : lines_->changed()) out += text_of(context_, file);
    return out;
  }

  std::string json(const object::Id& id, const object::Commit& commit) const {
    Json row = commit_json(id, commit);
    row["lines"] = Json::array();
    for (const LinesChanged& file : lines_->changed()) {
      for (const LineRange& range : file.ranges) {
        Json one;
        put_text(one, "path", file.path);
        one["first"] = range.first + 1;
        one["last"] = range.end;
        row["lines"].push_back(std::move(one));
      }
    }
    return row.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  void print() {
    const bool as_json = given_.has("json");
    if (given_.has("reverse")) std::ranges::reverse(shown_);
    if (as_json) context_.out << "{\"commits\": [";
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      if (as_json)
        context_.out << (i == 0 ? "\n" : ",\n");
      else if (i > 0 && format_.separates())
        context_.out << "\n";
      context_.out << shown_[i];
    }
    if (as_json) context_.out << "\n]}\n";
  }

  Context& context_;
  const Given& given_;
  const CommitFormat& format_;
  repo::Repository& repository_;
  std::optional<LineLog> lines_;
  std::optional<repo::CommitWalk> walk_;
  std::vector<std::string> shown_;
};

}  // namespace

int list_lines(Context& context, repo::Repository& repository, const Given& given,
               const CommitFormat& format, const CommitFilter& filter,
               repo::CommitWalk::Options walked) {
  return LinesOf(context, repository, given, format, std::move(walked)).run(filter);
}

}  // namespace hn::cli
