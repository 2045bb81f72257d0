#include "merge/folder_moves.hpp"

// Specified in hn-merge(7), RENAMES, after what git does (merge-ort.c, update_dir_rename_counts).
namespace hn::merge {
namespace {

std::string_view last_name(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string_view folder_of(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

void FolderCounts::add(std::string_view from, std::string_view to) {
  from = folder_of(from);
  to = folder_of(to);
  while (!from.empty() && from != to) {
    ++counts_[std::string(from)][std::string(to)];
    if (to.empty() || last_name(from) != last_name(to)) return;
    from = folder_of(from);
    to = folder_of(to);
  }
}

std::optional<std::string> FolderCounts::target_of(const std::string& folder) const {
  const auto found = counts_.find(folder);
  if (found == counts_.end()) return std::nullopt;
  const std::string* best = nullptr;
  std::uint64_t most = 0;
  for (const auto& [to, count] : found->second) {
    if (count == most) best = nullptr;
    if (count <= most) continue;
    best = &to;
    most = count;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace hn::merge
