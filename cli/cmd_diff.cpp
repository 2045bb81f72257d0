#include <map>
#include <ostream>

#include "hn/object/file.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/working_tree.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

// Keeps what a scan reads, so that contents which are in no store can be shown. In memory: a diff
// of the working tree shows what changed, which people have to read.
class Kept final : public object::BlockReader, public object::BlockWriter {
 public:
  explicit Kept(const object::BlockReader& below) : below_(below) {}

  using BlockReader::read;
  Result<object::Block> read(const object::Id& id) const override {
    const auto at = blocks_.find(id);
    if (at != blocks_.end()) return at->second;
    return below_.read(id);
  }
  bool has(const object::Id& id) const override { return blocks_.contains(id) || below_.has(id); }
  object::Id write(object::Kind kind, ByteView bytes, const std::optional<object::Id>&) override {
    const object::Id id = object::id_of(kind, bytes);
    if (!below_.has(id)) blocks_.emplace(id, object::Block{kind, to_bytes(bytes)});
    return id;
  }

 private:
  const object::BlockReader& below_;
  std::map<object::Id, object::Block> blocks_;
};

Json file_json(const std::string& path, const std::optional<object::Value>& before,
               const std::optional<object::Value>& after) {
  Json file;
  put_text(file, "path", path);
  file["status"] = word_of(before, after);
  return file;
}

int diff_trees(Context& context, repo::Repository& repository, const object::Id& before,
               const object::Id& after, const std::vector<std::string>& paths, bool json) {
  const auto a = repo::tree_of(repository.store(), before);
  const auto b = repo::tree_of(repository.store(), after);
  if (!json) {
    print_tree_patch(context, repository.store(), a, b, paths);
    return 0;
  }
  const worktree::PathFilter filter(paths);
  Json out;
  out["files"] = Json::array();
  repo::require(
      object::diff_paths(repository.store(), a, b,
                         [&](const object::Change& c) {
                           if (filter.matches(c.name))
                             out["files"].push_back(file_json(c.name, c.old_value, c.new_value));
                           return true;
                         }),
      "comparing trees");
  print(context, out);
  return 0;
}

struct PathOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    return worktree::path_less(a, b);
  }
};
using Sides = std::pair<std::optional<object::Value>, std::optional<object::Value>>;
using Changes = std::map<std::string, Sides, PathOrder>;

// From `old` to the working tree, by way of the commit that it stands on. As in git, what was never
// recorded is not part of a diff, and status names it; unless `old` had a file of that name.
Changes changes_since(repo::Repository& repository, Kept& kept,
                      const std::optional<object::Id>& old) {
  const auto standing = repository.worktree();
  const std::optional<object::Id> base = standing ? standing->base : std::nullopt;
  Changes out;
  if (old != base) {
    repo::require(object::diff_paths(repository.store(), repo::tree_of(repository.store(), old),
                                     repo::tree_of(repository.store(), base),
                                     [&](const object::Change& change) {
                                       out[change.name] = {change.old_value, change.new_value};
                                       return true;
                                     }),
                  "comparing trees");
  }
  repo::ConflictFiles conflicts(repository.store());
  const worktree::Snapshot snapshot =
      worktree::scan(repo::scan_options(repository, kept, base, conflicts, &kept));
  for (const worktree::Change& change : snapshot.changes) {
    const auto at = out.find(change.path);
    if (at != out.end()) {
      at->second.second = change.now;
    } else if (!change.added()) {
      out[change.path] = {change.base, change.now};
    }
  }
  std::erase_if(out, [](const auto& row) { return row.second.first == row.second.second; });
  return out;
}

int diff_working_tree(Context& context, repo::Repository& repository,
                      const std::optional<object::Id>& old, const std::vector<std::string>& paths,
                      bool json) {
  Kept kept(repository.store());
  const worktree::PathFilter filter(paths);
  Json out;
  out["files"] = Json::array();
  for (const auto& [path, sides] : changes_since(repository, kept, old)) {
    if (!filter.matches(path)) continue;
    if (json) {
      out["files"].push_back(file_json(path, sides.first, sides.second));
    } else {
      print_patch(context, path, side_of(kept, sides.first), side_of(kept, sides.second));
    }
  }
  if (json) print(context, out);
  return 0;
}

// Whether a word names something in the working tree, or in the commit that it stands on: what was
// deleted is worth a diff too.
bool is_path(const Context& context, const repo::Repository& repository, const std::string& word) {
  if (word.starts_with("../") || word.starts_with("./") || word.starts_with('/')) return true;
  if (word.find_first_of("*?") != std::string::npos) return true;
  if (context.world.fs.stat(context.absolute(word))) return true;
  const auto standing = repository.worktree();
  const auto tree =
      repo::tree_of(repository.store(), standing ? standing->base : std::optional<object::Id>());
  if (!tree || word.empty()) return false;
  const auto found =
      object::find_path(repository.store(), *tree, context.in_repository(repository, word));
  return found && found->has_value();
}

// The revisions that stand first; paths stay in `words`.
std::vector<object::Id> take_revisions(const Context& context, repo::Repository& repository,
                                       std::vector<std::string>& words) {
  std::vector<object::Id> revisions;
  while (!words.empty() && revisions.size() < 2 && !is_path(context, repository, words.front())) {
    const std::string& word = words.front();
    if (const std::size_t dots = word.find(".."); dots != std::string::npos && revisions.empty()) {
      revisions.push_back(
          repo::resolve_commit(repository, dots == 0 ? "HEAD" : word.substr(0, dots)));
      const std::string right = word.substr(dots + 2);
      revisions.push_back(repo::resolve_commit(repository, right.empty() ? "HEAD" : right));
    } else {
      revisions.push_back(repo::resolve_commit(repository, word));
    }
    words.erase(words.begin());
  }
  return revisions;
}

// A mistyped path would otherwise show no difference.
void require_known(const repo::Repository& repository, const std::vector<object::Id>& revisions,
                   const std::string& word, const std::string& path) {
  for (const object::Id& revision : revisions) {
    const auto tree = repo::tree_of(repository.store(), revision);
    const auto found = object::find_path(repository.store(), *tree, path);
    if (found && found->has_value()) return;
  }
  throw Failure(Code::not_found, "there is no '" + word + "' to compare",
                "up to two revisions, then paths: hn diff [REV [REV]] [PATH...]");
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  std::vector<std::string> words = given.values("REV|PATH");
  const std::vector<object::Id> revisions = take_revisions(context, repository, words);
  std::vector<std::string> paths;
  paths.reserve(words.size());
  for (const std::string& word : words) {
    paths.push_back(context.in_repository(repository, word));
    if (!is_path(context, repository, word))
      require_known(repository, revisions, word, paths.back());
  }
  if (std::ranges::find(paths, "") != paths.end()) paths.clear();
  const bool json = given.has("json");
  if (revisions.size() == 2)
    return diff_trees(context, repository, revisions[0], revisions[1], paths, json);
  const auto standing = repository.worktree();
  std::optional<object::Id> base = standing ? standing->base : std::nullopt;
  if (!revisions.empty()) base = revisions.front();
  return diff_working_tree(context, repository, base, paths, json);
}

}  // namespace

Command cmd_diff() {
  return {"diff",
          "Show what differs between the working tree and a revision, or between two",
          {{"--json", "", "the paths alone, as JSON"}},
          {{"REV|PATH", "up to two revisions, then paths", 0, kMany, Offers::revisions}},
          run};
}

}  // namespace hn::cli
