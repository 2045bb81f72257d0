#include <map>
#include <unordered_set>

#include "hn/repo/import.hpp"

namespace hn::repo {
namespace {

// So many commits in a row that the last imports did not name are simply new, which is cheaper than
// listing what there is; from then on it is likelier that the walk has come behind them.
constexpr std::size_t kMissesMax = 16;

}  // namespace

struct ImportedIds::State {
  const Repository& repository;
  std::map<object::GitId, object::Id> ids;
  std::vector<log::Target> roots;
  std::size_t misses = 0;

  void read_records() {
    for (const auto& [name, bytes] : repository.store().list(key::kImports)) {
      const ImportRecord record =
          require(decode_import_record(bytes), "reading what was imported last");
      for (const ImportRecord::Ref& ref : record.refs) {
        const bool walked =
            ref.target.kind == object::Kind::commit || ref.target.kind == object::Kind::tag;
        if (!walked || !repository.store().has(ref.target.id)) continue;
        ids.emplace(ref.git, ref.target.id);
        roots.push_back(ref.target);
      }
    }
  }

  // Everything beneath was imported with it. What is not here, or broken, is read from git again.
  void read_all() {
    std::unordered_set<object::Id> seen;
    std::vector<log::Target> open = std::move(roots);
    while (!open.empty()) {
      const log::Target at = open.back();
      open.pop_back();
      if (!seen.insert(at.id).second) continue;
      if (at.kind == object::Kind::commit) {
        const auto commit = object::read_commit(repository.store(), at.id);
        if (!commit) continue;
        if (commit->git) ids.emplace(*commit->git, at.id);
        for (const object::Id& parent : commit->parents)
          open.push_back({object::Kind::commit, parent});
      } else if (at.kind == object::Kind::tag) {
        const auto tag = object::read_tag(repository.store(), at.id);
        if (!tag) continue;
        if (tag->git) ids.emplace(*tag->git, at.id);
        open.push_back({tag->target_kind, tag->target});
      }
    }
  }
};

ImportedIds::ImportedIds(const Repository& repository)
    : state_(std::make_unique<State>(State{repository, {}, {}, 0})) {
  state_->read_records();
}
ImportedIds::~ImportedIds() = default;

std::optional<object::Id> ImportedIds::find(const object::GitId& git) {
  const auto answer = [&]() -> std::optional<object::Id> {
    const auto at = state_->ids.find(git);
    return at != state_->ids.end() ? std::optional(at->second) : std::nullopt;
  };
  if (const auto id = answer()) return id;
  if (state_->roots.empty() || ++state_->misses <= kMissesMax) return std::nullopt;
  state_->read_all();
  return answer();
}

}  // namespace hn::repo
