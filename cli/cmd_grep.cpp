#include <algorithm>
#include <ostream>
#include <thread>

#include "failure.hpp"
#include "grep_text.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/revision_text.hpp"
#include "hn/repo/tracked.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/worktree/files.hpp"
#include "in_order.hpp"
#include "message.hpp"
#include "paths.hpp"
#include "words.hpp"

namespace hn::cli {
namespace {

// Longer files are left out, with a notice.
constexpr std::uint64_t kSearchedBytesMax = std::uint64_t{1} << 30U;

constexpr std::size_t kPatternsBytesMax = std::size_t{64} << 20U;

// A file that is searched: in the working tree, or a value in the store.
struct Searched {
  std::string name;      // as shown
  std::string revision;  // as typed
  std::string path;
  std::optional<object::Value> value;
};

bool leaves_out(const std::string& word) {
  return word.starts_with(":!") || word.starts_with(":^") || word.starts_with(":(exclude");
}

// Which files, by --max-depth and the paths that were typed.
class Depth {
 public:
  Depth(const Context& context, const repo::Repository& repository, const Given& given,
        const std::vector<std::string>& paths) {
    limit_ = given.number("max-depth", UINT32_MAX);
    if (!limit_) return;
    for (const std::string& word : paths) {
      if (leaves_out(word)) continue;
      if (word.starts_with(':') || word.find_first_of("*?[") != word.npos)
        limit_.reset();
      else
        tops_.push_back(context.in_repository(repository, word));
      if (!limit_) return;
    }
    if (tops_.empty()) tops_.push_back(context.folder_in(repository));
  }

  bool takes(const std::string& path) const {
    return !limit_ || std::ranges::any_of(tops_, [&](const std::string& top) {
      if (path == top) return true;
      if (!top.empty() && !path.starts_with(top + "/")) return false;
      const auto begin =
          path.begin() + static_cast<std::ptrdiff_t>(top.empty() ? 0 : top.size() + 1);
      return static_cast<std::uint64_t>(std::count(begin, path.end(), '/')) <= *limit_;
    });
  }

 private:
  std::optional<std::uint64_t> limit_;
  std::vector<std::string> tops_;
};

// A path as git names it from a folder.
std::string seen_from(const std::string& folder, const std::string& path) {
  if (folder.empty()) return path;
  std::string up;
  std::string at = folder + "/";
  while (!path.starts_with(at)) {
    up += "../";
    const std::size_t slash = at.size() < 2 ? at.npos : at.rfind('/', at.size() - 2);
    if (slash == at.npos) return up + path;
    at.resize(slash + 1);
  }
  return up + path.substr(at.size());
}

class Files {
 public:
  Files(const Context& context, repo::Repository& repository, const Given& given,
        const Words& words, const GrepOptions& options)
      : repository_(repository),
        paths_(words.paths),
        depth_(context, repository, given, words.path_words),
        plain_(options.null_after_name) {
    const std::string folder = context.folder_in(repository);
    if (!given.has("full-name")) folder_ = folder;
    // Where nothing is meant but what is left out, the rest of this folder is.
    std::vector<std::string> typed = words.path_words;
    if (typed.empty() && !folder.empty()) typed.emplace_back(".");
    paths_ = pathspec_of(context, repository, typed, worktree::Pathspec::Rest::here);
    if (words.revisions.empty()) {
      working_tree(given.has("untracked"));
    } else {
      if (given.has("untracked"))
        throw Failure(Code::usage, "--untracked is for the working tree, not for a revision");
      for (const std::string& revision : words.revisions) tree_of_revision(revision);
    }
  }

  std::vector<Searched> all;

 private:
  void add(const std::string& revision, const std::string& path, std::optional<object::Value> value,
           const std::string& prefix = "") {
    const std::string full = prefix.empty() ? path : prefix + "/" + path;
    if (!paths_.matches(path) || !depth_.takes(path)) return;
    const std::string shown = seen_from(folder_, path);
    all.push_back({(revision.empty() ? "" : revision + ":") + (plain_ ? shown : shown_path(shown)),
                   revision, full, value});
  }

  void working_tree(bool untracked) {
    const auto standing = repository_.worktree();
    const auto base = standing ? standing->base : std::nullopt;
    const auto tree = repo::tree_of(repository_.store(), base);
    const auto kept = worktree::load_index(repository_.layout().index());
    const auto takes = [&](const std::string& path, const object::Value& value) {
      if (value.is_file() || value.mode == object::Mode::conflict) add("", path, {});
    };
    if (tree && kept && kept.value().base == tree) {
      for (const worktree::IndexRow& row : kept.value().rows) {
        if (row.base) takes(row.path, *row.base);
      }
    } else if (tree) {
      walk(*tree, takes);
    }
    if (untracked) {
      repo::ConflictFiles conflicts(repository_, repository_.store());
      const worktree::Snapshot snapshot = worktree::scan(
          repo::scan_options(repository_, repository_.store(), base, conflicts, nullptr));
      for (const worktree::Change& change : snapshot.changes) {
        if (change.added()) add("", change.path, {});
      }
    }
    for (const std::string& path : repo::tracked_paths(repository_)) add("", path, {});
    std::ranges::sort(all, {}, &Searched::path);
    const auto again = std::unique(all.begin(), all.end(),
                                   [](const auto& a, const auto& b) { return a.path == b.path; });
    all.erase(again, all.end());
  }

  template <class Takes>
  void walk(const object::Id& tree, const Takes& takes) {
    repo::require(object::walk_paths(repository_.store(), tree,
                                     [&](const std::string& path, const object::Value& value) {
                                       takes(path, value);
                                       return true;
                                     }),
                  "reading a folder");
  }

  void tree_of_revision(const std::string& revision) {
    if (repo::parse_range(revision).kind != repo::RangeText::Kind::one)
      throw Failure(Code::usage, "'" + revision + "' is a range", "name the revisions one by one");
    const auto parsed = repo::parse_revision(revision);
    const std::size_t begin = all.size();
    const auto takes = [&](const std::string& path, const object::Value& value) {
      if (value.is_file()) add(revision, path, value);
    };
    if (parsed && parsed->path) {
      const repo::PathAt at = repo::resolve_path(repository_, revision);
      if (at.value.mode == object::Mode::folder)
        walk(at.value.id(), takes);
      else
        all.push_back({revision, revision, "", at.value});
    } else {
      const log::Target at = repo::resolve(repository_, revision);
      walk(at.kind == object::Kind::tree
               ? at.id
               : *repo::tree_of(repository_.store(), repo::resolve_commit(repository_, revision)),
           takes);
    }
    std::sort(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(),
              [](const Searched& a, const Searched& b) { return a.path < b.path; });
  }

  repo::Repository& repository_;
  worktree::Pathspec paths_;
  Depth depth_;
  std::string folder_;
  bool plain_;
};

worktree::Files::Content content_of(const repo::Repository& repository, const worktree::Files& here,
                                    const Searched& file) {
  using State = worktree::Files::Content::State;
  if (!file.value) {
    auto content = here.content(file.path, kSearchedBytesMax);
    // As in git: where a link has taken its place there is no file to be searched.
    if (content.is_link) return {State::absent, {}, false};
    return content;
  }
  auto bytes = object::read_file(repository.store(), file.value->id(), kSearchedBytesMax);
  if (bytes) return {State::read, std::move(bytes).value(), false};
  if (bytes.error().code == Code::refused) return {State::too_long, {}, false};
  throw Failure(bytes.error(), "reading " + file.name);
}

std::string_view why_not(worktree::Files::Content::State state) {
  using State = worktree::Files::Content::State;
  if (state == State::special) return "is neither file nor symlink here";
  if (state == State::unreadable) return "cannot be read";
  return state == State::too_long ? "is too long to be searched" : "";
}

// The patterns of -e and -f, or the first word; each line is one. Between them stands what joins
// them.
std::vector<GrepToken> tokens_of(const Context& context, const Given& given,
                                 std::vector<std::string>& words) {
  std::vector<std::string> texts = given.values("e");
  for (const std::string& file : given.values("f"))
    texts.push_back(text_of_file(context, file, kPatternsBytesMax));
  const bool from_file = given.has("f");
  if (texts.empty() && !from_file) {
    if (words.empty())
      throw Failure(Code::usage, "there is no pattern",
                    "hn grep [-e] PATTERN [REV...] [-- PATH...]");
    texts.push_back(words.front());
    words.erase(words.begin());
  }
  std::vector<GrepToken> out;
  for (std::string_view text : texts) {
    if (GrepToken token = grep_token(text); token.kind != GrepToken::Kind::pattern) {
      if (from_file)
        throw Failure(Code::usage, "-f does not go with --and, --or, --not and parentheses",
                      "each pattern behind -e");
      out.push_back(std::move(token));
      continue;
    }
    if (from_file && text.ends_with('\n')) text.remove_suffix(1);
    for (;;) {
      const std::size_t end = text.find('\n');
      out.push_back({GrepToken::Kind::pattern, std::string(text.substr(0, end))});
      if (end == text.npos) break;
      text.remove_prefix(end + 1);
    }
  }
  return out;
}

repo::Pattern::Kind kind_of(const Given& given) {
  if (given.has("fixed-strings")) return repo::Pattern::Kind::fixed;
  if (given.has("perl-regexp")) return repo::Pattern::Kind::perl;
  return given.has("extended-regexp") ? repo::Pattern::Kind::extended : repo::Pattern::Kind::basic;
}

GrepOptions options_of(const Context& context, const repo::Settings& settings, const Given& given,
                       std::vector<GrepToken> tokens) {
  GrepOptions out;
  for (const GrepToken& token : tokens)
    if (token.kind == GrepToken::Kind::pattern) out.patterns.push_back(token.text);
  out.all_match = given.has("all-match");
  if (out.all_match || out.patterns.size() < tokens.size()) out.expression = std::move(tokens);
  out.pattern = {kind_of(given), given.has("ignore-case"), given.has("word-regexp")};
  out.invert = given.has("invert-match");
  out.names = given.has("files-with-matches");
  out.names_without = given.has("files-without-match");
  out.count = given.has("count");
  out.only_matching = given.has("only-matching") && !out.invert;
  out.quiet = given.has("quiet");
  out.show_name = !given.has("h");
  out.line_numbers = given.flag("line-number").value_or(settings.is_on("grep.linenumber", false));
  out.columns = given.has("column");
  out.null_after_name = given.has("null");
  out.heading = given.has("heading");
  out.file_break = given.has("break");
  out.json = given.has("json");
  if (given.has("text")) out.binary = GrepOptions::Binary::as_text;
  if (given.has("I")) out.binary = GrepOptions::Binary::skip;
  const std::uint64_t both = given.number("context", UINT32_MAX).value_or(0);
  out.before =
      static_cast<std::uint32_t>(given.number("before-context", UINT32_MAX).value_or(both));
  out.after = static_cast<std::uint32_t>(given.number("after-context", UINT32_MAX).value_or(both));
  out.most = given.number("max-count", UINT32_MAX).value_or(UINT64_MAX);
  out.function_name = given.has("show-function");
  out.function_body = given.has("function-context");
  out.colour = context.colour && !out.json;
  return out;
}

bool search_all(const Context& context, const repo::Repository& repository,
                const GrepOptions& options, const std::vector<Searched>& files) {
  const unsigned threads = std::clamp<unsigned>(static_cast<unsigned>(files.size() / 8 + 1), 1,
                                                std::max(1U, std::thread::hardware_concurrency()));
  std::vector<GrepSearch> searches;
  for (unsigned i = 0; i < threads; ++i) searches.emplace_back(options);
  struct Found {
    GrepOutput output;
    std::string_view why_not = {};
    std::size_t at = 0;
  };
  const worktree::Files here(repository.layout().root);
  bool hit = false;
  bool shown = false;
  if (options.json) context.out << "{\"matches\": [";
  in_order<Found>(
      files.size(), threads,
      [&](std::size_t job, unsigned thread) -> Found {
        const Searched& file = files[job];
        const auto content = content_of(repository, here, file);
        if (content.state != worktree::Files::Content::State::read)
          return {{}, why_not(content.state), job};
        return {grep_text(options, searches[thread],
                          {file.name, file.revision, file.path, as_text(content.bytes)}),
                {},
                job};
      },
      [&](const Found& found) {
        if (!found.why_not.empty())
          context.err << "hn: " << files[found.at].name << " " << found.why_not << "\n";
        std::string_view text = found.output.text;
        if (options.json && !text.empty()) context.out << (shown ? ",\n" : "\n");
        if (!shown) text.remove_prefix(found.output.mark);
        // Only a file that shows lines is set off from the next.
        shown = shown || found.output.mark > 0 || (options.json && !text.empty());
        context.out << text;
        hit = hit || found.output.hit;
        return static_cast<bool>(context.out) && !(options.quiet && hit);
      });
  if (options.json) context.out << "\n]}\n";
  return hit;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  std::vector<std::string> words = given.values("PATTERN|REV|PATH");
  const GrepOptions options =
      options_of(context, repository.settings(), given, tokens_of(context, given, words));
  Given rest;
  rest.set("REV|PATH", std::move(words));
  if (given.has("--")) rest.set("--", given.values("--"));
  const Words split = split_words(context, repository, rest, "REV|PATH");
  const Files files(context, repository, given, split, options);
  if (options.most == 0) return kExitNo;
  return search_all(context, repository, options, files.all) ? 0 : kExitNo;
}

}  // namespace

Command cmd_grep() {
  return {
      "grep",
      "Look for lines in the files of the working tree or of a revision",
      {{"-e", "PATTERN", "look for it; several: for any of them", Offers::nothing, "", true},
       {"--and", "", "both patterns, the one before and the one behind"},
       {"--or", "", "one of both, as without it"},
       {"--not", "", "lines that the pattern behind it does not match"},
       {"--all-match", "", "in files alone in which each of those that are joined by or matches"},
       {"-f", "FILE", "look for the patterns in it, one in a line", Offers::files, "", true},
       {"-G,--basic-regexp", "", "patterns are basic regular expressions, as they are anyway"},
       {"-E,--extended-regexp", "", "patterns are extended regular expressions"},
       {"-F,--fixed-strings", "", "patterns are no regular expressions"},
       {"-P,--perl-regexp", "", "patterns are Perl's regular expressions"},
       {"-i,--ignore-case", "", "capitals and small letters are alike"},
       {"-w,--word-regexp", "", "the match is a word"},
       {"-v,--invert-match", "", "lines that do not match"},
       {"-n,--line-number", "", "with the number of the line"},
       {"--column", "", "with the place in the line"},
       {"-o,--only-matching", "", "what matches alone"},
       {"-l,--name-only,--files-with-matches", "", "the names of the files alone"},
       {"-L,--files-without-match", "", "the names of the files without a match"},
       {"-c,--count", "", "how many lines match in each file"},
       {"-q,--quiet", "", "print nothing; the exit status says it"},
       {"-h", "", "without the name of the file"},
       {"-H", "", "with the name of the file, as is done anyway"},
       {"--full-name", "", "names from the root, not from here"},
       {"-z,--null", "", "a NUL byte behind each name"},
       {"-A,--after-context", "N", "and N lines behind"},
       {"-B,--before-context", "N", "and N lines before"},
       {"-C,--context", "N", "and N lines round it"},
       {"-p,--show-function", "", "and the line that its function begins with"},
       {"-W,--function-context", "", "and all of its function"},
       {"--heading", "", "the name above the lines of a file"},
       {"--break", "", "an empty line between files"},
       {"-a,--text", "", "take binary files for text"},
       {"-I", "", "leave binary files out"},
       {"-m,--max-count", "N", "of each file the first N lines that match"},
       {"--max-depth", "N", "enter N folders below each path at most"},
       {"--untracked", "", "also files that are new here and not ignored"},
       {"--color", "WHEN", "colours: always, never or auto", Offers::words, "always never auto"},
       {"--no-color", "", "no colours"},
       {"--json", "", "as JSON"}},
      {{"PATTERN|REV|PATH", "the pattern, if there is no -e; revisions; then paths", 0, kMany,
        Offers::revisions}},
      run,
      true,
      true};
}

}  // namespace hn::cli
