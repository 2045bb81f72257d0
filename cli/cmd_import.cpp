#include <filesystem>
#include <ostream>

#include "auto_gc.hpp"
#include "hn/git/clone.hpp"
#include "hn/git/git_map.hpp"
#include "hn/git/import.hpp"
#include "hn/git/refs.hpp"
#include "hn/repo/import.hpp"
#include "hn/repo/init.hpp"
#include "import_news.hpp"
#include "interrupts.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "unfinished.hpp"

namespace hn::cli {
namespace {

class Shown final : public git::Progress {
 public:
  explicit Shown(const Context& context) : line_(context) {}
  void at(git::Phase phase, std::uint64_t done, std::uint64_t total,
          std::uint64_t objects) override {
    if (Interrupts::came()) throw Failure(Code::io, "interrupted");
    const char* what = phase == git::Phase::references ? "reading references"
                       : phase == git::Phase::history  ? "reading the history"
                                                       : "importing";
    std::string text = std::string(what) + ": " + std::to_string(done);
    if (total > 0) text += " of " + std::to_string(total) + " commits";
    line_.show(text + ", " + count_of(objects, "object"));
  }

 private:
  ProgressLine line_;
};

std::string git_folder(const Context& context, const std::string& path) {
  std::string full = context.absolute(path);
  if (!context.world.fs.stat(full)) {
    throw Failure(Code::not_found, "there is no folder " + path,
                  "name the folder that holds .git, or a bare repository");
  }
  return full;
}

// The repository to import into: the one at DIR, or a new one whose default branch is git's.
repo::Repository target_of(const Context& context, const std::string& folder,
                           const git::ImportOptions& options, const std::string& label) {
  const repo::Layout layout{folder};
  if (store::Store::exists(context.world.fs, layout.store()))
    return repo::Repository(context.world, layout);
  repo::InitRequest request;
  request.folder = folder;
  request.label = label;
  const std::string branch = git::default_branch_of(options);
  if (log::is_ref_name(branch)) request.default_branch = branch;
  return repo::init(context.world, request);
}

std::string default_folder(const Context& context, const std::string& source) {
  std::string name = source.substr(source.rfind('/') + 1);
  if (name == ".git") return os::parent_of(source);
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  // Importing a checkout into itself: the history moves in beside git's.
  if (context.world.fs.stat(source + "/.git")) return source;
  return context.absolute(name);
}

repo::Import import_of(const std::string& source, const git::Imported& imported) {
  repo::Import import{source, {}, imported.default_branch};
  for (const git::ImportedRef& ref : imported.refs)
    import.refs.push_back({ref.is_tag, ref.name, {ref.kind, ref.id}, ref.git});
  return import;
}

// Whether git has this branch checked out in this folder.
bool is_checkout_of(const Context& context, const std::string& folder, const std::string& branch) {
  const std::string head = folder + "/.git/HEAD";
  const auto stat = context.world.fs.stat(head);
  return stat && !stat->folder &&
         as_text(os::read_file(context.world.fs, head)) == "ref: refs/heads/" + branch + "\n";
}

// Whether git's commit on this branch is the one.
bool is_imported(const git::Imported& imported, const std::string& branch, const object::Id& id) {
  return std::ranges::any_of(imported.refs, [&](const git::ImportedRef& ref) {
    return !ref.is_tag && ref.name == branch && ref.id == id;
  });
}

// Into a checkout of git's the files are there already, with what was not committed there: they
// stay, and what differs from git's commit shows in status.
repo::Moved check_out(const Context& context, repo::Repository& repository,
                      const git::Imported& imported) {
  const auto standing = repository.worktree();
  if (!standing) return {};
  const repo::Tip tip = repo::tip_of(repository, standing->branch);
  if (!tip.commit || tip.commit == standing->base) return {};
  const std::string& branch = standing->branch.name;
  if (is_imported(imported, branch, *tip.commit) &&
      is_checkout_of(context, repository.layout().root, branch)) {
    repo::stand_on(repository, standing->branch, *tip.commit);
    return {};
  }
  return repo::move_working_tree(repository, standing->branch, tip.commit);
}

repo::Moved check_out_or_say(const Context& context, repo::Repository& repository,
                             const git::Imported& imported) {
  try {
    return check_out(context, repository, imported);
  } catch (const Failure& failure) {
    throw Failure(failure.code(), "the history is in, but not its files: " + failure.context(),
                  failure.hint());
  }
}

// The import is done and stays, whatever stands in the way of its files.
void require_checked_out(const repo::Repository& repository, const repo::Moved& moved) {
  if (moved.obstacles.empty()) return;
  const worktree::Obstacle& first = moved.obstacles.front();
  std::string what = "checking it out would overwrite " + shown_path(first.path) + " (" +
                     std::string(worktree::name_of(first.kind)) + ")";
  if (moved.obstacles.size() > 1)
    what += " and " + count_of(moved.obstacles.size() - 1, "other path");
  const auto standing = repository.worktree();
  throw Failure(Code::refused, "the history is in, but " + what,
                std::string("move ") + (moved.obstacles.size() == 1 ? "it" : "them") +
                    " away, then: hn switch " +
                    (standing ? repo::shown_name(repository, standing->branch) : "BRANCH"));
}

// "6 commits, 2 branches and 1 tag", without what there is none of.
std::string what_came(std::uint64_t commits, std::uint64_t branches, std::uint64_t tags) {
  std::vector<std::string> parts;
  if (commits > 0) parts.push_back(count_of(commits, "commit"));
  if (branches > 0)
    parts.push_back(branches == 1 ? "1 branch" : std::to_string(branches) + " branches");
  if (tags > 0) parts.push_back(count_of(tags, "tag"));
  if (parts.empty()) return "nothing new";
  std::string out = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i)
    out += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

// What may have gone to git from here, or from another device.
std::vector<object::Id> published(const repo::Repository& repository) {
  std::vector<object::Id> out;
  for (const log::BranchInfo& branch : repository.view().branches()) {
    for (const log::LivePublish& publish : repository.view().live_on(branch.created_by)) {
      if (publish.target && publish.target->kind == object::Kind::commit)
        out.push_back(publish.target->id);
    }
  }
  return out;
}

// The commits and tags themselves, then where branches and tags stand.
git::Imported bring_in(const Context& context, repo::Repository& repository,
                       git::ImportOptions options) {
  options.scratch.open = [&store = repository.store()] { return store.open_scratch(); };
  repo::ImportedIds ids(repository);
  git::GitMap made_here(context.world.fs, repository.layout().git_map());
  const auto imported_as = [&](const object::GitId& git) { return ids.find(git); };
  git::learn_made_here(
      {options, published(repository), &repository.store(), imported_as, &made_here});
  made_here.save(unique_name(context));
  store::Batch batch = repository.store().begin(store::Effort::bulk);
  options.blocks = &batch;
  options.known = [&, known = options.known](const object::GitId& git) {
    if (const auto id = known ? known(git) : std::nullopt) return id;
    const auto made = made_here.id_of(git);
    return made && repository.store().has(*made) ? made : ids.find(git);
  };
  std::vector<object::Id> commits;
  options.commit_done = [&](const object::Id& id) { commits.push_back(id); };
  git::Imported imported;
  {
    Shown progress(context);
    imported = git::import_git(options, batch, progress);
  }
  if (imported.counts.objects() > 0) batch.commit();
  repository.history().learn(commits);
  return imported;
}

void say_notices(const Context& context, const git::Imported& imported) {
  for (const git::Notice& notice : imported.notices) {
    context.err << "note: " << escape_controls(notice.subject) << ": "
                << escape_controls(notice.what) << "\n";
  }
  if (imported.notices_left_off > 0)
    context.err << "note: and " << imported.notices_left_off << " more of that kind\n";
}

std::string short_git(const std::optional<object::GitId>& id) {
  return id ? git::to_hex(*id).substr(0, 10) : std::string("another");
}

// What is not simply newer: nobody should find that out from the files.
void say_adopted(const Context& context, const repo::Adopted& adopted) {
  const std::string name = escape_controls(adopted.name);
  const std::string ids = ": was " + short_git(adopted.was) + ", is " + short_git(adopted.is);
  if (adopted.how == repo::Adopted::How::rewritten) {
    if (adopted.tag)
      context.err << "note: tag " << name << " was moved in git" << ids << "\n";
    else
      context.err << "note: branch " << name << " was rewritten in git" << ids << "\n";
  }
  if (adopted.how == repo::Adopted::How::merged)
    context.err << "note: branch " << name
                << " has commits that git's does not have; it is the merge of both\n";
  for (const std::string& label : adopted.still_contained_by)
    context.err << "note: commits of " << escape_controls(label) << " on branch " << name
                << " stand on what git has taken out, so it stays in the history\n";
}

std::string_view word_of(repo::Adopted::How how) {
  switch (how) {
    case repo::Adopted::How::created:
      return "created";
    case repo::Adopted::How::moved:
      return "moved";
    case repo::Adopted::How::merged:
      return "merged";
    case repo::Adopted::How::rewritten:
      break;
  }
  return "rewritten";
}

void print_json(const Context& context, const std::string& folder, const git::Imported& imported,
                const std::vector<repo::Adopted>& adopted) {
  const auto tags = std::ranges::count_if(imported.refs, &git::ImportedRef::is_tag);
  Json out;
  put_text(out, "folder", folder);
  out["branches"] = imported.refs.size() - static_cast<std::size_t>(tags);
  out["tags"] = tags;
  out["commits"] = imported.counts.commits;
  out["objects"] = imported.counts.objects();
  out["raw"] = imported.counts.raw_commits + imported.counts.raw_tags + imported.counts.raw_trees;
  put_text(out, "default_branch", imported.default_branch);
  out["changed"] = Json::array();
  for (const repo::Adopted& one : adopted) {
    Json row;
    put_text(row, "name", one.name);
    row["tag"] = one.tag;
    row["how"] = word_of(one.how);
    row["was"] = one.was ? Json(git::to_hex(*one.was)) : Json(nullptr);
    row["is"] = git::to_hex(one.is);
    out["changed"].push_back(std::move(row));
  }
  print(context, out);
}

std::vector<std::string> patterns_of(const Given& given) {
  std::vector<std::string> patterns = given.values("refs");
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with("refs/")) continue;
    throw Failure(Code::usage, "'" + pattern + "' is no pattern of references in full",
                  "such as 'refs/heads/" + pattern + "' or 'refs/notes/*'");
  }
  return patterns;
}

// What was brought in becomes branches, tags and files, and is told.
int take_up(const Context& context, const Given& given, const std::string& source,
            repo::Repository& repository, const git::Imported& imported, Unfinished& unfinished) {
  say_notices(context, imported);
  const std::vector<repo::Adopted> adopted =
      repo::adopt_import(repository, import_of(source, imported));
  unfinished.keep();
  for (const repo::Adopted& one : adopted) say_adopted(context, one);
  const repo::Moved moved = check_out_or_say(context, repository, imported);
  say_refusals(context, moved);
  const std::string& folder = repository.layout().root;
  if (given.has("json")) {
    print_json(context, folder, imported, adopted);
  } else {
    const auto tags = static_cast<std::size_t>(std::ranges::count_if(adopted, &repo::Adopted::tag));
    context.out << "imported " << what_came(imported.counts.commits, adopted.size() - tags, tags)
                << " into " << escape_controls(folder) << "\n";
  }
  start_filters_where_wanted(context, repository);
  require_checked_out(repository, moved);
  return 0;
}

int import_from(const Context& context, const Given& given, const std::string& folder,
                const std::string& source, const git::ImportOptions& options) {
  Unfinished unfinished(context, folder);
  repo::Repository repository =
      target_of(context, folder, options, given.value("name").value_or(""));
  unfinished.made(repository);
  const git::Imported imported = bring_in(context, repository, options);
  return take_up(context, given, source, repository, imported, unfinished);
}

// Where git's clone of a URL can lie for a while: in the repository, or beside the one to be made.
std::string clone_folder(const Context& context, const std::string& folder) {
  const repo::Layout layout{folder};
  if (store::Store::exists(context.world.fs, layout.store())) return layout.hn() + "/import";
  std::string parent = os::parent_of(folder);
  while (parent != "/" && !context.world.fs.stat(parent)) parent = os::parent_of(parent);
  return parent + "/" + folder.substr(folder.rfind('/') + 1) + ".git";
}

// A repository at a URL, and git's words while it comes from there.
class Elsewhere {
 public:
  Elsewhere(const Context& context, const std::string& url, const std::string& folder,
            const git::ImportOptions& options)
      : line_(context) {
    clone_.url = url;
    clone_.folder = clone_folder(context, folder);
    clone_.refs = options.refs;
    clone_.may_ask = context.in_is_terminal;
    clone_.progress = [this](std::string_view said) {
      line_.show("git: " + escape_controls(said));
    };
    clone_.stop = [] { return Interrupts::came(); };
  }
  const git::CloneOptions& options() const noexcept { return clone_; }

 private:
  ProgressLine line_;
  git::CloneOptions clone_;
};

// Only what is new since the last import from there; nothing where git or the other side cannot do
// that, or the history was never here: then all of it comes.
std::optional<git::Imported> news_from(const Context& context, repo::Repository& repository,
                                       const Elsewhere& elsewhere, git::ImportOptions options) {
  const auto last = repo::last_import(repository, options.shown);
  if (!last) return std::nullopt;
  git::Remote remote = git::list_remote(elsewhere.options());
  if (!has_all(remote, options.refs)) return std::nullopt;
  News news = news_of(repository, *last, std::move(remote), options.refs);
  if (news.stood.empty()) return std::nullopt;
  const std::string head = git::hn_ref_name(news.head).value_or("");
  if (news.names.empty())
    return git::Imported{news.unmoved, git::default_branch_of(news.unmoved, head), {}, {}, 0};
  try {
    git::GitMap made_here(context.world.fs, repository.layout().git_map());
    const Here here = last_commits(repository, news, made_here);
    const git::Seed seed = seed_of(context, repository, news, here, made_here);
    const git::TemporaryClone clone(elsewhere.options(), &seed);
    options.path = clone.path();
    options.only_news = true;
    options.known = [&here](const object::GitId& git) {
      const auto at = here.find(git);
      return at != here.end() ? std::optional(at->second) : std::nullopt;
    };
    options.refs = std::move(news.names);
    options.unmoved = std::move(news.unmoved);
    options.head = head;
    return bring_in(context, repository, options);
  } catch (const Failure& failure) {
    if (Interrupts::came() || failure.code() == Code::io || failure.code() == Code::no_space) throw;
    return std::nullopt;
  }
}

int import_url(const Context& context, const Given& given, const std::string& url,
               git::ImportOptions options) {
  const auto dir = given.value("DIR");
  const std::string name = git::folder_name_of(url);
  if (!dir && name.empty())
    throw Failure(Code::usage, "'" + git::without_secrets(url) + "' says no name for a folder",
                  "hn import git URL DIR");
  const std::string folder = context.absolute(dir.value_or(name));
  options.shown = git::without_secrets(url);
  const Interrupts interrupts;
  const Elsewhere elsewhere(context, url, folder, options);
  const repo::Layout layout{folder};
  if (store::Store::exists(context.world.fs, layout.store())) {
    Unfinished unfinished(context, folder);
    repo::Repository repository(context.world, layout);
    if (const auto news = news_from(context, repository, elsewhere, options))
      return take_up(context, given, options.shown, repository, *news, unfinished);
  }
  const git::TemporaryClone clone(elsewhere.options());
  options.path = clone.path();
  return import_from(context, given, folder, options.shown, options);
}

int run(Context& context, const Given& given) {
  if (*given.value("FORMAT") != "git") {
    throw Failure(Code::usage, "'" + *given.value("FORMAT") + "' is not a format to import",
                  "hn import git PATH [DIR]");
  }
  git::ImportOptions options;
  options.any_owner = given.has("any-owner");
  options.refs = patterns_of(given);
  // What is there is a path, whatever it looks like.
  const std::string path = *given.value("PATH");
  if (git::is_url(path) && !context.world.fs.stat(context.absolute(path)))
    return import_url(context, given, path, std::move(options));

  const std::string source = git_folder(context, path);
  options.path = source;
  const auto dir = given.value("DIR");
  const std::string folder = dir ? context.absolute(*dir) : default_folder(context, source);
  const Interrupts interrupts;
  return import_from(context, given, folder, std::filesystem::canonical(source).string(), options);
}

}  // namespace

Command cmd_import() {
  return {
      "import",
      "Bring in the history of a git repository",
      {{"--refs", "PATTERN", "read these references, such as 'refs/notes/*'; may be given again",
        Offers::nothing, "", true},
       {"--name", "NAME", "call this device NAME, where a repository is made"},
       {"--any-owner", "", "read a repository that belongs to another user"},
       {"--json", "", "as JSON"}},
      {{"FORMAT", "git", 1, 1, Offers::words, "git"},
       {"PATH", "the git repository: a folder, or a URL", 1, 1, Offers::folders},
       {"DIR", "the hn repository; made if it is not there", 0, 1, Offers::folders}},
      run};
}

}  // namespace hn::cli
