// Why an interrupted checkout can be completed: before the first change the index marks as pending
// what will be written, and is synced. New files appear under their names at once, so a crash can
// leave one half written; it is pending, and its bytes are a beginning of what the plan wants,
// which the next plan recognises and overwrites. Files that are replaced are written aside, so that
// a full disk leaves the old one; then that goes, and the new one takes its name: a crash between
// leaves none, which a pending file may be. Rejected: all files aside and renamed (a second
// operation on a folder for each file of a clone); renaming over the old one (ext4 then writes each
// file to the disk at once: 502 files in 1.2 s instead of 0.13); no journal (an empty file of the
// user's would look like one half written).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "worktree/file_placer.hpp"
#include "worktree/workers.hpp"

namespace hn::worktree {
namespace {

constexpr std::size_t kFoldersPerThreadMin = 4;

struct PathGreater {
  bool operator()(const std::string& a, const std::string& b) const { return path_less(b, a); }
};

class Execution {
 public:
  Execution(const CheckoutOptions& options, Plan plan)
      : options_(options),
        plan_(std::move(plan)),
        root_(options.root),
        placer_(options),
        outcomes_(plan_.steps.size()) {
    out_.index = std::move(plan_.index);
    out_.refusals = std::move(plan_.refusals);
  }

  CheckoutResult run() {
    begin();
    try {
      remove_files();
      remove_folders();
      write_files();
    } catch (...) {
      note_outcomes();
      save();
      throw;
    }
    note_outcomes();
    if (out_.obstacles.empty()) arrive();
    save();
    return std::move(out_);
  }

 private:
  Index& index() { return out_.index; }
  static bool writes(const Step& step) { return step.now && !step.done; }

  void begin() {
    std::vector<IndexRow> added;
    bool any = false;
    for (const Step& step : plan_.steps) {
      IndexRow* row = index().find(step.path);
      if (row == nullptr && step.now) {
        row = &added.emplace_back();
        row->path = step.path;
      }
      if (row != nullptr) row->pending = writes(step);
      any = any || writes(step) || step.present || step.folder;
    }
    index().add(std::move(added));
    if (any) save_index(index(), options_.index_file, true);
  }

  void late(Obstacle::Kind kind, const std::string& path) {
    out_.obstacles.push_back({kind, path});
  }

  void remove_files() {
    for (const Step& step : plan_.steps) {
      if (!step.present || step.now) continue;
      Descriptor folder = root_.open_folder(folder_of(step.path));
      std::string name(name_of_path(step.path));
      if (!folder || look(folder.get(), name).witness != step.witness) {
        late(Obstacle::Kind::modified, step.path);
        continue;
      }
      if (::unlinkat(folder.get(), name.c_str(), 0) != 0)
        throw_errno(errno, "cannot remove", step.path);
      ++out_.removed;
      emptied_.insert(std::string(folder_of(step.path)));
      if (IndexRow* row = index().find(step.path)) row->forget_content();
    }
  }

  bool remove_folder(std::string_view path) {
    Descriptor above = root_.open_folder(folder_of(path));
    return above &&
           ::unlinkat(above.get(), std::string(name_of_path(path)).c_str(), AT_REMOVEDIR) == 0;
  }

  // Deepest first; a folder that still holds something stays.
  void remove_folders() {
    for (const std::string& folder : emptied_) {
      std::string_view path = folder;
      while (!path.empty() && remove_folder(path)) path = folder_of(path);
    }
    for (const Step& step : plan_.steps)
      if (step.folder) remove_empty_tree(step.path);
  }

  // Folders in folders, where a file is to stand. What is not empty after all stays, and the file's
  // creation finds it in the way.
  void remove_empty_tree(const std::string& top) {
    std::vector<std::string> found{top};
    for (std::size_t i = 0; i < found.size(); ++i) {
      Descriptor folder = root_.open_folder(found[i]);
      std::optional<std::vector<Listed>> names;
      if (folder && depth_of(found[i]) <= kDepthMax) names = list(folder.get());
      if (!names) continue;
      for (const Listed& listed : *names)
        if (listed.maybe_folder) found.push_back(join(found[i], listed.name));
    }
    for (auto path = found.rbegin(); path != found.rend(); ++path) remove_folder(*path);
  }

  // Neighbours in one folder make one job, so that the folder is opened once.
  void write_files() {
    std::vector<std::pair<std::size_t, std::size_t>> jobs;
    std::vector<std::size_t> writing;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      if (writes(plan_.steps[i])) writing.push_back(i);
    auto folder = [&](std::size_t i) { return folder_of(plan_.steps[writing[i]].path); };
    for (std::size_t begin = 0, end = 0; begin < writing.size(); begin = end) {
      for (end = begin; end < writing.size() && folder(end) == folder(begin);) ++end;
      jobs.push_back({begin, end});
    }
    for_each_job(thread_count(options_.threads), jobs.size(), kFoldersPerThreadMin,
                 [&](std::size_t job, unsigned) {
                   write_folder(writing, jobs[job].first, jobs[job].second);
                 });
  }

  void write_folder(const std::vector<std::size_t>& writing, std::size_t begin, std::size_t end) {
    std::string_view path = folder_of(plan_.steps[writing[begin]].path);
    Descriptor folder = root_.make_folder(path);
    int error = errno;
    for (std::size_t i = begin; i < end; ++i) {
      const Step& step = plan_.steps[writing[i]];
      Outcome& outcome = outcomes_[writing[i]];
      if (folder)
        outcome = placer_.place(folder.get(), std::string(name_of_path(step.path)), step);
      else
        outcome = no_folder(error, path);
    }
  }

  static Outcome no_folder(int error, std::string_view path) {
    Outcome out;
    if (error == ENAMETOOLONG || error == EILSEQ || error == EINVAL) {
      out.kind = Outcome::Kind::refused;
    } else if (error == ENOTDIR || error == ELOOP) {
      out.kind = Outcome::Kind::obstacle;
      out.obstacle = Obstacle::Kind::replaced;
    } else {
      throw_errno(error, "cannot create folder", path);
    }
    return out;
  }

  // Into the rows, as far as it went.
  void note_outcomes() {
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const Step& step = plan_.steps[i];
      Outcome& outcome = outcomes_[i];
      if (step.done) note_content(step, step.witness);
      switch (outcome.kind) {
        case Outcome::Kind::untouched:
          break;
        case Outcome::Kind::written:
          ++out_.written;
          note_content(step, outcome.witness);
          break;
        case Outcome::Kind::obstacle:
          note_obstacle(step, outcome);
          break;
        case Outcome::Kind::refused:
          refuse({Refusal::Kind::name, step.path, ""});
          break;
      }
    }
  }

  void note_content(const Step& step, const Witness& witness) {
    IndexRow* row = index().find(step.path);
    if (row == nullptr) return;
    row->pending = false;
    row->forget_content();
    if (!step.now) return;
    if (step.now->id) row->content = object::Value::of(step.now->mode, *step.now->id);
    row->witness = witness;
    row->refused = false;
    row->side = step.path != step.owner;
  }

  // Where the file that came first is one of ours, this file system takes two names for one.
  void note_obstacle(const Step& step, const Outcome& outcome) {
    if (outcome.obstacle == Obstacle::Kind::untracked) {
      for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
        bool same = outcomes_[i].kind == Outcome::Kind::written &&
                    outcomes_[i].witness.inode == outcome.witness.inode &&
                    outcomes_[i].witness.device == outcome.witness.device;
        if (same) return refuse({Refusal::Kind::collision, step.path, plan_.steps[i].path});
      }
    }
    late(outcome.obstacle, step.path);
  }

  void refuse(Refusal refusal) {
    if (IndexRow* row = index().find(refusal.path)) row->pending = false;
    out_.refusals.push_back(std::move(refusal));
  }

  // The rows' base values become those of `to`.
  void arrive() {
    std::vector<IndexRow> added;
    for (const object::Change& change : plan_.changes) {
      IndexRow* row = index().find(change.name);
      if (row == nullptr && change.new_value) {
        row = &added.emplace_back();
        row->path = change.name;
      }
      if (row == nullptr) continue;
      row->base = change.new_value;
      row->refused = false;
    }
    index().add(std::move(added));
    for (const Refusal& refusal : out_.refusals)
      if (IndexRow* row = index().find(refusal.path)) row->refused = row->base.has_value();
    for (IndexRow& row : index().rows)
      if (!row.base && !row.content) row.pending = false;
    index().drop_empty_rows();
    index().base = options_.to;
  }

  void save() {
    auto by_path = [](const auto& a, const auto& b) { return path_less(a.path, b.path); };
    std::stable_sort(out_.refusals.begin(), out_.refusals.end(), by_path);
    std::stable_sort(out_.obstacles.begin(), out_.obstacles.end(), by_path);
    if (auto now = file_system_time(options_.staging)) index().stamp_ns = *now;
    save_index(index(), options_.index_file);
  }

  const CheckoutOptions& options_;
  Plan plan_;
  Root root_;
  FilePlacer placer_;
  std::vector<Outcome> outcomes_;
  std::set<std::string, PathGreater> emptied_;
  CheckoutResult out_;
};

}  // namespace

CheckoutResult carry_out(const CheckoutOptions& options, Plan plan) {
  HN_ASSERT(plan.obstacles.empty());
  return Execution(options, std::move(plan)).run();
}

}  // namespace hn::worktree
