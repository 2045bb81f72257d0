#include "hn/worktree/index.hpp"

#include <algorithm>

#include "hn/worktree/name.hpp"

namespace hn::worktree {

const IndexRow* Index::find(std::string_view path) const {
  auto row =
      std::lower_bound(rows.begin(), rows.end(), path,
                       [](const IndexRow& r, std::string_view p) { return path_less(r.path, p); });
  return row != rows.end() && row->path == path ? &*row : nullptr;
}

IndexRow* Index::find(std::string_view path) {
  auto* row = const_cast<IndexRow*>(std::as_const(*this).find(path));
  if (row != nullptr) note(path);
  return row;
}

void Index::note(std::string_view path) {
  if (!origin.known) return;
  // Written whole it costs no more.
  if (origin.rows.size() > rows.size() / 4) {
    origin = {};
    return;
  }
  origin.rows.emplace_back(path);
}

void Index::drop_empty_rows() {
  std::erase_if(rows, [&](const IndexRow& row) {
    const bool empty = !row.base && !row.content && !row.pending;
    if (empty) note(row.path);
    return empty;
  });
}

void Index::set_folders(const std::vector<std::size_t>& kept, std::vector<IndexFolder> learned) {
  if (learned.empty() && kept.size() == folders.size()) return;
  std::vector<IndexFolder> out;
  out.reserve(kept.size() + learned.size());
  auto next = kept.begin();
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (next != kept.end() && *next == i) {
      out.push_back(std::move(folders[i]));
      ++next;
    } else {
      origin.folders.push_back(std::move(folders[i].path));
    }
  }
  for (const IndexFolder& folder : learned) origin.folders.push_back(folder.path);
  const auto less = [](const IndexFolder& a, const IndexFolder& b) {
    return path_less(a.path, b.path);
  };
  std::ranges::sort(learned, less);
  const auto middle = static_cast<std::ptrdiff_t>(out.size());
  out.insert(out.end(), std::make_move_iterator(learned.begin()),
             std::make_move_iterator(learned.end()));
  std::inplace_merge(out.begin(), out.begin() + middle, out.end(), less);
  folders = std::move(out);
}

void Index::add(std::vector<IndexRow> added) {
  if (added.empty()) return;
  for (const IndexRow& row : added) note(row.path);
  const auto less = [](const IndexRow& a, const IndexRow& b) { return path_less(a.path, b.path); };
  std::ranges::sort(added, less);
  const auto middle = static_cast<std::ptrdiff_t>(rows.size());
  rows.insert(rows.end(), std::make_move_iterator(added.begin()),
              std::make_move_iterator(added.end()));
  std::inplace_merge(rows.begin(), rows.begin() + middle, rows.end(), less);
}

bool Index::interrupted() const {
  return std::any_of(rows.begin(), rows.end(), [](const IndexRow& row) { return row.pending; });
}

// The racy-timestamp rule: a file that was changed, read and changed again within one tick of the
// file system's clock shows the same stat twice. The stamp was taken before the first reading, so a
// file older than the stamp was not written in the tick of its reading.
bool Index::trusts(const IndexRow& row, const Witness& now) const {
  return row.content && row.witness == now && now.mtime_ns < stamp_ns;
}

// A folder's time can be set back, as those who restore archives do; that it was is in the other.
bool Index::trusts(const IndexFolder& folder, const Witness& now) const {
  return folder.witness == now && std::max(now.mtime_ns, now.ctime_ns) < stamp_ns;
}

Result<void> rebase(Index& index, const object::BlockReader& reader,
                    const std::optional<object::Id>& tree) {
  if (index.base == tree) return {};
  std::vector<IndexRow> rows;
  rows.reserve(index.rows.size());
  auto old = index.rows.begin();
  // Rows without a base stay for what they know of contents.
  auto keep_others = [&](auto until) {
    for (; until(); ++old) {
      old->base.reset();
      old->refused = false;
      if (old->content || old->pending) rows.push_back(std::move(*old));
    }
  };
  if (tree) {
    HN_CHECK(
        object::walk_paths(reader, *tree, [&](const std::string& path, const object::Value& v) {
          keep_others([&] { return old != index.rows.end() && path_less(old->path, path); });
          IndexRow row;
          if (old != index.rows.end() && old->path == path) row = std::move(*old++);
          row.refused = row.refused && row.base == v;
          row.path = path;
          row.base = v;
          rows.push_back(std::move(row));
          return true;
        }));
  }
  keep_others([&] { return old != index.rows.end(); });
  index.rows = std::move(rows);
  index.base = tree;
  index.origin = {};
  return {};
}

}  // namespace hn::worktree
