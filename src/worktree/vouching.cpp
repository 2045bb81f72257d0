// The rule of the watcher: hn-index(5).
#include "worktree/vouching.hpp"

#include <algorithm>

#include "worktree/content.hpp"
#include "worktree/walk.hpp"

namespace hn::worktree {

Vouching::Below Vouching::root() const {
  if (!options_.watched || !options_.watched->changed) return {};
  return {true, 0, options_.watched->changed->size()};
}

// In the order of paths, what is below one stands right behind it.
Vouching::Below Vouching::below(const Below& in, std::string_view path) const {
  if (!vouches(in, path)) return {};
  if (in.begin == in.end) return in;
  const auto& changed = *options_.watched->changed;
  const auto first = changed.begin() + static_cast<std::ptrdiff_t>(in.begin);
  const auto last = changed.begin() + static_cast<std::ptrdiff_t>(in.end);
  const auto begin = std::lower_bound(first, last, path, path_less);
  const auto end = std::partition_point(
      begin, last, [&](const std::string& changed_path) { return is_below(changed_path, path); });
  return {true, static_cast<std::size_t>(begin - changed.begin()),
          static_cast<std::size_t>(end - changed.begin())};
}

bool Vouching::vouches(const Below& in, std::string_view path) const {
  if (!in.vouched) return false;
  if (in.begin == in.end) return true;
  const auto& changed = *options_.watched->changed;
  return !std::binary_search(changed.begin() + static_cast<std::ptrdiff_t>(in.begin),
                             changed.begin() + static_cast<std::ptrdiff_t>(in.end), path,
                             path_less);
}

bool Vouching::vouches(const Below& in, const IndexRow& row) const {
  return in.vouched && row.seen && !row.side && !row.pending && row.base &&
         row.content == row.base && options_.index.trusts(row, row.witness) &&
         vouches(in, std::string_view(row.path));
}

bool Vouching::vouches(const Below& in, const IndexFolder& folder) const {
  return in.vouched && options_.index.trusts(folder, folder.witness) &&
         vouches(in, std::string_view(folder.path));
}

bool Vouching::vouches_for_names(const Below& in, std::string_view folder) const {
  if (!in.vouched) return false;
  if (in.begin == in.end) return true;
  const auto& changed = *options_.watched->changed;
  return std::none_of(changed.begin() + static_cast<std::ptrdiff_t>(in.begin),
                      changed.begin() + static_cast<std::ptrdiff_t>(in.end),
                      [&](const std::string& path) { return folder_of(path) == folder; });
}

const Ignore& FolderRules::get() {
  std::call_once(once_, [this] {
    if (known_) return;
    std::vector<Patterns> own;
    if (const Descriptor folder = root_->open_folder(path_)) {
      for (const char* file : {".gitignore", ".hnignore"}) {
        if (const auto text = read_small(folder.get(), file, kIgnoreFileBytesMax))
          own.push_back(Patterns::parse(*text));
      }
    }
    known_ = above_->get().enter(path_, std::move(own));
  });
  return *known_;
}

bool can_be_vouched(const ScanOptions& options) {
  const Traits& t = options.traits;
  return !options.survey && !t.folds_case && !t.folds_form && t.keeps_exec && t.has_symlinks;
}

}  // namespace hn::worktree
