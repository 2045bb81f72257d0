#include "hn/git/export.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "git/library.hpp"
#include "git/notes.hpp"
#include "git/object_format.hpp"
#include "git/pack_sink.hpp"

namespace hn::git {
namespace {

using Change = ExportedRef::Change;

constexpr std::string_view kHeads = "refs/heads/";

template <class T>
T require(Result<T> result, std::string_view doing) {
  if (!result) throw Failure(result.error(), doing);
  return std::move(result).value();
}

// What the target has already, by the ids with which commits came in or went out before.
class There final : public Elsewhere {
 public:
  There(const ExportOptions& options, const Target& target) : options_(options), target_(target) {}

  std::optional<GitId> has(const object::Id& id, const std::optional<GitId>& claimed) override {
    if (target_.made() && !options_.only) return std::nullopt;
    const auto git = claimed ? claimed : options_.made_here->git_id(id, target_.id_bytes());
    if (options_.only) return options_.only->contains(id) ? std::nullopt : git;
    return git && git->size == target_.id_bytes() && target_.has(*git) ? git : std::nullopt;
  }
  std::optional<Bytes> read(Type type, const GitId& id) override { return target_.read(type, id); }

 private:
  const ExportOptions& options_;
  const Target& target_;
};

std::optional<object::Id> here(const ExportOptions& options, const GitId& git) {
  if (const auto id = options.made_here->id_of(git)) return id;
  return options.imported ? options.imported(git) : std::nullopt;
}

class Nowhere final : public RestoredSink {
 public:
  void object(Restored) override {}
  bool wants_bases() const override { return false; }
};

// Git's id as the commit or tag carries it, or as it went out before. A folder or file carries
// none; few tags name one.
std::optional<GitId> known_git_id(const ExportOptions& options, std::uint8_t id_bytes,
                                  const ExportRef& ref) {
  std::optional<GitId> carried;
  if (ref.kind == object::Kind::commit)
    carried = require(object::read_commit(*options.blocks, ref.id), "reading a branch").git;
  if (ref.kind == object::Kind::tag)
    carried = require(object::read_tag(*options.blocks, ref.id), "reading a tag").git;
  if (ref.kind != object::Kind::commit && ref.kind != object::Kind::tag) {
    Nowhere nowhere;
    return require(Restorer(*options.blocks, nowhere, nullptr, id_bytes).add(ref.kind, ref.id),
                   "reading a tag");
  }
  return carried ? carried : options.made_here->git_id(ref.id, id_bytes);
}

std::string where(const ExportOptions& options, const std::string& name) {
  return name + " in " + library::shown(options.path);
}

// A branch moves forward, and what else is there stays, unless the user says otherwise.
void require_forward(const ExportOptions& options, const ExportRef& ref, const GitId& before) {
  if (known_git_id(options, before.size, ref) == before) return;
  const auto old = here(options, before);
  if (!old) {
    throw Failure(Code::refused,
                  where(options, ref.name) + " holds " + to_hex(before) + ", which hn has not seen",
                  "bring it in with `hn import git`, then export again; --force gives it up");
  }
  if (*old == ref.id) return;
  const bool is_branch = ref.name.starts_with(kHeads) && ref.kind == object::Kind::commit;
  if (is_branch &&
      require(object::is_ancestor(*options.history, *old, ref.id), "looking for what is new"))
    return;
  throw Failure(Code::refused,
                where(options, ref.name) + " holds " + to_hex(before) +
                    (is_branch ? ", which the branch here no longer contains"
                               : ", and the tag here is another"),
                "--force moves it all the same");
}

// Git cannot hold `a` beside `a/b`; the first in order wins, as whoever came first would.
std::vector<ExportRef> usable(const ExportOptions& options, Exported& out) {
  std::vector<ExportRef> refs = options.refs;
  std::ranges::sort(refs, {}, &ExportRef::name);
  std::set<std::string, std::less<>> taken;
  std::erase_if(refs, [&](const ExportRef& ref) {
    if (!Target::is_ref_name(ref.name)) {
      out.notices.push_back({ref.name, "is no name that git allows; left out"});
      return true;
    }
    for (std::size_t at = ref.name.find('/'); at != std::string::npos;
         at = ref.name.find('/', at + 1)) {
      if (!taken.contains(std::string_view(ref.name).substr(0, at))) continue;
      out.notices.push_back(
          {ref.name, "git cannot hold it beside " + ref.name.substr(0, at) + "; left out"});
      return true;
    }
    taken.insert(ref.name);
    return false;
  });
  return refs;
}

// What one export works on.
class Export {
 public:
  Export(const ExportOptions& options, Progress& progress, Missing missing)
      : options_(options),
        progress_(progress),
        open_(open_target(options, missing)),
        target_(*open_),
        there_(options, target_) {}

  Exported run() {
    out_.made = target_.made();
    out_.id_bytes = target_.id_bytes();
    progress_.at(Phase::references, 0, 0, 0);
    const std::vector<ExportRef> refs = usable(options_, out_);
    for (const ExportRef& ref : refs) {
      before_[ref.name] = target_.ref(ref.name);
      const auto& before = before_[ref.name];
      if (before && !options_.force) require_forward(options_, ref, *before);
    }
    if (!out_.made) require_room(refs);
    if (options_.notes) require_notes(refs);
    write(refs);
    if (options_.notes) write_notes();
    if (options_.prune) prune(refs);
    move();
    std::ranges::sort(out_.refs, {}, &ExportedRef::name);
    return std::move(out_);
  }

  Compared compare() {
    Exported unused;
    CompareSink sink(target_, options_.path);
    Restorer restorer(*options_.blocks, sink, nullptr, target_.id_bytes(), options_.scratch);
    restorer.open_blocks = options_.open_blocks;
    restorer.progress = [&](std::uint64_t done, std::uint64_t objects) {
      progress_.at(Phase::objects, done, 0, objects);
    };
    for (const ExportRef& ref : usable(options_, unused)) {
      const GitId made = restored(restorer, ref, "comparing ");
      const auto holds = target_.ref(ref.name);
      if (!holds)
        throw Failure(Code::not_found, where(options_, ref.name) + " is not there",
                      "`hn export git` brings it");
      if (*holds != made)
        throw Failure(
            Code::damaged,
            where(options_, ref.name) + " holds " + to_hex(*holds) + ", not " + to_hex(made),
            "`hn export git` moves it on where it is behind");
    }
    if (options_.notes) sink.objects += compare_notes(target_, texts());
    return {sink.objects};
  }

 private:
  // Where the history is of the other kind, that is said of the whole.
  GitId restored(Restorer& restorer, const ExportRef& ref, std::string_view doing) {
    auto made = restorer.add(ref.kind, ref.id);
    if (!made && made.error().code == Code::unsupported)
      require_format(options_, target_.id_bytes());
    return require(std::move(made), std::string(doing) + ref.name);
  }

  void write(const std::vector<ExportRef>& refs) {
    PackSink sink(options_, target_, out_);
    Restorer restorer(*options_.blocks, sink, &there_, target_.id_bytes(), options_.scratch);
    restorer.open_blocks = options_.open_blocks;
    restorer.progress = [&](std::uint64_t done, std::uint64_t objects) {
      progress_.at(Phase::objects, done, 0, objects);
    };
    for (const ExportRef& ref : refs) {
      const GitId made = restored(restorer, ref, "exporting ");
      const auto& before = before_[ref.name];
      const Change change = !before ? Change::made : *before == made ? Change::none : Change::moved;
      out_.refs.push_back({ref.name, change, before, made});
    }
    sink.finish();
  }

  // Git cannot hold `a` beside `a/b`, nor take the one away and make the other in one go.
  void require_room(const std::vector<ExportRef>& refs) const {
    const std::vector<std::string> there = target_.refs();
    for (const ExportRef& ref : refs) {
      if (before_.at(ref.name)) continue;
      std::optional<std::string> other;
      for (std::size_t at = ref.name.find('/'); at != std::string::npos;
           at = ref.name.find('/', at + 1))
        if (std::ranges::binary_search(there, ref.name.substr(0, at)))
          other = ref.name.substr(0, at);
      const auto below = std::ranges::lower_bound(there, ref.name + "/");
      if (below != there.end() && below->starts_with(ref.name + "/")) other = *below;
      if (other)
        throw Failure(Code::refused,
                      "git cannot hold " + ref.name + " beside " + where(options_, *other),
                      "`git update-ref -d " + *other + "` takes it away, if nobody needs it");
    }
  }

  void require_notes(const std::vector<ExportRef>& refs) {
    const std::string name(kNotesRef);
    if (std::ranges::find(refs, name, &ExportRef::name) != refs.end())
      throw Failure(Code::refused, name + " is a branch or tag here, and would become hn's notes",
                    "export without --notes, or choose with --refs");
    before_[name] = target_.ref(name);
    if (before_[name] && !options_.force) require_own_notes(target_, *before_[name]);
  }

  // The notes on what is there, whoever brought it.
  NoteTexts texts() const {
    NoteTexts out;
    for (const ExportNote& note : *options_.notes) {
      std::optional<GitId> git;
      if (note.kind == object::Kind::tag) {
        const auto tag = object::read_tag(*options_.blocks, note.about);
        if (tag) git = tag->git;
      } else {
        const auto commit = object::read_commit(*options_.blocks, note.about);
        if (commit) git = commit->git;
      }
      if (!git) git = options_.made_here->git_id(note.about, target_.id_bytes());
      if (git && git->size == target_.id_bytes() && target_.has(*git))
        out.emplace(*git, NoteText{note.text, note.seconds});
    }
    return out;
  }

  void write_notes() {
    const std::string name(kNotesRef);
    const NoteTexts list = texts();
    const auto& before = before_[name];
    if (list.empty() && !before) return;
    Exported counts;
    PackSink sink(options_, target_, counts);
    const NotesMade made = make_notes(target_, list, before, sink);
    sink.finish();
    out_.notes = made.notes;
    out_.bytes += counts.bytes;
    const Change change = !before                  ? Change::made
                          : *before == made.commit ? Change::none
                                                   : Change::moved;
    out_.refs.push_back({name, change, before, made.commit});
  }

  void prune(const std::vector<ExportRef>& refs) {
    const std::string head = target_.head();
    for (const std::string& name : target_.refs()) {
      const bool stays =
          std::ranges::any_of(refs, [&](const ExportRef& ref) { return ref.name == name; });
      if (stays) continue;
      const auto before = target_.ref(name);
      if (!before) continue;
      if (!options_.force && !here(options_, *before))
        throw Failure(
            Code::refused,
            where(options_, name) + " holds " + to_hex(*before) + ", which hn has not seen",
            "bring it in with `hn import git`, then export again; --force gives it up");
      if (name == head && target_.has_working_tree()) {
        out_.notices.push_back({name, "is checked out and stays"});
        continue;
      }
      out_.refs.push_back({name, Change::removed, before, std::nullopt});
    }
  }

  // The files of a working tree move before their branch: where something is in the way nothing has
  // moved at all.
  void move() {
    std::vector<Target::Move> moves;
    const std::string head = target_.head();
    for (const ExportedRef& ref : out_.refs) {
      if (ref.change == Change::none) continue;
      if (ref.name == head && target_.has_working_tree() && ref.now) {
        if (!out_.made && !options_.keep_files) target_.require_clean(ref.before);
        target_.check_out(ref.before, *ref.now, options_.keep_files);
      }
      moves.push_back({ref.name, ref.before, ref.now});
    }
    if (!moves.empty()) target_.move(moves);
  }

  const ExportOptions& options_;
  Progress& progress_;
  std::unique_ptr<Target> open_;
  Target& target_;
  There there_;
  std::map<std::string, std::optional<GitId>> before_;
  Exported out_;
};

}  // namespace

Exported export_git(const ExportOptions& options, Progress& progress) {
  return Export(options, progress, Missing::make).run();
}

Compared compare_export(const ExportOptions& options, Progress& progress) {
  return Export(options, progress, Missing::fail).compare();
}

}  // namespace hn::git
