#include "hn/repo/tracked.hpp"

#include <algorithm>

#include "hn/worktree/name.hpp"

namespace hn::repo {

std::vector<std::string> tracked_paths(const Repository& repository) {
  const auto bytes = repository.store().get(std::string(key::kTracked));
  if (!bytes) return {};
  return require(decode_tracked_record(*bytes), "reading what is to be tracked").paths;
}

void track(Repository& repository, const std::vector<std::string>& paths) {
  const auto lock = repository.store().lock();
  repository.refresh();
  TrackedRecord record{tracked_paths(repository)};
  record.paths.insert(record.paths.end(), paths.begin(), paths.end());
  std::ranges::sort(record.paths, worktree::path_less);
  record.paths.erase(std::unique(record.paths.begin(), record.paths.end()), record.paths.end());
  store::Batch batch = repository.store().begin();
  batch.put(std::string(key::kTracked), encode(record));
  batch.commit();
}

void forget_tracked(const Repository& repository, store::Batch& batch,
                    const std::vector<std::string>& recorded) {
  TrackedRecord record{tracked_paths(repository)};
  if (record.paths.empty()) return;
  std::erase_if(record.paths, [&](const std::string& path) {
    return std::ranges::find(recorded, path) != recorded.end();
  });
  if (record.paths.empty())
    batch.erase(std::string(key::kTracked));
  else
    batch.put(std::string(key::kTracked), encode(record));
}

}  // namespace hn::repo
