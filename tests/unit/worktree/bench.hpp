#pragma once

#include "hn/base/random.hpp"
#include "hn/object/file.hpp"
#include "hn/worktree/checkout.hpp"
#include "hn/worktree/scan.hpp"
#include "support/memory_blocks.hpp"
#include "unit/worktree/working_folder.hpp"

namespace hn::testing {

using object::Id;
using object::Mode;
using object::Value;
using worktree::Change;
using worktree::Index;
using worktree::Notice;
using worktree::Obstacle;
using worktree::Refusal;
using worktree::Snapshot;

// A working tree with its blocks, its index and the tree that it stands on.
class Bench : public WorkingFolder {
 public:
  Bench() { folder(".hn/tmp"); }

  MemoryBlocks blocks;
  Index index;
  std::optional<Id> base;
  worktree::ConflictForm* conflicts = nullptr;
  worktree::Traits traits;
  unsigned threads = 2;
  std::vector<worktree::Patterns> excludes;
  bool list_ignored = false;
  bool survey = false;
  std::vector<std::string> tracked;
  std::optional<worktree::WatchAnswer> watched;

  // Stat alone, as `status` does.
  Snapshot look() { return scan(false); }

  // Until the file system's time has moved on: what was made before is older than what is made now.
  void tick() const {
    const auto now = [&] {
      write(".hn/tmp/tick", "");
      struct stat s {};
      REQUIRE(::lstat(path(".hn/tmp/tick").c_str(), &s) == 0);
      return std::pair(s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    };
    const auto before = now();
    while (now() == before) {
    }
    remove(".hn/tmp/tick");
  }

  // Scans, records all (or `paths`) and stands on the result.
  Id commit(const std::vector<std::string>& paths = {}) {
    Snapshot s = scan(true);
    Id root = worktree::record(s, blocks, blocks, worktree::Pathspec(paths, "", "/"));
    worktree::remove_leftovers(path(), s);
    index = s.index;
    base = root;
    return root;
  }

  Snapshot scan(bool writing) {
    worktree::ScanOptions o;
    o.root = path();
    o.staging = path(".hn/tmp");
    o.reader = &blocks;
    o.base = base;
    o.index = index;
    o.conflicts = conflicts;
    o.traits = traits;
    o.threads = threads;
    o.excludes = excludes;
    o.list_ignored = list_ignored;
    o.survey = survey;
    o.tracked = tracked;
    o.watched = watched;
    if (writing) o.writers = {&blocks};
    return worktree::scan(std::move(o));
  }

  // status, keeping what it learned.
  Snapshot refresh() {
    Snapshot s = look();
    index = s.index;
    return s;
  }

  worktree::CheckoutOptions options(const std::optional<Id>& to) {
    worktree::CheckoutOptions o;
    o.root = path();
    o.staging = path(".hn/tmp");
    o.index_file = path(".hn/index");
    o.reader = &blocks;
    o.from = base;
    o.to = to;
    o.index = index;
    o.conflicts = conflicts;
    o.traits = traits;
    o.threads = threads;
    o.overwrite = overwrite;
    return o;
  }

  worktree::Plan plan(const std::optional<Id>& to) { return plan_checkout(options(to)); }

  // Plans, asserts that nothing is in the way, and does it.
  worktree::CheckoutResult checkout(const std::optional<Id>& to) {
    worktree::CheckoutOptions o = options(to);
    worktree::Plan p = plan_checkout(o);
    CHECK(p.obstacles == std::vector<Obstacle>{});
    if (!p.obstacles.empty()) return {};
    worktree::CheckoutResult done = carry_out(o, std::move(p));
    if (done.complete()) base = to;
    index = done.index;
    CHECK(index == *worktree::load_index(path(".hn/index")));
    return done;
  }
  bool overwrite = false;

  // A tree from nothing but blocks.
  Id tree(const std::vector<std::pair<std::string, Value>>& paths) {
    std::vector<Change> changes;
    for (const auto& p : paths) changes.push_back({p.first, std::nullopt, p.second, false});
    std::sort(changes.begin(), changes.end(),
              [](const Change& a, const Change& b) { return worktree::path_less(a.path, b.path); });
    return worktree::write_changes(blocks, blocks, std::nullopt, changes);
  }
  Value file(std::string_view text, Mode mode = Mode::file) {
    return Value::of(mode, object::write_file(blocks, as_bytes(text)));
  }
  std::vector<std::string> paths(const Id& root) {
    std::vector<std::string> out;
    REQUIRE(object::walk_paths(blocks, root, [&](const std::string& p, const Value&) {
              out.push_back(p);
              return true;
            }).has_value());
    return out;
  }
  std::optional<Value> at(const Id& root, std::string_view p) {
    return *object::find_path(blocks, root, p);
  }

  // As if the file had been there for a day: stat can vouch for it at once.
  void age(std::string_view name, int seconds = 86400) const {
    struct stat s {};
    REQUIRE(::lstat(path(name).c_str(), &s) == 0);
    timespec times[2] = {s.st_atim, s.st_mtim};
    times[1].tv_sec -= seconds;
    REQUIRE(::utimensat(AT_FDCWD, path(name).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
  }
};

// "+added", "~modified", "-deleted".
inline std::vector<std::string> summary(const Snapshot& s) {
  std::vector<std::string> out;
  for (const Change& c : s.changes)
    out.push_back((c.added() ? "+" : c.deleted() ? "-" : "~") + c.path);
  return out;
}
inline std::vector<std::string> notices(const Snapshot& s) {
  std::vector<std::string> out;
  for (const Notice& n : s.notices) out.push_back(std::string(name_of(n.kind)) + " " + n.path);
  return out;
}
inline std::vector<std::string> obstacles(const std::vector<Obstacle>& list) {
  std::vector<std::string> out;
  for (const Obstacle& o : list) out.push_back(std::string(name_of(o.kind)) + " " + o.path);
  return out;
}
inline std::vector<std::string> refusals(const std::vector<Refusal>& list) {
  std::vector<std::string> out;
  for (const Refusal& r : list)
    out.push_back(std::string(name_of(r.kind)) + " " + r.path +
                  (r.other.empty() ? "" : " " + r.other));
  return out;
}
using Lines = std::vector<std::string>;

}  // namespace hn::testing
