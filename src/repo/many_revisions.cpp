#include "hn/repo/many_revisions.hpp"

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/repo/revision.hpp"

namespace hn::repo {
namespace {

// The list costs as much as some ten questions.
constexpr std::uint64_t kFewQuestions = 10;

GitPrefix prefix_of(ByteView git) {
  GitPrefix out;
  std::ranges::copy(git.first(out.bytes.size()), out.bytes.begin());
  return out;
}

bool is_full_git_id(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

std::shared_ptr<const RevisionList> list_revisions(Repository& repository) {
  auto out = std::make_shared<RevisionList>();
  for (const BranchLine& line : branches(repository)) {
    out->names.insert(line.shown);
    out->names.insert(line.branch.name);
  }
  for (const TagLine& tag : tags(repository)) out->names.insert(tag.shown);
  const auto& history = repository.history();
  out->table = require(object::HistoryTable::of(history, all_commits_named(repository)),
                       "listing all commits");
  for (const object::Id& id : out->table.ids()) {
    const auto git = require(history.git_id_of(object::Kind::commit, id), "listing all commits");
    if (!git) continue;
    const auto [at, is_new] = out->by_git.try_emplace(prefix_of(git->bytes), id);
    if (!is_new) at->second.reset();
  }
  return out;
}

std::optional<object::Id> ManyRevisions::listed(std::string_view text) const {
  if (list_->names.contains(std::string(text))) return std::nullopt;
  const auto bytes = from_hex(text);
  const auto at = bytes ? list_->by_git.find(prefix_of(*bytes)) : list_->by_git.end();
  return at == list_->by_git.end() ? std::nullopt : at->second;
}

object::Id ManyRevisions::commit(std::string_view text) {
  if (is_full_git_id(text)) {
    if (++asked_ == kFewQuestions) list_ = make_(repository_);
    if (const auto id = list_ != nullptr ? listed(text) : std::nullopt) return *id;
  }
  return resolve_commit(repository_, text);
}

}  // namespace hn::repo
