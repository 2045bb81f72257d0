#include <algorithm>
#include <ostream>
#include <sstream>

#include "auto_gc.hpp"
#include "commit_message.hpp"
#include "diff_files.hpp"
#include "failure.hpp"
#include "hn/object/file.hpp"
#include "hn/os/clock.hpp"
#include "hn/repo/commit.hpp"
#include "hn/repo/commit_walk.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/pattern.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/setting_value.hpp"
#include "hooks.hpp"
#include "message.hpp"
#include "paths.hpp"
#include "report.hpp"
#include "short_status.hpp"
#include "trailers.hpp"

namespace hn::cli {
namespace {

// Of -C or -c; empty where neither was given.
std::string reused_revision(const Given& given) {
  const auto as_it_is = given.value("reuse-message");
  return as_it_is ? *as_it_is : given.value("reedit-message").value_or("");
}

// Who wrote the commit whose message is taken, and when; or whoever commits now.
void set_author(const Context& context, repo::Repository& repository, const Given& given,
                repo::CommitRequest& request) {
  const std::string revision = reused_revision(given);
  const int messages =
      static_cast<int>(given.has("message")) + static_cast<int>(given.has("file")) +
      static_cast<int>(given.has("reuse-message")) + static_cast<int>(given.has("reedit-message"));
  if (messages > 1) throw Failure(Code::usage, "-m, -F, -C and -c exclude each other");
  if (given.has("reset-author")) {
    if (request.author || (revision.empty() && !request.amend))
      throw Failure(Code::usage, "--reset-author goes with -C, -c or --amend, not with --author");
    request.author = repo::who_commits(context.world, repository.settings(), repo::Role::author);
    if (!request.author_time)
      request.author_time = repo::when_committed(context.world, repo::Role::author);
  } else if (!revision.empty()) {
    const auto commit = repo::require(
        object::read_commit(repository.store(), repo::resolve_commit(repository, revision)),
        "reading the commit");
    if (!request.author) request.author = repo::Who{commit.author.name, commit.author.email};
    if (!request.author_time) request.author_time = commit.author.time;
  }
}

// Whom the pattern matches, of the newest commit that such a person wrote.
std::optional<repo::Who> known_author(repo::Repository& repository, const std::string& text) {
  const repo::Pattern pattern(text, {repo::Pattern::Kind::basic, true, false});
  repo::CommitWalk::Options options;
  options.set.with = repo::all_commits_named(repository);
  repo::CommitWalk walk(repository, std::move(options));
  while (const auto id = walk.next()) {
    const auto commit =
        repo::require(object::read_commit(repository.store(), *id), "reading a commit");
    const object::Person& who = commit.author;
    if (!commit.auto_merge && pattern.matches(who.name + " <" + who.email + ">"))
      return repo::Who{who.name, who.email};
  }
  return std::nullopt;
}

repo::CommitRequest request_of(const Context& context, repo::Repository& repository,
                               const Given& given) {
  repo::CommitRequest request;
  request.amend = given.has("amend");
  request.allow_empty = given.has("allow-empty");
  request.allow_empty_message = given.has("allow-empty-message");
  request.allow_markers = given.has("allow-markers");
  if (const auto author = given.value("author")) {
    request.author = repo::parse_who(*author);
    if (!request.author && author->find('>') == author->npos)
      request.author = known_author(repository, *author);
    if (!request.author)
      throw Failure(Code::invalid, "'" + *author + "' is not of the form Name <address>",
                    "nor does it match an author that there is");
  }
  if (const auto date = given.value("date")) {
    const WallTime now = context.world.clock.wall();
    request.author_time = repo::parse_date_about(*date, now);
    if (!request.author_time) {
      throw Failure(Code::invalid, "'" + *date + "' is not a date",
                    "such as 2026-11-20T12:30:00+01:00, yesterday or @SECONDS");
    }
  }
  set_author(context, repository, given, request);
  const std::vector<std::string> words = path_words(given);
  if (given.has("all") && !words.empty())
    throw Failure(Code::usage, "-a is everything, and paths are less");
  request.meant = pathspec_of(context, repository, words);
  return request;
}

constexpr std::size_t kTemplateBytesMax = std::size_t{128} * 1024;

// What the commit is going to be, for who writes its message, and for --dry-run.
StatusOptions shown_options(const Context& context, const repo::Repository& repository,
                            const repo::CommitRequest& request) {
  StatusOptions options;
  options.meant = request.meant;
  options.folder = context.folder_in(repository);
  options.form = StatusOptions::Form::brief;
  return options;
}

repo::Looked looked(const repo::Repository& repository, const repo::Status& status) {
  repo::Looked out{repository.worktree().value_or(repo::WorktreeRecord{}), {}};
  for (const worktree::Change& change : status.changes) out.paths.push_back(change.path);
  return out;
}

// The changes as a patch: contents that are in no store yet are held by a transaction that ends
// here.
void print_changes(Context& context, const repo::Repository& repository,
                   const repo::CommitRequest& request) {
  store::Batch batch = repository.store().begin();
  repo::ConflictFiles conflicts(repository, repository.store());
  const worktree::Snapshot snapshot = worktree::scan(
      repo::scan_options(repository, batch, repository.worktree()->base, conflicts, &batch));
  std::vector<object::Change> changes;
  for (const worktree::Change& change : snapshot.changes)
    if (request.meant.matches(change.path))
      changes.push_back({change.path, change.base, change.now});
  std::ranges::sort(changes, {}, &object::Change::name);
  DiffOptions options;
  options.patch = true;
  print_diffs(context, batch, file_diffs(batch, std::move(changes), options), options);
}

// What stands below the message in the editor.
std::string template_of(const Context& context, const repo::Repository& repository,
                        const repo::CommitRequest& request, const repo::Status& status,
                        Cleanup cleanup, bool verbose, char comment) {
  std::string text;
  if (cleanup != Cleanup::scissors) {
    text = std::string("The message of the commit. Lines that begin with '") + comment +
           "' are left out" + (cleanup == Cleanup::strip ? "" : " by --cleanup=strip alone") +
           ",\nand an empty message ends it.\n";
  }
  text += "\nOn branch " + escape_controls(status.branch) + "\nWhat it records:\n";
  for (const StatusLine& line : status_lines(status, shown_options(context, repository, request)))
    text += "\t" + std::string(line.letters) + " " + shown_path(line.path) + "\n";
  std::string out =
      (cleanup == Cleanup::scissors ? scissors(comment) : "\n") + commented(text, comment);
  if (!verbose) return out;
  std::ostringstream patch;
  Context inside{context.world, context.folder, patch, context.err};
  print_changes(inside, repository, request);
  return out + (cleanup == Cleanup::scissors ? "" : scissors(comment)) + patch.str();
}

class Message {
 public:
  Message(const Context& context, repo::Repository& repository, const Given& given)
      : context_(context),
        repository_(repository),
        given_(given),
        file_(repository.layout().hn() + "/COMMIT_EDITMSG") {}

  // Into the request: from -m, -F or -C, from an editor, or the old one of what is amended.
  void take(repo::CommitRequest& request) {
    const auto text = message_of(context_, given_);
    const auto asked = cleanup_of(given_);
    const auto editor = editor_command(context_);
    const bool reused = given_.has("reuse-message");
    const bool again = given_.has("reedit-message");
    const bool adds = given_.has("signoff") || given_.has("trailer");
    const bool wants_editor =
        given_.has("edit") || again || (!text && !reused && !given_.has("no-edit"));
    const bool kept = !text && !reused && !again && request.amend && !(wants_editor && editor);
    if (kept && !adds && !has_hooks()) {
      request.keep_message = true;
      return;
    }
    if (wants_editor && !editor && !kept)
      throw Failure(Code::usage, "a commit wants a message, and there is no editor to ask with",
                    "hn commit -m MESSAGE, or -F FILE; HN_EDITOR names an editor");
    const bool edits = wants_editor && editor;
    const Cleanup cleanup = asked.value_or(edits ? Cleanup::strip : Cleanup::whitespace);
    request.message = text ? *text : reused || again ? message_at(reused_revision(given_)) : "";
    if (!text && !reused && !again && request.amend) request.message = old_message();
    // What is typed is a line.
    if (cleanup == Cleanup::verbatim && given_.has("message") && !request.message.ends_with('\n'))
      request.message += '\n';
    const bool fresh = edits && !text && !again && !request.amend;
    const std::string begun = fresh ? template_text() : "";
    if (fresh) request.message = begun;
    comment_ = comment_char(repository_.settings(), request.message);
    if (adds) add_trailers(request, cleanup);
    source_ = source(text.has_value(), !begun.empty());
    if (edits)
      ask(request, *editor, cleanup);
    else
      request.message = prepared(std::move(request.message));
    if (!given_.has("no-verify"))
      request.message =
          text_by_hook(context_, repository_, "commit-msg", file_, std::move(request.message));
    request.message = cleaned(request.message, cleanup, comment_);
    request.verbatim = true;
    if (!begun.empty() && request.message == cleaned(begun, cleanup, comment_) &&
        cleanup != Cleanup::verbatim && !request.message.empty())
      throw Failure(Code::refused, "the template was not edited", "nothing was recorded");
  }

  const std::string& file() const { return file_; }

 private:
  void add_trailers(repo::CommitRequest& request, Cleanup cleanup) const {
    std::string& message = request.message;
    if (cleanup != Cleanup::verbatim) message = cleaned(message, Cleanup::whitespace, comment_);
    if (given_.has("signoff")) {
      const repo::Who who =
          repo::who_commits(context_.world, repository_.settings(), repo::Role::committer);
      message = with_trailer(message, "Signed-off-by: " + who.name + " <" + who.email + ">");
    }
    for (const std::string& text : given_.values("trailer"))
      message = with_trailer(message, trailer_of(text));
  }

  std::string message_at(const std::string& revision) const {
    return repo::require(object::read_commit(repository_.store(),
                                             repo::resolve_commit(repository_, revision)),
                         "reading the commit")
        .message;
  }

  // What the message begins with in the editor: of -t or commit.template.
  std::string template_text() const {
    if (const auto file = given_.value("template"))
      return text_of_file(context_, *file, kTemplateBytesMax);
    const auto set = repository_.settings().get("commit.template");
    if (!set) return "";
    const auto path = repo::path_of(context_.world, *set);
    if (!path) throw Failure(Code::invalid, "commit.template is '" + *set + "': no such home");
    const bool full = path->starts_with('/');
    return text_of_file(context_, full ? *path : repository_.layout().root + "/" + *path,
                        kTemplateBytesMax);
  }

  std::string old_message() const {
    const auto standing = repository_.worktree();
    if (!standing || !standing->base) return "";
    return repo::require(object::read_commit(repository_.store(), *standing->base),
                         "reading the commit")
        .message;
  }

  void ask(repo::CommitRequest& request, const std::string& editor, Cleanup cleanup) {
    const repo::Status status = repo::status(repository_);
    request.looked = looked(repository_, status);
    const bool nothing =
        status_lines(status, shown_options(context_, repository_, request)).empty();
    if (nothing && !request.amend && !request.allow_empty) {
      throw Failure(Code::refused, "nothing to commit: nothing differs from the last commit",
                    "hn status says what differs; --allow-empty commits all the same");
    }
    const bool verbose = given_.has("verbose");
    const std::string below =
        template_of(context_, repository_, request, status, cleanup, verbose, comment_);
    request.message = edited(context_, editor, file_, prepared(request.message + below));
    if (verbose) request.message = std::string(above_scissors(request.message, comment_));
  }

  bool has_hooks() const {
    return has_hook(context_, repository_, "prepare-commit-msg") ||
           (!given_.has("no-verify") && has_hook(context_, repository_, "commit-msg"));
  }

  // Where the message comes from, as git tells the hook.
  std::vector<std::string> source(bool given, bool begun) const {
    if (given) return {"message"};
    if (const std::string revision = reused_revision(given_); !revision.empty())
      return {"commit", revision};
    if (given_.has("amend")) return {"commit", "HEAD"};
    return begun ? std::vector<std::string>{"template"} : std::vector<std::string>{};
  }

  std::string prepared(std::string text) const {
    return text_by_hook(context_, repository_, "prepare-commit-msg", file_, std::move(text),
                        source_);
  }

  const Context& context_;
  repo::Repository& repository_;
  const Given& given_;
  std::string file_;
  std::vector<std::string> source_;
  char comment_ = '#';
};

// Whether only what would be recorded is told.
bool is_dry(const Given& given) {
  return given.has("dry-run") || given.has("short") || given.has("porcelain") ||
         given.has("long") || given.has("null");
}

int dry_run(Context& context, repo::Repository& repository, const Given& given,
            const repo::CommitRequest& request) {
  using Form = StatusOptions::Form;
  if (given.has("long") && given.has("null"))
    throw Failure(Code::usage, "--long and -z exclude each other");
  const repo::Status status = repo::status(repository);
  const StatusOptions recorded = shown_options(context, repository, request);
  StatusOptions options = recorded;
  const bool porcelain = given.has("porcelain") || (given.has("null") && !given.has("short"));
  if (porcelain || given.has("short")) {
    // All that differs, with what the commit takes of it.
    options.recorded = std::exchange(options.meant, {});
    options.unread = true;
    options.form = porcelain ? Form::porcelain_1 : Form::brief;
    options.nul = given.has("null");
    options.branch = given.has("branch");
  }
  print_lines(context, repository, status, options);
  return status_lines(status, recorded).empty() ? kExitNo : 0;
}

repo::CommitDone commit(Context& context, repo::Repository& repository, const Given& given) {
  if (!given.has("no-verify")) require_hook(context, repository, "pre-commit");
  repo::CommitRequest request = request_of(context, repository, given);
  Message message(context, repository, given);
  message.take(request);
  if (!request.looked)
    request.looked = repo::Looked{repository.worktree().value_or(repo::WorktreeRecord{}), {}};
  try {
    return repo::commit(repository, request);
  } catch (const Failure& failure) {
    // Nobody should have to write it again.
    if (failure.code() == Code::busy && !request.message.empty()) {
      write_text(context, message.file(), request.message);
      throw Failure(failure.code(), failure.context(),
                    "look at hn status, and commit again: -F " + message.file());
    }
    throw;
  }
}

Json as_json(const repo::CommitDone& done, const object::Commit& commit) {
  Json out = commit_json(done.commit, commit);
  put_text(out, "branch", done.branch);
  out["files"] = done.files;
  out["conflicts"] = Json::array();
  for (const std::string& path : done.conflicts) {
    Json row;
    put_text(row, "path", path);
    out["conflicts"].push_back(std::move(row));
  }
  return out;
}

void say(const Context& context, const repo::CommitDone& done, const object::Commit& commit) {
  context.out << "[" << escape_controls(done.branch) << (done.root ? " (first commit)" : "") << " "
              << short_id(done.commit) << "] " << subject_of(commit) << "\n "
              << count_of(done.files, "file") << " changed\n";
  for (const std::string& path : done.as_before)
    context.out << " resolved as before: " << shown_path(path) << "\n";
  for (const std::string& path : done.conflicts)
    context.out << " still in conflict: " << shown_path(path) << "\n";
  if (!done.still_contained_by.empty()) {
    context.err
        << "note: commits of " << done.still_contained_by.front()
        << " stand on the one you replaced, so it stays in the history; a revert would undo it\n";
  }
}

// What the attribute files of a commit do not say although somebody may think so.
void warn_of_attributes(const Context& context, const repo::Repository& repository,
                        const repo::CommitDone& done, const object::Id& tree) {
  for (const std::string& path : done.attribute_files) {
    const auto value =
        repo::require(object::find_path(repository.store(), tree, path), "reading a folder");
    if (!value || !value->is_file()) continue;
    const auto bytes =
        object::read_file(repository.store(), value->id(), merge::kAttributesBytesMax);
    const auto parsed = bytes ? merge::Attributes::parse(*bytes) : std::nullopt;
    if (!parsed) {
      context.err << "note: " << shown_path(path)
                  << ": over a limit, so that nothing in it counts\n";
      continue;
    }
    for (const merge::UnknownPolicy& unknown : parsed->unknown_policies())
      context.err << "note: " << shown_path(path) << ":" << unknown.line << ": "
                  << in_words(unknown) << "\n";
  }
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  if (is_dry(given))
    return dry_run(context, repository, given, request_of(context, repository, given));
  const repo::CommitDone done = commit(context, repository, given);
  const auto commit =
      repo::require(object::read_commit(repository.store(), done.commit), "reading the commit");
  for (const worktree::Notice& notice : done.notices) {
    context.err << "note: " << shown_path(notice.path) << ": " << in_words(notice.kind) << "\n";
  }
  warn_of_attributes(context, repository, done, commit.tree);
  if (given.has("json")) {
    print(context, as_json(done, commit));
  } else if (!given.has("quiet")) {
    say(context, done, commit);
  }
  run_hook(context, repository, "post-commit");
  start_gc_where_worthwhile(context, repository);
  return 0;
}

}  // namespace

Command cmd_commit() {
  return {
      "commit",
      "Record the working tree as a commit",
      {{"-m,--message", "MSG", "the message; several become paragraphs", Offers::nothing, "", true},
       {"-F,--file", "FILE", "read the message from FILE, - for standard input", Offers::files},
       {"-C,--reuse-message", "REV", "with the message, author and date of REV", Offers::revisions},
       {"-c,--reedit-message", "REV", "the same, and edit the message", Offers::revisions},
       {"-t,--template", "FILE", "what the message begins with in the editor", Offers::files},
       {"--reset-author", "", "of -C or --amend: written by who commits, now"},
       {"-s,--signoff", "", "end the message with who commits"},
       {"--trailer", "KEY:VALUE", "end the message with such a line", Offers::nothing, "", true},
       {"-a,--all", "", "everything, as where no path is given"},
       {"-v,--verbose", "", "show the changes in the editor"},
       {"-e,--edit", "", "edit the message that -m, -F or --amend gives"},
       {"--no-edit", "", "ask for no message"},
       {"--cleanup", "MODE", "how the message is cleaned", Offers::words,
        "strip whitespace verbatim scissors default"},
       {"-n,--no-verify", "", "run no hooks that could refuse"},
       {"--dry-run", "", "say what would be recorded"},
       {"--short", "", "the same of all that differs, as git commit --short does"},
       {"--porcelain", "", "the same for scripts"},
       {"-z,--null", "", "the same, lines end with NUL"},
       {"--branch", "", "of these: the branch too"},
       {"--long", "", "as --dry-run"},
       {"-q,--quiet", "", "say nothing where it was done"},
       {"--amend", "", "replace the commit that the working tree stands on"},
       {"--allow-empty", "", "commit although nothing changed"},
       {"--allow-empty-message", "", "commit without a message"},
       {"--allow-markers", "", "record lines of conflict markers as they are"},
       {"--author", "WHO", "the author, as Name <address>, or a pattern for one there is"},
       {"--date", "DATE", "the author's date"},
       {"--json", "", "as JSON"}},
      {{"PATH", "record these paths alone", 0, kMany, Offers::files}},
      run,
      true};
}

}  // namespace hn::cli
