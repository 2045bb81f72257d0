#include "hn/repo/tags.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "hn/repo/log_walk.hpp"
#include "repo/ref_room.hpp"

namespace hn::repo {
namespace {

// So many candidates are compared, as in git.
constexpr std::size_t kCandidatesMax = 10;

std::vector<log::LivePublish> live_of(const Repository& repository, std::string_view name) {
  for (log::TagInfo& info : repository.view().tags()) {
    if (info.name == name) return std::move(info.publishes);
  }
  return {};
}

object::Tag tag_object(const Repository& repository, const NewTag& tag) {
  const Who who = who_commits(repository.world(), repository.settings(), Role::committer);
  object::Tag out;
  out.target_kind = tag.target.kind;
  out.target = tag.target.id;
  out.name = tag.name;
  out.tagger =
      object::Person{who.name, who.email, when_committed(repository.world(), Role::committer)};
  out.message = *tag.message;
  if (!out.message.ends_with('\n')) out.message += '\n';
  return out;
}

// What a commit is called by.
struct Named {
  std::string name;
  bool with_message = false;
  std::int64_t time = 0;
};

using Names = std::map<object::Id, Named>;

void name_commit(const Repository& repository, const TagLine& line, bool all, Names& names) {
  Named named{line.shown, false, 0};
  log::Target at = line.target;
  for (int depth = 0; at.kind == object::Kind::tag && depth < 1024; ++depth) {
    const auto tag = require(object::read_tag(repository.store(), at.id), "reading a tag");
    if (!named.with_message && tag.tagger) named.time = tag.tagger->time.seconds;
    named.with_message = true;
    at = {tag.target_kind, tag.target};
  }
  if (at.kind != object::Kind::commit || (!named.with_message && !all)) return;
  const auto [old, is_new] = names.try_emplace(at.id, named);
  const bool better = named.with_message != old->second.with_message
                          ? named.with_message
                          : named.with_message && named.time > old->second.time;
  if (!is_new && better) old->second = named;
}

}  // namespace

log::Target create_tag(Repository& repository, const NewTag& tag) {
  if (!log::is_ref_name(tag.name)) {
    throw Failure(Code::invalid, "'" + tag.name + "' cannot be the name of a tag",
                  "no blanks, no .. and none of ~ ^ : ? * [ \\; it does not begin with a dash");
  }
  const auto lock = repository.store().lock();
  repository.refresh();
  const LocalBranch place{tag.name, {}};
  const auto draft = repository.draft(true, place);
  const auto live = live_of(repository, tag.name);
  const bool is_there = draft ? draft->target.has_value() : !live.empty();
  if (is_there && !tag.move)
    throw Failure(Code::exists, "there is a tag '" + tag.name + "'", "hn tag -f moves it");
  if (!is_there) {
    std::vector<std::string> names;
    for (const TagLine& line : tags(repository)) names.push_back(line.name);
    require_room("tag", tag.name, names);
  }
  store::Batch batch = repository.store().begin();
  log::Target target = tag.target;
  if (tag.message) {
    const Bytes bytes = require(object::encode_tag(tag_object(repository, tag)), "writing the tag");
    target = {object::Kind::tag, batch.write(object::Kind::tag, bytes)};
  }
  // Who may delete what others published moves it too; else theirs stands beside the own one.
  const bool all = log::may_administer(repository.view(), repository.device());
  Draft next{true, place, target, {}};
  for (const log::LivePublish& publish : live) {
    if ((all || publish.device == repository.device()) && publish.target != target)
      next.rewrites.push_back(publish.id);
  }
  batch.put(key::draft(next), encode(next));
  batch.commit();
  return target;
}

void delete_tag(Repository& repository, std::string_view name) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const LocalBranch place{std::string(name), {}};
  const auto draft = repository.draft(true, place);
  const auto live = live_of(repository, name);
  if (draft ? !draft->target : live.empty())
    throw Failure(Code::not_found, "there is no tag '" + std::string(name) + "'",
                  "hn tag lists them");
  const bool own = std::ranges::all_of(
      live, [&](const log::LivePublish& publish) { return publish.device == repository.device(); });
  if (!own && !log::may_administer(repository.view(), repository.device())) {
    throw Failure(Code::no_right, "tag '" + std::string(name) + "' has been published by others",
                  "ask somebody with the right admin to delete it");
  }
  store::Batch batch = repository.store().begin();
  Draft next{true, place, {}, {}};
  for (const log::LivePublish& publish : live) next.rewrites.push_back(publish.id);
  if (live.empty())
    batch.erase(key::draft(next));
  else
    batch.put(key::draft(next), encode(next));
  batch.commit();
}

std::optional<Description> describe(const Repository& repository, const object::Id& commit,
                                    bool all,
                                    const std::function<bool(const std::string&)>& takes) {
  Names names;
  for (const TagLine& line : tags(repository))
    if (!takes || takes(line.shown)) name_commit(repository, line, all, names);
  if (names.empty()) return std::nullopt;
  if (const auto at = names.find(commit); at != names.end()) return Description{at->second.name, 0};
  std::optional<Description> best;
  LogWalk walk(repository.history());
  walk.start(commit);
  std::size_t candidates = 0;
  while (candidates < kCandidatesMax && candidates < names.size()) {
    const auto id = walk.next();
    if (!id) break;
    const auto at = names.find(*id);
    if (at == names.end()) continue;
    ++candidates;
    const auto distance =
        require(repository.history().count_reachable(std::array{commit}, std::array{*id}),
                "counting commits");
    if (!best || distance < best->distance) best = Description{at->second.name, distance};
  }
  return best;
}

}  // namespace hn::repo
