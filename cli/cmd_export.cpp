#include <algorithm>
#include <ostream>

#include "hn/git/export.hpp"
#include "hn/git/git_map.hpp"
#include "hn/git/refs.hpp"
#include "hn/os/folder_watch.hpp"
#include "hn/repo/publish.hpp"
#include "hn/repo/publish_notes.hpp"
#include "hn/repo/revision.hpp"
#include "progress.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

using Change = git::ExportedRef::Change;

class Shown final : public git::Progress {
 public:
  Shown(const Context& context, std::string what) : line_(context), what_(std::move(what)) {}
  void at(git::Phase phase, std::uint64_t done, std::uint64_t, std::uint64_t objects) override {
    if (phase != git::Phase::objects) return;
    line_.show(what_ + ": " + count_of(done, "commit") + ", " + count_of(objects, "object"));
  }

 private:
  ProgressLine line_;
  std::string what_;
};

bool is_chosen(const std::vector<std::string>& patterns, const std::string& name) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           if (pattern.starts_with("refs/")) return git::matches_ref(pattern, name);
           return git::matches_ref("refs/heads/" + pattern, name) ||
                  git::matches_ref("refs/tags/" + pattern, name);
         });
}

// What goes out, and what has to stay.
struct Outgoing {
  std::vector<git::ExportRef> refs;
  bool whole = true;
};

class Choice {
 public:
  Choice(Context& context, repo::Repository& repository, std::vector<std::string> patterns)
      : context_(context), repository_(repository), patterns_(std::move(patterns)) {}

  Outgoing make() {
    for (const std::string& name : repo::publish_drafts(repository_).refused)
      leave_out(name, "this device may not write it, so what is not published of it stays");
    for (const repo::BranchLine& line : repo::branches(repository_)) branch(line);
    for (const repo::TagLine& tag : repo::tags(repository_)) {
      const std::string name = git::git_ref_name(true, tag.shown);
      if (!tag.draft && is_chosen(patterns_, name))
        out_.refs.push_back({name, tag.target.kind, tag.target.id});
    }
    return std::move(out_);
  }

 private:
  void leave_out(const std::string& name, std::string_view why) {
    context_.err << "note: " << escape_controls(name) << ": " << why << "\n";
    out_.whole = false;
  }

  void branch(const repo::BranchLine& line) {
    const std::string name = git::git_ref_name(false, line.shown);
    if (!line.branch.id || !is_chosen(patterns_, name)) return;
    const repo::Tip tip = repo::tip_of(repository_, line.branch, repo::Drafts::left_out);
    if (tip.incomplete)
      return leave_out(line.shown, "blocks of it are missing here (`hn sync`); left out");
    if (!tip.commit) return;
    if (tip.auto_merge && !publish(line.branch, *tip.commit))
      return leave_out(line.shown,
                       "its heads are not merged yet, and this device may not do that; left out");
    out_.refs.push_back({name, object::Kind::commit, *tip.commit});
  }

  // An auto-merge gives way to the next one when another head comes. Published it stays, so a
  // branch that was shown outside only moves forward.
  bool publish(const repo::LocalBranch& branch, const object::Id& commit) {
    store::Batch batch = repository_.store().begin();
    repo::advance(repository_, batch, branch, commit, repo::Own::contained);
    batch.commit();
    return repo::publish_drafts(repository_).refused.empty();
  }

  Context& context_;
  repo::Repository& repository_;
  std::vector<std::string> patterns_;
  Outgoing out_;
};

std::string default_head(const repo::Repository& repository) {
  const auto standing = repository.worktree();
  return standing ? git::git_ref_name(false, repo::shown_name(repository, standing->branch))
                  : std::string();
}

constexpr std::string_view kNotes = "refs/notes/hn";

// "6 commits, 2 branches and 1 tag", without what there is none of.
std::string what_went(const git::Exported& out) {
  std::uint64_t branches = 0;
  std::uint64_t tags = 0;
  for (const git::ExportedRef& ref : out.refs) {
    if (ref.name == kNotes) continue;
    if (ref.change != Change::none && ref.change != Change::removed)
      ++(ref.name.starts_with("refs/tags/") ? tags : branches);
  }
  std::vector<std::string> parts;
  if (out.commits > 0) parts.push_back(count_of(out.commits, "commit"));
  if (branches > 0)
    parts.push_back(branches == 1 ? "1 branch" : std::to_string(branches) + " branches");
  if (tags > 0) parts.push_back(count_of(tags, "tag"));
  if (out.notes > 0) parts.push_back(count_of(out.notes, "note"));
  if (parts.empty()) return "nothing new";
  std::string text = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i)
    text += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text;
}

std::string_view word_of(Change change) {
  switch (change) {
    case Change::none:
      return "none";
    case Change::made:
      return "made";
    case Change::moved:
      return "moved";
    case Change::removed:
      break;
  }
  return "removed";
}

Json json_of(const git::Exported& out, const std::string& folder) {
  Json json;
  put_text(json, "folder", folder);
  json["made"] = out.made;
  json["object_format"] = out.id_bytes == 32 ? "sha256" : "sha1";
  json["commits"] = out.commits;
  json["objects"] = out.objects();
  json["notes"] = out.notes;
  json["bytes"] = out.bytes;
  json["refs"] = Json::array();
  for (const git::ExportedRef& ref : out.refs) {
    Json row;
    put_text(row, "name", ref.name);
    row["change"] = word_of(ref.change);
    if (ref.before) row["before"] = git::to_hex(*ref.before);
    if (ref.now) row["now"] = git::to_hex(*ref.now);
    json["refs"].push_back(std::move(row));
  }
  return json;
}

std::vector<git::ExportNote> notes_of(const repo::Repository& repository) {
  std::vector<git::ExportNote> out;
  for (repo::PublishNote& note : repo::publish_notes(repository))
    out.push_back({note.target.kind, note.target.id, std::move(note.text), note.seconds});
  return out;
}

std::optional<std::uint8_t> id_bytes_of(const Given& given) {
  const auto format = given.value("object-format");
  if (!format) return std::nullopt;
  if (*format == "sha1") return 20;
  if (*format == "sha256") return 32;
  throw Failure(Code::usage, "'" + *format + "' is no format of git's ids", "sha1 or sha256");
}

// One export after another into the same folder.
class Exporter {
 public:
  Exporter(Context& context, const Given& given, repo::Repository& repository)
      : context_(context),
        given_(given),
        repository_(repository),
        map_(context.world.fs, repository.layout().git_map()),
        unique_(unique_name(context)) {
    options_.path = context.absolute(*given.value("DIR"));
    options_.bare = given.has("bare") || options_.path.ends_with(".git");
    options_.keep_files = options_.path == repository.layout().root;
    options_.force = given.has("force");
    options_.prune = given.has("prune");
    options_.blocks = &repository.store();
    options_.open_blocks = [&fs = context.world.fs, folder = repository.layout().store()] {
      return std::make_unique<const store::Store>(fs, folder);
    };
    options_.history = &repository.history();
    options_.scratch.open = [&store = repository.store()] { return store.open_scratch(); };
    options_.made_here = &map_;
    options_.imported = [this](const git::GitId& id) { return imported(id); };
    options_.id_bytes = id_bytes_of(given);
    options_.fs = &context.world.fs;
    options_.unique = unique_;
  }

  // False where something had to stay.
  bool run() {
    Outgoing outgoing = Choice(context_, repository_, given_.values("refs")).make();
    options_.refs = std::move(outgoing.refs);
    if (options_.refs.empty() && given_.has("refs") && outgoing.whole) {
      throw Failure(Code::not_found, "no branch or tag matches " + given_.values("refs").front(),
                    "`hn branch` lists them; a pattern stands in quotes");
    }
    options_.head = default_head(repository_);
    if (given_.has("notes")) options_.notes = notes_of(repository_);
    git::Exported out;
    {
      Shown progress(context_, "exporting");
      out = git::export_git(options_, progress);
    }
    map_.save(unique_);
    for (const git::Notice& notice : out.notices) {
      context_.err << "note: " << escape_controls(notice.subject) << ": "
                   << escape_controls(notice.what) << "\n";
    }
    std::optional<std::uint64_t> compared;
    if (given_.has("check")) compared = check();
    say(out, compared);
    return outgoing.whole;
  }

 private:
  std::optional<object::Id> imported(const git::GitId& id) const {
    try {
      return repo::resolve(repository_, git::to_hex(id)).id;
    } catch (const Failure& failure) {
      if (failure.code() != Code::not_found) throw;
      return std::nullopt;
    }
  }

  std::uint64_t check() {
    Shown progress(context_, "comparing");
    return git::compare_export(options_, progress).objects;
  }

  void say(const git::Exported& out, const std::optional<std::uint64_t>& compared) {
    if (given_.has("json")) {
      Json json = json_of(out, options_.path);
      if (compared) json["compared"] = *compared;
      print(context_, json);
      return;
    }
    const auto removed = static_cast<std::uint64_t>(
        std::ranges::count(out.refs, Change::removed, &git::ExportedRef::change));
    // A watching one speaks when there is something to say.
    if (said_ && removed == 0 && what_went(out) == "nothing new") return;
    said_ = true;
    context_.out << "exported " << what_went(out) << " to " << escape_controls(options_.path);
    if (removed > 0) context_.out << ", and removed " << count_of(removed, "reference");
    context_.out << "\n";
    if (compared)
      context_.out << count_of(*compared, "object") << " read again: all as they should be\n";
    context_.out.flush();
  }

  Context& context_;
  const Given& given_;
  repo::Repository& repository_;
  git::GitMap map_;
  std::string unique_;
  git::ExportOptions options_;
  bool said_ = false;
};

// For ever: whoever started it ends it, at any time, since an export is whole or not there.
[[noreturn]] void watch(repo::Repository& repository, os::FolderWatch& changes,
                        Exporter& exporter) {
  for (;;) {
    changes.wait();
    repository.refresh();
    exporter.run();
  }
}

int run(Context& context, const Given& given) {
  if (*given.value("FORMAT") != "git") {
    throw Failure(Code::usage, "'" + *given.value("FORMAT") + "' is not a format to export",
                  "hn export git DIR");
  }
  repo::Repository repository = context.open();
  Exporter exporter(context, given, repository);
  std::optional<os::FolderWatch> changes;
  if (given.has("watch")) changes.emplace(repository.layout().store());
  const bool whole = exporter.run();
  if (changes) watch(repository, *changes, exporter);
  return whole ? 0 : 1;
}

}  // namespace

Command cmd_export() {
  return {"export",
          "Write the history as a git repository",
          {{"--refs", "PATTERN", "only these branches and tags", Offers::nothing, "", true},
           {"--bare", "", "without a working tree, where the git repository is made"},
           {"--object-format", "FORMAT", "sha1 or sha256, where the git repository is made",
            Offers::words, "sha1 sha256"},
           {"--force", "", "move references back too, and over commits that hn has not seen"},
           {"--prune", "", "remove branches and tags that are not here"},
           {"--notes", "", "with the signatures of hn's devices, as notes in refs/notes/hn"},
           {"--check", "", "read everything again and compare"},
           {"--watch", "", "go on, and export whenever something is new"},
           {"--json", "", "as JSON"}},
          {{"FORMAT", "git", 1, 1, Offers::words, "git"},
           {"DIR", "the git repository; made if it is not there", 1, 1, Offers::folders}},
          run};
}

}  // namespace hn::cli
