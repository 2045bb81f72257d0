#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hn/log/view.hpp"
#include "hn/repo/config.hpp"
#include "hn/repo/layout.hpp"
#include "hn/repo/record.hpp"
#include "hn/store/history.hpp"
#include "hn/store/store.hpp"

namespace hn::repo {

// One repository on this machine, open: its store, and the view of the entries in it. The parts are
// here; what is done with them are functions in files of their own (commit.hpp, branches.hpp,
// publish.hpp ...), which take a Repository.
//
// One thread at a time; several processes may have the same repository open. What others commit
// shows after refresh(). Throws Failure.
class Repository {
 public:
  // The repository that `folder` (absolute) belongs to. Failure (no_repository) if there is none.
  static Repository open(const World& world, const std::string& folder);
  Repository(const World& world, Layout layout, const store::Options& options = {});
  ~Repository();
  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) = delete;

  const World& world() const noexcept { return world_; }
  const Layout& layout() const noexcept { return layout_; }
  const Settings& settings() const noexcept { return settings_; }
  store::Store& store() const noexcept { return *store_; }
  const log::View& view() const noexcept { return view_; }
  // Over the store's commits. What it had to read from blocks is written to the history index when
  // the repository is closed.
  const store::BlockHistory& history() const noexcept { return *history_; }
  const store::HistoryIndex& history_index() const noexcept { return *history_index_; }

  const StoreRecord& record() const noexcept { return record_; }
  const log::EntryId& id() const noexcept { return record_.repository; }
  const log::Device& device() const noexcept { return record_.device; }

  // Whether machine and folder are what the store remembers. Where they are not, nothing is signed
  // until the user says which it is.
  bool is_in_place() const;
  // The key of this device. Failure no_key, and copied_store where it is not in place.
  const crypto::SigningKey& key() const;

  // Shows what other processes have recorded.
  void refresh();
  // After a commit of a batch that added these entries: brings the view up to date.
  void applied(std::span<const log::SignedEntry> entries);

  // A record of local state, or nothing. Failure (damaged) where it does not decode.
  std::optional<WorktreeRecord> worktree() const;
  std::vector<Draft> drafts() const;  // by key
  std::optional<Draft> draft(bool tag, const LocalBranch& place) const;

 private:
  World world_;
  Layout layout_;
  Settings settings_;
  std::unique_ptr<store::Store> store_;
  StoreRecord record_;
  log::View view_;
  std::unique_ptr<store::HistoryIndex> history_index_;
  std::unique_ptr<store::BlockHistory> history_;
  std::size_t entries_seen_ = 0;
  mutable std::optional<crypto::SigningKey> key_;
};

// The value, or a Failure with the code and rule of the error and what was being done.
template <class T>
T require(Result<T> result, std::string_view doing) {
  if (!result) throw Failure(result.error(), doing);
  return std::move(result).value();
}
inline void require(const Result<void>& result, std::string_view doing) {
  if (!result) throw Failure(result.error(), doing);
}

inline store::EntryId stored_id(const log::EntryId& id) {
  return {id.bytes};
}

}  // namespace hn::repo
