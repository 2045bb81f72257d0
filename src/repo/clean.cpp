#include "hn/repo/clean.hpp"

#include <algorithm>
#include <set>

#include "hn/worktree/files.hpp"

namespace hn::repo {
namespace {

using Paths = std::vector<std::string>;

bool has_below(const Paths& sorted, const std::string& folder) {
  const auto at = std::ranges::lower_bound(sorted, folder + "/", worktree::path_less);
  return at != sorted.end() && worktree::is_below(*at, folder);
}

class Cleaner {
 public:
  Cleaner(const CleanRequest& request, const worktree::Snapshot& snapshot)
      : request_(request), snapshot_(snapshot), rules_({request.kept}) {
    for (const worktree::IndexRow& row : snapshot.index.rows)
      if (row.base || row.side) recorded_.push_back(row.path);
    recorded_.insert(recorded_.end(), snapshot.tracked.begin(), snapshot.tracked.end());
    std::ranges::sort(recorded_, worktree::path_less);
    for (const worktree::Notice& notice : snapshot.notices) kept_.push_back(notice.path);
    for (const worktree::SeenFolder& folder : snapshot.folders)
      if (folder.nested) nested_.push_back(folder.path);
  }

  CleanPlan run() {
    for (const worktree::Change& change : snapshot_.changes) {
      if (!snapshot_.is_asked_for(change)) judge(change.path, false);
    }
    for (const std::string& path : snapshot_.ignored) judge(path, true);
    std::ranges::sort(out_.files, worktree::path_less);
    std::ranges::sort(kept_, worktree::path_less);
    if (request_.folders) find_folders();
    show();
    return std::move(out_);
  }

 private:
  // -e may name a folder on the way.
  bool is_named(const std::string& path) const {
    for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
      if (rules_.ignores(path.substr(0, slash), true)) return true;
    return rules_.ignores(path, false);
  }

  bool is_nested(const std::string& path) const {
    return std::ranges::any_of(nested_, [&](const std::string& folder) {
      return path == folder || worktree::is_below(path, folder);
    });
  }

  bool is_wanted(const std::string& path, bool ignored) const {
    if (!request_.meant.matches(path) || is_nested(path)) return false;
    const bool named = is_named(path);
    switch (request_.ignored) {
      case CleanRequest::Ignored::kept:
        if (ignored || named) return false;
        break;
      case CleanRequest::Ignored::too:
        if (named) return false;
        break;
      case CleanRequest::Ignored::only:
        if (!ignored && !named) return false;
        break;
    }
    const std::string folder(worktree::folder_of(path));
    return request_.folders || folder.empty() || has_below(recorded_, folder);
  }

  void judge(const std::string& path, bool ignored) {
    (is_wanted(path, ignored) ? out_.files : kept_).push_back(path);
  }

  // In which nothing is recorded, and nothing stays. From below, because a folder that stays keeps
  // those above it.
  void find_folders() {
    std::set<std::string> stays;
    for (auto at = snapshot_.folders.rbegin(); at != snapshot_.folders.rend(); ++at) {
      if (!stays.contains(at->path) && goes(*at)) {
        out_.folders.push_back(at->path);
        continue;
      }
      for (std::string_view path = at->path; !path.empty(); path = worktree::folder_of(path))
        stays.emplace(path);
    }
    std::ranges::sort(out_.folders, worktree::path_less);
  }

  bool goes(const worktree::SeenFolder& folder) const {
    const std::string& path = folder.path;
    const bool named = is_named(path + "/x");
    const bool unlike_kept = request_.ignored == CleanRequest::Ignored::too || !folder.ignored;
    const bool asked = request_.ignored == CleanRequest::Ignored::only
                           ? folder.ignored || named || has_below(out_.files, path)
                           : !named && unlike_kept;
    if (!asked || !is_meant(path)) return false;
    if (path == request_.here || worktree::is_below(request_.here, path)) return false;
    if (std::ranges::binary_search(recorded_, path, worktree::path_less)) return false;
    if (has_below(recorded_, path) || has_below(kept_, path)) return false;
    return !is_nested(path) && !holds_nested(path);
  }

  bool is_meant(const std::string& folder) const {
    return request_.meant.matches(folder) || request_.meant.matches(folder + "/");
  }

  bool holds_nested(const std::string& folder) const {
    return std::ranges::any_of(
        nested_, [&](const std::string& path) { return worktree::is_below(path, folder); });
  }

  void show() {
    std::set<std::string> whole(out_.folders.begin(), out_.folders.end());
    std::set<std::string> shown;
    const auto add = [&](const std::string& path) {
      for (std::size_t slash = path.find('/'); slash != path.npos;
           slash = path.find('/', slash + 1)) {
        if (!whole.contains(path.substr(0, slash))) continue;
        shown.insert(path.substr(0, slash + 1));
        return;
      }
      shown.insert(path);
    };
    for (const std::string& path : out_.files) add(path);
    for (const std::string& path : out_.folders) add(path + "/");
    out_.shown.assign(shown.begin(), shown.end());
    if (!request_.folders) return;
    for (const std::string& path : nested_)
      if (request_.meant.matches(path + "/")) out_.skipped.push_back(path + "/");
  }

  const CleanRequest& request_;
  const worktree::Snapshot& snapshot_;
  worktree::Ignore rules_;
  Paths recorded_;
  Paths kept_;
  Paths nested_;
  CleanPlan out_;
};

}  // namespace

CleanPlan plan_clean(const Repository& repository, const CleanRequest& request) {
  const WorktreeRecord standing = require_worktree(repository);
  ConflictFiles conflicts(repository, repository.store());
  worktree::ScanOptions options =
      scan_options(repository, repository.store(), standing.base, conflicts, nullptr);
  options.survey = true;
  const worktree::Snapshot snapshot = worktree::scan(std::move(options));
  CleanPlan plan = Cleaner(request, snapshot).run();
  plan.unread = unread(snapshot.notices, snapshot.index, request.meant);
  for (const worktree::Notice& notice : snapshot.notices)
    if (notice.kind == worktree::Notice::Kind::rules_unread) plan.unread.push_back(notice);
  return plan;
}

void carry_out_clean(const Repository& repository, const CleanPlan& plan) {
  const worktree::Files files(repository.layout().root);
  for (const std::string& path : plan.files) files.remove(path);
  for (auto path = plan.folders.rbegin(); path != plan.folders.rend(); ++path) files.remove(*path);
}

}  // namespace hn::repo
