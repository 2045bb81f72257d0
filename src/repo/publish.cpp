#include "hn/repo/publish.hpp"

#include <algorithm>

#include "hn/log/manifest.hpp"
#include "hn/log/write.hpp"
#include "hn/repo/closure.hpp"

namespace hn::repo {
namespace {

// A history is walked whole at its first publish; it must fit memory as ids only.
constexpr std::size_t kCommitsMax = std::size_t{1} << 26;

// Everything that a publish touches while several are made in one transaction.
struct Session {
  Repository& repository;
  store::Batch batch;
  log::View view;  // with the entries made so far
  Published done;
  // What the branches have, once the first tag is published: they come before it.
  std::optional<object::GrowingAncestors> on_branches;
};

// Commits of the live publishes that stay, on every branch: what peers have or will have anyway.
// One whose history is not whole here takes no part: what is missing of it must not keep this
// device from publishing.
std::vector<object::Id> known_commits(const Session& session,
                                      const std::vector<log::EntryId>& rewritten) {
  std::vector<object::Id> out;
  for (const log::BranchInfo& branch : session.view.branches()) {
    for (const log::LivePublish& publish : session.view.live_on(branch.created_by)) {
      const bool stays = std::ranges::find(rewritten, publish.id) == rewritten.end();
      const bool here =
          publish.target && session.repository.history().generation(publish.target->id).has_value();
      if (stays && here) out.push_back(publish.target->id);
    }
  }
  return out;
}

// What a tag brings of the history: nothing where a branch has its commit. A repository may have
// thousands of tags, so how far back the branches' histories reach is found out once for all.
std::vector<object::Id> commits_of_tag(Session& session, const object::Id& commit) {
  const object::History& history = session.repository.history();
  if (!session.on_branches) {
    session.on_branches.emplace(history);
    for (const object::Id& id : known_commits(session, {}))
      require(session.on_branches->add(id), "listing what the branches have");
  }
  const std::vector<object::Id> common =
      require(session.on_branches->common_with(commit), "looking for a tag's commit");
  return require(object::reachable(history, {&commit, 1}, common, kCommitsMax),
                 "listing what is to be published");
}

std::vector<object::Id> commits_of(Session& session, const Draft& draft, const object::Id& commit) {
  if (draft.tag) return commits_of_tag(session, commit);
  return require(object::reachable(session.repository.history(), {&commit, 1},
                                   known_commits(session, draft.rewrites), kCommitsMax),
                 "listing what is to be published");
}

std::optional<log::ManifestRoot> manifest_of(Session& session, const Draft& draft,
                                             const log::Target& target) {
  log::ManifestWriter writer(session.batch);
  ClosureWalk walk(
      session.repository.store(),
      [&](const object::Id& id, std::uint32_t bytes) {
        writer.add({object::address_of(id), bytes});
      },
      [](const object::Id&) {});
  const std::optional<object::Id> commit = walk.target(target);
  if (!commit) return writer.finish();
  const std::vector<object::Id> commits = commits_of(session, draft, *commit);
  // Read twice: held, those of a long history would be most of the memory.
  for (const object::Id& id : commits) static_cast<void>(walk.commit_block(id));
  for (const object::Id& id : commits) {
    if (const auto commit_here = object::read_commit(session.repository.store(), id))
      walk.tree_of(*commit_here);
  }
  return writer.finish();
}

bool is_contained(const Repository& repository, const object::Id& commit,
                  const log::LivePublish& publish) {
  if (!publish.target || publish.target->kind != object::Kind::commit) return false;
  const auto answer = object::is_ancestor(repository.history(), commit, publish.target->id);
  return answer && *answer;
}

// An own live publish that the draft neither contains nor rewrites would come back as a head of its
// own: then the fold is published, which contains both. While blocks for that fold are missing the
// branch shows an older one, without the draft: then the draft goes out as it is.
object::Id commit_to_publish(Session& session, const Draft& draft) {
  const object::Id commit = draft.target->id;
  if (!draft.place.id) return commit;
  for (const log::LivePublish& publish : session.view.live_on(*draft.place.id)) {
    if (publish.device != session.repository.device() || !publish.target) continue;
    if (std::ranges::find(draft.rewrites, publish.id) != draft.rewrites.end()) continue;
    const auto contained =
        object::is_ancestor(session.repository.history(), publish.target->id, commit);
    if (contained && *contained) continue;
    const Tip tip = tip_of(session.repository, draft.place);
    return tip.incomplete ? commit : tip.commit.value_or(commit);
  }
  return commit;
}

bool is_published_already(const Session& session, const Draft& draft) {
  if (!draft.target || !draft.rewrites.empty()) return false;
  if (draft.tag) {
    for (const log::TagInfo& tag : session.view.tags()) {
      if (tag.name != draft.place.name) continue;
      return std::ranges::any_of(tag.publishes,
                                 [&](const auto& p) { return p.target == draft.target; });
    }
    return false;
  }
  if (!draft.place.id) return false;
  const auto live = session.view.live_on(*draft.place.id);
  return std::ranges::any_of(
      live, [&](const auto& p) { return is_contained(session.repository, draft.target->id, p); });
}

log::Place place_of(const Draft& draft) {
  if (draft.tag) return log::TagName{draft.place.name};
  if (draft.place.id) return log::Branch{*draft.place.id};
  return log::NewBranch{draft.place.name};
}

log::Publish payload_of(Session& session, const Draft& draft) {
  log::Publish publish;
  publish.place = place_of(draft);
  // A deletion takes what was there when it was asked for; what came since keeps the branch.
  if (!draft.target && !draft.tag) {
    publish.rewrites = require(log::ranges_over(session.view, draft.rewrites), "deleting a branch");
    return publish;
  }
  if (!draft.target) {
    publish.rewrites = require(log::rewriting_live(session.view, log::TagName{draft.place.name}),
                               "deleting a tag");
    return publish;
  }
  publish.target = draft.target;
  if (!draft.tag) publish.target->id = commit_to_publish(session, draft);
  publish.rewrites =
      require(log::ranges_over(session.view, draft.rewrites), "naming what is rewritten");
  publish.manifest = manifest_of(session, draft, *publish.target);
  return publish;
}

// A branch has an identity from its first publish on: what spoke of its name now names it.
void branch_created(Session& session, const Draft& draft, const log::EntryId& id) {
  session.batch.put(key::follow(draft.place.name), id.bytes);
  const auto standing = session.repository.worktree();
  if (!standing || standing->branch != draft.place) return;
  session.batch.put(std::string(key::kWorktree),
                    encode(WorktreeRecord{{draft.place.name, id}, standing->base}));
}

void publish_one(Session& session, const Draft& draft) {
  if (is_published_already(session, draft)) {
    session.batch.erase(key::draft(draft));
    return;
  }
  if (!log::may_write(session.view, session.repository.device(), draft.place.id)) {
    session.done.refused.push_back(draft.place.name);
    return;
  }
  const log::Entry entry =
      log::next_entry(session.view, session.repository.device(), payload_of(session, draft));
  const log::SignedEntry made =
      require(log::sign(entry, session.repository.key()), "signing a publish");
  log::apply(session.view, {&made, 1});
  session.batch.add_entry(stored_id(made.id), log::encode_signed(made));
  session.batch.erase(key::draft(draft));
  if (!draft.tag && !draft.place.id) branch_created(session, draft, made.id);
  session.done.entries.push_back(made);
}

}  // namespace

Published publish_drafts(Repository& repository) {
  const auto lock = repository.store().lock();
  repository.refresh();
  std::vector<Draft> drafts = repository.drafts();
  if (drafts.empty()) return {};
  // Branches first: a tag's manifest then leaves out what a branch brings.
  std::ranges::stable_sort(drafts, {}, &Draft::tag);
  Session session{repository, repository.store().begin(), repository.view(), {}, {}};
  for (const Draft& draft : drafts) publish_one(session, draft);
  session.batch.commit();
  repository.applied(session.done.entries);
  return std::move(session.done);
}

std::uint64_t unpublished(const Repository& repository, const LocalBranch& branch) {
  const std::optional<Draft> draft = repository.draft(false, branch);
  if (!draft || !draft->target) return 0;
  std::vector<object::Id> known;
  for (const log::BranchInfo& info : repository.view().branches()) {
    for (const log::LivePublish& publish : repository.view().live_on(info.created_by)) {
      if (publish.target && repository.history().generation(publish.target->id))
        known.push_back(publish.target->id);
    }
  }
  return require(repository.history().count_reachable({&draft->target->id, 1}, known),
                 "counting what is not published");
}

}  // namespace hn::repo
