#include <ostream>

#include "hn/repo/status.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

std::string_view status_of(const worktree::Change& change) {
  if (change.added()) return "untracked";
  if (change.base->mode == object::Mode::conflict && change.now)
    return change.markers_left ? "conflict" : "resolved";
  return word_of(change.base, change.now);
}

bool may_write(const repo::Repository& repository) {
  const auto member = repository.view().member(repository.device());
  return member && member->active() &&
         (member->right != log::Right::read || !member->writes.empty());
}

Json as_json(const repo::Status& status) {
  Json out;
  put_text(out, "branch", status.branch);
  out["head"] = status.head ? Json(object::to_hex(*status.head)) : Json(nullptr);
  out["tip"] = status.tip.commit ? Json(object::to_hex(*status.tip.commit)) : Json(nullptr);
  out["heads"] = status.tip.heads.size();
  out["incomplete"] = status.tip.incomplete;
  out["unpublished"] = status.unpublished;
  out["files"] = Json::array();
  for (const worktree::Change& change : status.changes) {
    Json file;
    put_text(file, "path", change.path);
    file["status"] = status_of(change);
    out["files"].push_back(std::move(file));
  }
  out["conflicts"] = Json::array();
  for (const std::string& path : status.conflicts) {
    Json file;
    put_text(file, "path", path);
    out["conflicts"].push_back(std::move(file));
  }
  out["notices"] = Json::array();
  for (const worktree::Notice& notice : status.notices) {
    Json row;
    put_text(row, "path", notice.path);
    row["notice"] = worktree::name_of(notice.kind);
    out["notices"].push_back(std::move(row));
  }
  return out;
}

void say_where(const Context& context, const repo::Status& status, bool may_write) {
  context.out << "on branch "
              << escape_controls(status.branch.empty() ? "(none yet)" : status.branch);
  if (!status.head) context.out << ", no commits yet";
  context.out << "\n";
  if (status.unpublished > 0) {
    context.out << count_of(status.unpublished, "commit") << " not yet published: "
                << (!may_write                ? "this device may not write, so it stays here"
                    : status.unpublished == 1 ? "hn sync sends it"
                                              : "hn sync sends them")
                << "\n";
  }
  if (status.tip.incomplete)
    context.out << "blocks of the branch are missing: hn sync brings them\n";
  if (status.behind()) {
    context.out << "the branch has gone on to " << short_id(*status.tip.commit)
                << "; to bring it here: hn switch " << escape_controls(status.branch) << "\n";
  }
}

void say_files(const Context& context, const repo::Status& status) {
  const Paint p = paint(context);
  for (const std::string& path : status.conflicts) {
    context.out << "  " << p.red << "conflict   " << shown_path(path) << p.off << "\n";
  }
  for (const worktree::Change& change : status.changes) {
    const std::string_view word = status_of(change);
    const std::string pad(11 - std::min<std::size_t>(word.size(), 10), ' ');
    context.out << "  " << (change.added() ? p.green : p.red) << word << pad
                << shown_path(change.path) << p.off
                << (change.markers_left ? "  (conflict markers left)" : "") << "\n";
  }
  for (const worktree::Notice& notice : status.notices) {
    context.out << "  note: " << shown_path(notice.path) << ": " << in_words(notice.kind) << "\n";
  }
  if (status.changes.empty() && status.conflicts.empty()) context.out << "nothing to commit\n";
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const repo::Status status = repo::status(repository);
  if (given.has("json")) {
    print(context, as_json(status));
  } else {
    say_where(context, status, may_write(repository));
    say_files(context, status);
  }
  return 0;
}

}  // namespace

Command cmd_status() {
  return {"status", "Say what differs from the last commit", {{"--json", "", "as JSON"}}, {}, run};
}

}  // namespace hn::cli
