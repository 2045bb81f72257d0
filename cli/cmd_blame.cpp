#include <algorithm>
#include <ostream>
#include <set>

#include "auto_gc.hpp"
#include "commit_format.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/blame.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/revision.hpp"
#include "hn/worktree/files.hpp"
#include "line_range.hpp"

namespace hn::cli {
namespace {

constexpr std::size_t kBlamedBytesMax = std::size_t{512} << 20U;

// What is blamed: a path, in a commit or as it is now.
struct Subject {
  object::Id commit;
  std::string path;
  std::optional<Bytes> now;
};

// As it stands in the working tree; of a symlink where it leads, as a commit has it.
Bytes text_now(const repo::Repository& repository, const std::string& path) {
  using State = worktree::Files::Content::State;
  auto found = worktree::Files(repository.layout().root).content(path, kBlamedBytesMax);
  switch (found.state) {
    case State::read:
      return std::move(found.bytes);
    case State::absent:
      throw Failure(Code::not_found, "there is no file '" + path + "' here",
                    "what the last commit has of it: hn blame HEAD " + path);
    case State::special:
      throw Failure(Code::invalid, "'" + path + "' is neither file nor symlink here",
                    "what the last commit has of it: hn blame HEAD " + path);
    case State::unreadable:
      throw Failure(Code::io, "'" + path + "' cannot be read");
    case State::too_long:
      break;
  }
  throw Failure(Code::invalid, "'" + path + "' is too long to be blamed");
}

Subject subject_of(const Context& context, repo::Repository& repository, const Given& given) {
  std::vector<std::string> words = given.values("REV|PATH");
  const std::vector<std::string> behind = given.values("--");
  words.insert(words.end(), behind.begin(), behind.end());
  if (words.empty() || words.size() > 2 || behind.size() > 1)
    throw Failure(Code::usage, "one file is blamed at a time", "hn blame [REV] PATH");
  const bool now = words.size() == 1;
  Subject out;
  out.path = context.in_repository(repository, words.back());
  out.commit = repo::resolve_commit(repository, now ? "HEAD" : words.front());
  if (now) out.now = text_now(repository, out.path);
  return out;
}

// The parts of the blame that were asked for.
std::vector<repo::Blamed> limited(const std::vector<repo::Blamed>& all,
                                  const std::vector<std::string>& ranges,
                                  const std::vector<merge::Line>& lines) {
  if (ranges.empty()) return all;
  std::vector<char> wanted(lines.size());
  std::uint32_t from = 0;
  for (const std::string& text : ranges) {
    const LineRange chosen = line_range(text, lines, from);
    std::fill(wanted.begin() + chosen.first, wanted.begin() + chosen.end, 1);
    from = chosen.end;
  }
  std::vector<repo::Blamed> out;
  for (const repo::Blamed& one : all) {
    for (std::uint32_t i = 0; i < one.count; ++i) {
      if (wanted[one.line + i] == 0) continue;
      const bool goes_on = i > 0 && wanted[one.line + i - 1] != 0;
      if (goes_on)
        ++out.back().count;
      else
        out.push_back({one.line + i, 1, one.origin + i, one.from, one.before});
    }
  }
  return out;
}

class Printer {
 public:
  Printer(Context& context, const repo::Repository& repository, const Given& given,
          std::string path, const Bytes& text, std::vector<repo::Blamed> blamed)
      : context_(context),
        repository_(repository),
        given_(given),
        path_(std::move(path)),
        lines_(merge::split_lines(text)),
        blamed_(std::move(blamed)) {
    const std::string mode = given.value("date").value_or("iso");
    date_ = DateMode::parse(mode);
    date_width_ = width_of(mode);
  }

  void print() {
    measure();
    for (const repo::Blamed& one : blamed_) {
      for (std::uint32_t i = 0; i < one.count; ++i) line(one, i);
    }
  }

  // `every`: with all that is known of each line, not of each commit once.
  void print_porcelain(bool every) {
    std::map<object::Id, std::set<std::string>> paths;
    for (const repo::Blamed& one : blamed_) {
      if (one.from) paths[one.from->commit].insert(one.from->path);
    }
    std::set<std::string> told;
    for (const repo::Blamed& one : blamed_) {
      const std::string id = one.from ? object::to_hex(one.from->commit) : std::string(64, '0');
      for (std::uint32_t i = 0; i < one.count; ++i) {
        context_.out << id << " " << one.origin + i + 1 << " " << one.line + i + 1;
        context_.out << (i == 0 ? " " + std::to_string(one.count) : "") << "\n";
        const bool is_told = every || (i == 0 && told.insert(id).second);
        const bool several = i == 0 && one.from && paths[one.from->commit].size() > 1;
        if (is_told) details(one);
        if (is_told || several) names(one);
        context_.out << "\t" << text_of(one.line + i) << "\n";
      }
    }
  }

  void print_json() {
    Json out;
    out["lines"] = Json::array();
    for (const repo::Blamed& one : blamed_) {
      for (std::uint32_t i = 0; i < one.count; ++i) {
        Json row;
        row["line"] = one.line + i + 1;
        row["commit"] = one.from ? Json(object::to_hex(one.from->commit)) : Json(nullptr);
        put_text(row, "path", one.from ? one.from->path : path_);
        row["origin"] = one.origin + i + 1;
        row["auto_merge"] = one.from && commit(one.from->commit).auto_merge.has_value();
        put_text(row, "text", text_of(one.line + i));
        out["lines"].push_back(std::move(row));
      }
    }
    cli::print(context_, out);
  }

 private:
  // Of a time in a mode in which it varies.
  static std::size_t width_of(const std::string& mode) {
    if (mode == "relative") return std::string_view("4 years, 11 months ago").size();
    if (mode == "rfc" || mode == "rfc2822") return 31;
    if (mode == "default") return 30;
    return mode == "raw" ? 16 : 10;
  }

  // As it stands there, blanks at its end and all.
  static std::string first_line(const object::Id& id, const object::Commit& made) {
    std::string_view text = made.message;
    while (text.starts_with('\n')) text.remove_prefix(1);
    if (text.empty()) return "(" + object::to_hex(id) + ")";
    return escape_controls(text.substr(0, text.find('\n')));
  }

  const object::Commit& commit(const object::Id& id) {
    const auto at = commits_.find(id);
    if (at != commits_.end()) return at->second;
    return commits_
        .emplace(id,
                 repo::require(object::read_commit(repository_.store(), id), "reading a commit"))
        .first->second;
  }

  std::string_view text_of(std::uint32_t at) const {
    std::string_view text = lines_[at];
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text;
  }

  std::string name_of(const repo::Blamed& one) {
    if (!one.from) return given_.has("show-email") ? "<not.committed.yet>" : "Not Committed Yet";
    const object::Commit& made = commit(one.from->commit);
    if (made.auto_merge) return "(auto-merge)";
    return escape_controls(given_.has("show-email") ? "<" + made.author.email + ">"
                                                    : made.author.name);
  }

  void measure() {
    for (const repo::Blamed& one : blamed_) {
      author_width_ = std::max(author_width_, columns_of(name_of(one)));
      const std::string& path = one.from ? one.from->path : path_;
      path_width_ = std::max(path_width_, shown_path(path).size());
      show_path_ = show_path_ || path != path_;
    }
    const std::uint32_t last = blamed_.empty() ? 0 : blamed_.back().line + blamed_.back().count;
    digits_ = std::to_string(last).size();
  }

  void line(const repo::Blamed& one, std::uint32_t i) {
    constexpr std::size_t kShort = 10;
    std::string id(64, '0');
    bool root = false;
    if (one.from) {
      id = object::to_hex(one.from->commit);
      root = commit(one.from->commit).parents.empty();
    }
    const std::size_t width = given_.has("l") ? id.size() : kShort;
    context_.out << (root ? "^" : "") << id.substr(0, width - (root ? 1 : 0));
    if (show_path_) {
      const std::string path = one.from ? shown_path(one.from->path) : path_;
      context_.out << " " << path
                   << std::string(path_width_ > path.size() ? path_width_ - path.size() : 0, ' ');
    }
    const std::string number = std::to_string(one.line + i + 1);
    if (!given_.has("s")) {
      const std::string name = name_of(one);
      const WallTime now = context_.world.clock.wall();
      const std::string time =
          date_.shown(one.from ? commit(one.from->commit).author.time : now, now);
      context_.out << " (" << name << std::string(author_width_ - columns_of(name), ' ') << " "
                   << time
                   << std::string(time.size() < date_width_ ? date_width_ - time.size() : 0, ' ');
    }
    context_.out << " " << std::string(digits_ - std::min(digits_, number.size()), ' ') << number
                 << ") " << text_of(one.line + i) << "\n";
  }

  void person(const char* role, const object::Person& who) {
    context_.out << role << " " << escape_controls(who.name) << "\n"
                 << role << "-mail <" << escape_controls(who.email) << ">\n"
                 << role << "-time " << who.time.seconds << "\n"
                 << role << "-tz " << repo::format_zone(who.time.zone_minutes) << "\n";
  }

  void details(const repo::Blamed& one) {
    if (!one.from) {
      const object::Person nobody{"Not Committed Yet", "not.committed.yet",
                                  context_.world.clock.wall()};
      person("author", nobody);
      person("committer", nobody);
      context_.out << "summary Version of " << shown_path(path_) << "\n";
      return;
    }
    const object::Commit& made = commit(one.from->commit);
    person("author", made.author);
    person("committer", made.committer);
    context_.out << "summary " << first_line(one.from->commit, made) << "\n";
    if (made.parents.empty()) context_.out << "boundary\n";
  }

  void names(const repo::Blamed& one) {
    if (one.before) {
      context_.out << "previous " << object::to_hex(one.before->commit) << " "
                   << shown_path(one.before->path) << "\n";
    }
    context_.out << "filename " << shown_path(one.from ? one.from->path : path_) << "\n";
  }

  Context& context_;
  const repo::Repository& repository_;
  const Given& given_;
  std::string path_;
  std::vector<merge::Line> lines_;
  std::vector<repo::Blamed> blamed_;
  DateMode date_;
  std::map<object::Id, object::Commit> commits_;
  std::size_t author_width_ = 0;
  std::size_t path_width_ = 0;
  std::size_t digits_ = 1;
  std::size_t date_width_ = 0;
  bool show_path_ = false;
};

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  Subject subject = subject_of(context, repository, given);
  const auto all =
      repo::blame(repository, subject.commit, subject.path, subject.now,
                  given.has("w") ? merge::Whitespace::ignore_all : merge::Whitespace::exact);
  if (!subject.now) {
    subject.now = repo::blamed_text(repository, subject.commit, subject.path);
  }
  const std::vector<merge::Line> lines = merge::split_lines(*subject.now);
  Printer printer(context, repository, given, subject.path, *subject.now,
                  limited(all, given.values("L"), lines));
  if (given.has("json"))
    printer.print_json();
  else if (given.has("porcelain") || given.has("line-porcelain"))
    printer.print_porcelain(given.has("line-porcelain"));
  else
    printer.print();
  start_filters_where_wanted(context, repository);
  return 0;
}

}  // namespace

Command cmd_blame() {
  return {"blame",
          "Say which commit each line of a file came from",
          {{"-L", "RANGE", "these lines alone: FIRST,LAST, FIRST,+COUNT, /PATTERN/ or :FUNCTION",
            Offers::nothing, "", true},
           {"-p,--porcelain", "", "for programs"},
           {"--line-porcelain", "", "the same, with all of it for each line"},
           {"-l", "", "ids in full"},
           {"-s", "", "without author and time"},
           {"-e,--show-email", "", "addresses, not names"},
           {"-w", "", "leave whitespace out of account"},
           {"--date", "MODE", "how times are printed", Offers::words,
            "default iso iso-strict rfc short raw unix relative local format:"},
           {"--json", "", "as JSON"}},
          {{"REV|PATH", "a revision, if it is not the file as it is now; and the file", 0, kMany,
            Offers::files}},
          run,
          true,
          true};
}

}  // namespace hn::cli
