#include "report.hpp"

#include <ostream>

#include "hn/base/text.hpp"
#include "hn/repo/resolve.hpp"

namespace hn::cli {

void refuse_locked(const std::vector<worktree::Obstacle>& obstacles) {
  for (const worktree::Obstacle& obstacle : obstacles) {
    if (obstacle.kind == worktree::Obstacle::Kind::unwritable)
      throw Failure(
          Code::io,
          "cannot change the folder of " + shown_path(obstacle.path) + ": Permission denied",
          "chmod u+w does it for a folder of your own; nothing was touched");
    if (obstacle.kind == worktree::Obstacle::Kind::unreadable)
      throw Failure(Code::io, "cannot read " + shown_path(obstacle.path) + ": Permission denied",
                    "chmod u+rx does it for what is your own; nothing was touched");
  }
}

void say_unread(const Context& context, const std::vector<worktree::Notice>& notices) {
  for (const worktree::Notice& notice : notices)
    context.err << "note: " << shown_path(notice.path) << ": " << in_words(notice.kind) << "\n";
}

void require_moved(const repo::Moved& moved, std::string_view doing) {
  if (moved.done) return;
  refuse_locked(moved.obstacles);
  std::string what = std::string(doing) + " would overwrite ";
  const worktree::Obstacle& first = moved.obstacles.front();
  what += shown_path(first.path) + " (" + std::string(worktree::name_of(first.kind)) + ")";
  if (moved.obstacles.size() > 1)
    what += " and " + count_of(moved.obstacles.size() - 1, "other path");
  if (moved.written + moved.removed > 0) {
    throw Failure(Code::refused, what + ", and stopped there",
                  "commit or move it away, then do the same again: that completes it");
  }
  throw Failure(Code::refused, what, "commit or move them away first; nothing was touched");
}

void say_refusals(const Context& context, const repo::Moved& moved) {
  for (const worktree::Refusal& refusal : moved.refusals) {
    context.err << "note: " << shown_path(refusal.path)
                << " is not written here: " << worktree::name_of(refusal.kind);
    if (!refusal.other.empty()) context.err << " with " << shown_path(refusal.other);
    context.err << "\n";
  }
}

std::string_view in_words(worktree::Notice::Kind kind) {
  switch (kind) {
    case worktree::Notice::Kind::nested_repository:
      return "a repository of its own, left out";
    case worktree::Notice::Kind::reserved_name:
      return "a spelling of .git or .hn, left out";
    case worktree::Notice::Kind::special_file:
      return "neither file, folder nor symlink, left out";
    case worktree::Notice::Kind::unreadable:
      return "cannot be read, taken as unchanged";
    case worktree::Notice::Kind::unstable:
      return "changed while it was read, taken as unchanged";
    case worktree::Notice::Kind::too_deep:
      return "too deep, left out";
    case worktree::Notice::Kind::refused:
      return "cannot be written here, taken as unchanged";
    case worktree::Notice::Kind::half_resolved:
      return "some of its files were touched; still in conflict";
    case worktree::Notice::Kind::rules_unread:
      return "cannot be read, so that what it ignores is not known";
  }
  return worktree::name_of(kind);
}

std::string in_words(const merge::UnknownPolicy& unknown) {
  return "'" + escape_controls(unknown.as_written()) +
         "' names no policy: text, binary, union, last-writer, authority, json, keyvalue";
}

Json moved_json(const repo::Moved& moved) {
  Json out;
  out["done"] = moved.done;
  out["written"] = moved.written;
  out["removed"] = moved.removed;
  out["obstacles"] = Json::array();
  for (const worktree::Obstacle& obstacle : moved.obstacles) {
    Json row;
    put_text(row, "path", obstacle.path);
    row["kind"] = worktree::name_of(obstacle.kind);
    out["obstacles"].push_back(std::move(row));
  }
  out["refused"] = Json::array();
  for (const worktree::Refusal& refusal : moved.refusals) {
    Json row;
    put_text(row, "path", refusal.path);
    row["kind"] = worktree::name_of(refusal.kind);
    out["refused"].push_back(std::move(row));
  }
  return out;
}

std::vector<std::string> resolved_as_before(repo::Repository& repository) {
  std::vector<std::string> out;
  for (const repo::OpenConflict& conflict : repo::open_conflicts(repository, {}))
    if (conflict.as_before) out.push_back(conflict.path);
  return out;
}

std::string unique_name(const Context& context) {
  std::array<Byte, 8> bytes{};
  context.world.random.fill(bytes);
  return "hn_" + hn::to_hex(bytes);
}

}  // namespace hn::cli
