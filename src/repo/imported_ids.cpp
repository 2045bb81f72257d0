#include <deque>
#include <map>
#include <unordered_set>

#include "hn/repo/import.hpp"

namespace hn::repo {
namespace {

// What is looked at for each question that has no answer yet. A commit that git just made costs
// this many reads; a walk that has come behind the last import, or a branch that git set back, is
// answered soon; many questions in a row list everything once.
constexpr std::size_t kLookedAtOnce = 256;

}  // namespace

struct ImportedIds::State {
  const Repository& repository;
  std::map<object::GitId, object::Id> ids;
  std::deque<log::Target> open;  // from the branches: nearest to the last imports first
  std::deque<log::Target> tags;  // mostly within their history, so they come after
  std::unordered_set<object::Id> seen;

  void read_records() {
    for (const auto& [name, bytes] : repository.store().list(key::kImports)) {
      const ImportRecord record =
          require(decode_import_record(bytes), "reading what was imported last");
      for (const ImportRecord::Ref& ref : record.refs) {
        const bool walked =
            ref.target.kind == object::Kind::commit || ref.target.kind == object::Kind::tag;
        if (!walked || !repository.store().has(ref.target.id)) continue;
        ids.emplace(ref.git, ref.target.id);
        (ref.tag ? tags : open).push_back(ref.target);
      }
    }
  }

  // Everything beneath was imported with it. What is not here, or broken, is read from git again.
  void look(const log::Target& at) {
    if (at.kind == object::Kind::commit) {
      const auto commit = object::read_commit(repository.store(), at.id);
      if (!commit) return;
      if (commit->git) ids.emplace(*commit->git, at.id);
      for (const object::Id& parent : commit->parents)
        open.push_back({object::Kind::commit, parent});
    } else if (at.kind == object::Kind::tag) {
      const auto tag = object::read_tag(repository.store(), at.id);
      if (!tag) return;
      if (tag->git) ids.emplace(*tag->git, at.id);
      open.push_back({tag->target_kind, tag->target});
    }
  }

  void look_further() {
    for (std::size_t n = 0; n < kLookedAtOnce;) {
      if (open.empty()) open.swap(tags);
      if (open.empty()) return;
      const log::Target at = open.front();
      open.pop_front();
      if (!seen.insert(at.id).second) continue;
      look(at);
      ++n;
    }
  }
};

ImportedIds::ImportedIds(const Repository& repository)
    : state_(std::make_unique<State>(State{repository, {}, {}, {}, {}})) {
  state_->read_records();
}
ImportedIds::~ImportedIds() = default;

std::optional<object::Id> ImportedIds::find(const object::GitId& git) {
  const auto answer = [&]() -> std::optional<object::Id> {
    const auto at = state_->ids.find(git);
    return at != state_->ids.end() ? std::optional(at->second) : std::nullopt;
  };
  if (const auto id = answer()) return id;
  state_->look_further();
  return answer();
}

}  // namespace hn::repo
