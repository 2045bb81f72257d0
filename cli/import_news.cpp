#include "import_news.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "hn/git/export.hpp"
#include "hn/git/refs.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "unfinished.hpp"

namespace hn::cli {
namespace {

// What git on the other side is told to be here: so many branches as they stood, and so many of the
// last commits beneath. News that stand on older ones come with all that those stand on. Each
// branch costs the files of its first commit, some hundred milliseconds in a large project, and
// each commit what it changed.
constexpr std::size_t kStoodMax = 8;
constexpr std::size_t kKnownMax = 2000;

class Preparing final : public git::Progress {
 public:
  explicit Preparing(const Context& context) : line_(context) {}
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t objects) override {
    line_.show("telling git what is here: " + count_of(objects, "object"));
  }

 private:
  ProgressLine line_;
};

// By time.
std::set<object::Id> last_ids(const repo::Repository& repository, const News& news) {
  const store::BlockHistory& history = repository.history();
  std::set<std::pair<std::int64_t, object::Id>> next;
  const auto add = [&](const object::Id& id) {
    next.emplace(repo::require(history.time(id), "reading commits"), id);
  };
  for (const repo::ImportRecord::Ref& ref : news.stood) add(ref.target.id);
  std::set<object::Id> out;
  while (!next.empty() && out.size() < kKnownMax) {
    const object::Id id = std::prev(next.end())->second;
    next.erase(std::prev(next.end()));
    out.insert(id);
    for (const object::Id& parent : repo::require(history.parents(id), "reading commits"))
      if (!out.contains(parent)) add(parent);
  }
  for (const repo::ImportRecord::Ref& ref : news.stood) out.insert(ref.target.id);
  return out;
}

}  // namespace

News news_of(const repo::Repository& repository, const repo::ImportRecord& last, git::Remote remote,
             const std::vector<std::string>& patterns) {
  News out;
  std::map<std::string, const repo::ImportRecord::Ref*> before;
  for (const repo::ImportRecord::Ref& ref : last.refs)
    if (repository.store().has(ref.target.id))
      before.emplace(git::git_ref_name(ref.tag, ref.name), &ref);
  const auto stood_at = [&](const repo::ImportRecord::Ref& ref) {
    if (!ref.tag && out.stood.size() < kStoodMax) out.stood.push_back(ref);
  };
  // What is new in a new branch is mostly new against that of HEAD.
  if (const auto head = before.find(remote.head); head != before.end()) stood_at(*head->second);
  for (const git::Remote::Ref& ref : remote.refs) {
    if (!git::is_wanted(patterns, ref.name)) continue;
    const auto at = before.find(ref.name);
    if (at == before.end() || at->second->git != ref.target) {
      out.names.push_back(ref.name);
      if (at != before.end() && ref.name != remote.head) stood_at(*at->second);
      continue;
    }
    const repo::ImportRecord::Ref& known = *at->second;
    out.unmoved.push_back({known.name, known.tag, known.target.kind, known.target.id, known.git});
  }
  for (const auto& [name, ref] : before)
    if (out.stood.empty()) stood_at(*ref);
  std::ranges::sort(out.unmoved, [](const git::ImportedRef& a, const git::ImportedRef& b) {
    return std::tie(a.is_tag, a.name) < std::tie(b.is_tag, b.name);
  });
  out.head = std::move(remote.head);
  return out;
}

bool has_all(const git::Remote& remote, const std::vector<std::string>& patterns) {
  return std::ranges::all_of(patterns, [&](const std::string& pattern) {
    return std::ranges::any_of(remote.refs, [&](const git::Remote::Ref& ref) {
      return git::matches_ref(pattern, ref.name);
    });
  });
}

Here last_commits(const repo::Repository& repository, const News& news,
                  const git::GitMap& made_here) {
  Here out;
  for (const object::Id& id : last_ids(repository, news)) {
    auto git =
        repo::require(repository.history().git_id_of(object::Kind::commit, id), "reading commits");
    if (!git) git = made_here.git_id(id, news.stood.front().git.size);
    if (git) out.emplace(*git, id);
  }
  return out;
}

git::Seed seed_of(const Context& context, repo::Repository& repository, const News& news,
                  const Here& here, git::GitMap& made_here) {
  git::Seed seed;
  seed.wanted = news.names;
  git::ExportOptions options;
  for (const repo::ImportRecord::Ref& ref : news.stood)
    options.refs.push_back(
        {"refs/hn/" + std::to_string(options.refs.size()), object::Kind::commit, ref.target.id});
  options.only.emplace();
  for (const auto& [git, id] : here) options.only->insert(id);
  for (const auto& [git, id] : here) {
    const auto parents = repo::require(repository.history().parents(id), "reading commits");
    if (std::ranges::any_of(parents,
                            [&](const object::Id& p) { return !options.only->contains(p); }))
      seed.ends.push_back(git);
  }
  options.bare = true;
  options.id_bytes = news.stood.front().git.size;
  options.head = news.head;
  options.blocks = &repository.store();
  options.history = &repository.history();
  options.made_here = &made_here;
  options.fs = &context.world.fs;
  options.unique = unique_name(context);
  seed.make = [&context, options](const std::string& folder) mutable {
    options.path = folder;
    Preparing progress(context);
    git::export_git(options, progress);
  };
  return seed;
}

}  // namespace hn::cli
