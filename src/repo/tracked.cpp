#include "hn/repo/tracked.hpp"

#include <algorithm>

#include "hn/worktree/name.hpp"

namespace hn::repo {

std::vector<std::string> tracked_paths(const Repository& repository) {
  const auto bytes = repository.store().get(std::string(key::kTracked));
  if (!bytes) return {};
  return require(decode_tracked_record(*bytes), "reading what is to be tracked").paths;
}

namespace {

bool is_among(const std::vector<std::string>& paths, const std::string& path) {
  return std::ranges::find(paths, path) != paths.end();
}

void put(store::Batch& batch, const TrackedRecord& record) {
  if (record.paths.empty())
    batch.erase(std::string(key::kTracked));
  else
    batch.put(std::string(key::kTracked), encode(record));
}

}  // namespace

void track(Repository& repository, const std::vector<std::string>& paths,
           const std::vector<std::string>& dropped) {
  const auto lock = repository.store().lock();
  repository.refresh();
  TrackedRecord record{tracked_paths(repository)};
  std::erase_if(record.paths, [&](const auto& path) { return is_among(dropped, path); });
  record.paths.insert(record.paths.end(), paths.begin(), paths.end());
  std::ranges::sort(record.paths, worktree::path_less);
  record.paths.erase(std::unique(record.paths.begin(), record.paths.end()), record.paths.end());
  store::Batch batch = repository.store().begin();
  put(batch, record);
  batch.commit();
}

void forget_tracked(const Repository& repository, store::Batch& batch,
                    const std::vector<std::string>& paths) {
  TrackedRecord record{tracked_paths(repository)};
  if (record.paths.empty()) return;
  std::erase_if(record.paths, [&](const auto& path) { return is_among(paths, path); });
  put(batch, record);
}

}  // namespace hn::repo
