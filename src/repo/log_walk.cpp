// Whether a commit has a child that was not given out yet is known once all commits of a greater
// generation have been looked at (git, revision.c: init_topo_walk). Git finds that out for the
// parents of each commit that it shows; here it waits until by its time it is the commit's turn,
// which spares the walk for an old branch that was merged late.
#include "hn/repo/log_walk.hpp"

#include <algorithm>
#include <utility>

#include "hn/base/error.hpp"

namespace hn::repo {

LogWalk::LogWalk(const store::BlockHistory& history, Follow follow)
    : history_(history),
      follow_(std::move(follow)),
      numbers_(history),
      offered_(Later{&numbers_}) {}

void LogWalk::start(const object::Id& commit) {
  started_.push_back(commit);
}

std::optional<object::Id> LogWalk::next() {
  const auto found = step();
  return found ? std::optional(found->id) : std::nullopt;
}

// The order is a function of the commits, so a walk that begins anew goes on where it was.
std::optional<LogWalk::Step> LogWalk::step(bool with_parents) {
  for (;;) {
    if (!std::exchange(placed_, true)) put_at_start();
    const auto commit = advance();
    Step out = commit ? told(*commit, with_parents) : Step();
    if (numbers_.has_failed()) {
      begin_anew();
      continue;
    }
    if (!commit) return std::nullopt;
    ++given_out_;
    return out;
  }
}

LogWalk::Step LogWalk::told(CommitNumber commit, bool with_parents) {
  const Known& known = this->known(commit);
  Step out{commit, {}, known.meant, {}};
  // Looked up in a table as long as the history, where few may be meant.
  if (known.meant || with_parents) out.id = numbers_.id(commit);
  if (!with_parents) return out;
  for (const CommitNumber parent : parents_of(known)) out.parents.push_back(numbers_.id(parent));
  return out;
}

void LogWalk::put_at_start() {
  for (const object::Id& id : started_) {
    const CommitNumber commit = numbers_.of(id);
    reach(commit);
    offer(commit);
  }
}

void LogWalk::begin_anew() {
  numbers_ = store::CommitNumbers(history_, false);
  if (renumbered_) renumbered_();
  known_.clear();
  parents_.clear();
  unseen_ = {};
  offered_ = Offered(Later{&numbers_});
  put_at_start();
  for (std::uint64_t i = 0; i < given_out_; ++i) advance();
}

std::optional<CommitNumber> LogWalk::advance() {
  while (!offered_.empty()) {
    const CommitNumber commit = offered_.top().commit;
    offered_.pop();
    Known& known = this->known(commit);
    if (known.given_out) continue;
    count_children_of(known);
    if (known.children > 0) continue;  // the last of them offers it again
    known.given_out = true;
    look_at(commit, known);
    for (const CommitNumber parent : parents_of(known)) {
      if (--this->known(parent).children == 0) offer(parent);
    }
    return commit;
  }
  return std::nullopt;
}

LogWalk::Known& LogWalk::known(CommitNumber commit) {
  const std::size_t page = commit / kPage;
  if (page >= known_.size()) known_.resize(page + 1);
  if (!known_[page]) known_[page] = std::make_unique<Page>();
  return (*known_[page])[commit % kPage];
}

std::span<const CommitNumber> LogWalk::parents_of(const Known& known) const {
  return std::span(parents_).subspan(known.parents_at, known.parents);
}

void LogWalk::reach(CommitNumber commit) {
  Known& known = this->known(commit);
  if (known.generation != 0) return;
  // Of a damaged row it is 0; the walk begins anew then.
  known.generation = std::max(numbers_.generation(commit), std::uint64_t{1});
  unseen_.push({known.generation, commit});
}

void LogWalk::offer(CommitNumber commit) {
  offered_.push({numbers_.time(commit), commit});
}

void LogWalk::look_at(CommitNumber commit, Known& known) {
  if (std::exchange(known.looked_at, true)) return;
  if (follow_)
    known.meant = is_meant(commit);
  else
    numbers_.parents(commit, scratch_);
  known.parents_at = static_cast<std::uint32_t>(parents_.size());
  known.parents = static_cast<std::uint16_t>(scratch_.size());
  parents_.insert(parents_.end(), scratch_.begin(), scratch_.end());
  for (const CommitNumber parent : parents_of(known)) {
    reach(parent);
    ++this->known(parent).children;
  }
}

// What turns out damaged while somebody looks makes numbers mean nothing: the walk begins anew
// then.
bool LogWalk::is_meant(CommitNumber commit) {
  try {
    return follow_(commit, scratch_);
  } catch (const Failure&) {
    if (!numbers_.has_failed()) throw;
    scratch_.clear();
    return false;
  }
}

void LogWalk::count_children_of(const Known& known) {
  while (!unseen_.empty() && (unseen_.top().key > known.generation ||
                              unseen_.top().key == store::CommitNumbers::kUnknown)) {
    const CommitNumber commit = unseen_.top().commit;
    unseen_.pop();
    look_at(commit, this->known(commit));
  }
}

}  // namespace hn::repo
