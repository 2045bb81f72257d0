#include <ostream>

#include "hn/git/import.hpp"
#include "hn/repo/init.hpp"
#include "progress.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

class Shown final : public git::Progress {
 public:
  explicit Shown(const Context& context) : line_(context) {}
  void at(git::Phase phase, std::uint64_t done, std::uint64_t total,
          std::uint64_t objects) override {
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
  const std::string full = context.absolute(path);
  if (!context.world.fs.stat(full)) throw Failure(Code::not_found, "there is no folder " + path);
  return full;
}

// The repository to import into: the one at DIR, or a new one whose default branch is git's.
repo::Repository target_of(const Context& context, const std::string& folder,
                           const std::string& source, const std::string& label, bool any_owner) {
  const repo::Layout layout{folder};
  if (store::Store::exists(context.world.fs, layout.store()))
    return repo::Repository(context.world, layout);
  repo::InitRequest request;
  request.folder = folder;
  request.label = label;
  const std::string branch = git::default_branch_of(source, any_owner);
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

std::vector<repo::ImportedRef> refs_of(const git::Imported& imported) {
  std::vector<repo::ImportedRef> refs;
  for (const git::ImportedRef& ref : imported.refs)
    refs.push_back({ref.is_tag, ref.name, {ref.kind, ref.id}});
  return refs;
}

// Into a checkout of git's the files are there already: the move then only takes note of them.
repo::Moved check_out(repo::Repository& repository) {
  const auto standing = repository.worktree();
  if (!standing) return {};
  const repo::Tip tip = repo::tip_of(repository, standing->branch);
  if (!tip.commit || tip.commit == standing->base) return {};
  return repo::move_working_tree(repository, standing->branch, tip.commit);
}

int run(Context& context, const Given& given) {
  if (*given.value("FORMAT") != "git") {
    throw Failure(Code::usage, "'" + *given.value("FORMAT") + "' is not a format to import",
                  "hn import git PATH [DIR]");
  }
  const std::string source = git_folder(context, *given.value("PATH"));
  const auto dir = given.value("DIR");
  const std::string folder = dir ? context.absolute(*dir) : default_folder(context, source);
  repo::Repository repository =
      target_of(context, folder, source, given.value("name").value_or(""), given.has("any-owner"));

  store::Batch batch = repository.store().begin();
  git::ImportOptions options;
  options.path = source;
  options.any_owner = given.has("any-owner");
  options.blocks = &batch;
  git::Imported imported;
  {
    Shown progress(context);
    imported = git::import_git(options, batch, progress);
  }
  repo::adopt_import(repository, std::move(batch), refs_of(imported), imported.default_branch);
  const repo::Moved moved = check_out(repository);
  say_refusals(context, moved);
  for (const git::Notice& notice : imported.notices) {
    context.err << "note: " << escape_controls(notice.subject) << ": "
                << escape_controls(notice.what) << "\n";
  }
  std::uint64_t tags = 0;
  for (const git::ImportedRef& ref : imported.refs) tags += ref.is_tag ? 1 : 0;
  if (given.has("json")) {
    Json out;
    put_text(out, "folder", folder);
    out["branches"] = imported.refs.size() - tags;
    out["tags"] = tags;
    out["commits"] = imported.counts.commits;
    out["objects"] = imported.counts.objects();
    out["raw"] = imported.counts.raw_commits + imported.counts.raw_tags + imported.counts.raw_trees;
    put_text(out, "default_branch", imported.default_branch);
    print(context, out);
  } else {
    context.out << "imported " << count_of(imported.counts.commits, "commit") << ", "
                << (imported.refs.size() - tags == 1
                        ? "1 branch"
                        : std::to_string(imported.refs.size() - tags) + " branches")
                << " and " << count_of(tags, "tag") << " into " << escape_controls(folder) << "\n";
  }
  if (!moved.obstacles.empty()) require_moved(moved, "checking out");
  return 0;
}

}  // namespace

Command cmd_import() {
  return {"import",
          "Bring in the history of a git repository",
          {{"--name", "NAME", "call this device NAME, where a repository is made"},
           {"--any-owner", "", "read a repository that belongs to another user"},
           {"--json", "", "as JSON"}},
          {{"FORMAT", "git", 1, 1, Offers::words, "git"},
           {"PATH", "the git repository", 1, 1, Offers::folders},
           {"DIR", "the hn repository; made if it is not there", 0, 1, Offers::folders}},
          run};
}

}  // namespace hn::cli
