#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/worktree/scan.hpp"
#include "worktree/root.hpp"

#include <unistd.h>

namespace hn::worktree {
namespace {

// Writes changed folders from a list of changes in the order of a walk: the folders on the way to
// the current path are open, with all their entries; a folder is written when the walk leaves it.
// An own stack instead of recursion, whatever the depth.
class TreeEdit {
 public:
  TreeEdit(object::BlockWriter& writer, const object::BlockReader& reader,
           const std::optional<object::Id>& base)
      : writer_(writer), reader_(reader) {
    open("", base);
  }

  void apply(const Change& change) {
    std::string_view folder = folder_of(change.path);
    while (!stack_.back().path.empty() && stack_.back().path != folder &&
           !is_below(folder, stack_.back().path))
      leave();
    while (stack_.back().path != folder) enter(folder);
    set(stack_.back(), name_of_path(change.path), change.now);
  }

  object::Id finish() {
    while (stack_.size() > 1) leave();
    Folder& root = stack_.back();
    return write(root);
  }

 private:
  struct Folder {
    std::string path;
    std::optional<object::Id> old;
    std::optional<object::Id> raw;
    std::vector<object::TreeEntry> entries;
    bool changed = false;
  };

  static std::vector<object::TreeEntry>::iterator find(Folder& folder, std::string_view name) {
    return std::lower_bound(
        folder.entries.begin(), folder.entries.end(), name,
        [](const object::TreeEntry& e, std::string_view n) { return e.name < n; });
  }

  static void set(Folder& folder, std::string_view name,
                  const std::optional<object::Value>& value) {
    auto at = find(folder, name);
    bool there = at != folder.entries.end() && at->name == name;
    if (there && value && at->value == *value) return;
    if (!there && !value) return;
    folder.changed = true;
    if (!value)
      folder.entries.erase(at);
    else if (there)
      at->value = *value;
    else
      folder.entries.insert(at, {std::string(name), *value});
  }

  void open(std::string path, const std::optional<object::Id>& tree) {
    Folder folder;
    folder.path = std::move(path);
    folder.old = tree;
    if (tree) {
      auto read = object::read_tree(reader_, *tree);
      if (!read) throw Failure(read.error(), "folder '" + escape_controls(folder.path) + "'");
      folder.entries = std::move(read->entries);
      folder.raw = read->raw;
    }
    stack_.push_back(std::move(folder));
  }

  // One step from the innermost open folder towards `target`.
  void enter(std::string_view target) {
    Folder& at = stack_.back();
    std::size_t begin = at.path.empty() ? 0 : at.path.size() + 1;
    std::size_t end = std::min(target.find('/', begin), target.size());
    auto entry = find(at, target.substr(begin, end - begin));
    std::optional<object::Id> tree;
    if (entry != at.entries.end() && entry->name == target.substr(begin, end - begin) &&
        entry->value.mode == object::Mode::folder)
      tree = entry->value.id();
    open(std::string(target.substr(0, end)), tree);
  }

  // An emptied folder goes; but where a file has taken its name already, that stays.
  void leave() {
    Folder done = std::move(stack_.back());
    stack_.pop_back();
    if (!done.changed) return;
    Folder& above = stack_.back();
    std::string_view name = name_of_path(done.path);
    if (!done.entries.empty())
      return set(above, name, object::Value::of(object::Mode::folder, write(done)));
    auto entry = find(above, name);
    if (entry != above.entries.end() && entry->name == name &&
        entry->value.mode == object::Mode::folder)
      set(above, name, std::nullopt);
  }

  object::Id write(const Folder& folder) {
    if (!folder.changed && folder.old) return *folder.old;
    return object::write_tree(writer_, folder.entries, {}, &reader_, folder.old);
  }

  object::BlockWriter& writer_;
  const object::BlockReader& reader_;
  std::vector<Folder> stack_;
};

// Puts what was recorded into the rows.
void mark(Index& index, const std::vector<Change>& recorded, const object::Id& root) {
  std::vector<IndexRow> added;
  bool any_empty = false;
  for (const Change& change : recorded) {
    IndexRow* row = index.find(change.path);
    if (row == nullptr && change.now) {
      row = &added.emplace_back();
      row->path = change.path;
    }
    if (row == nullptr) continue;
    row->base = change.now;
    row->side = false;
    row->refused = false;
    if (!change.now) row->forget_content();
    any_empty = any_empty || !change.now;
  }
  if (any_empty) index.drop_empty_rows();
  index.add(std::move(added));
  index.base = root;
}

}  // namespace

object::Id write_changes(object::BlockWriter& writer, const object::BlockReader& reader,
                         const std::optional<object::Id>& base, std::span<const Change> changes) {
  TreeEdit edit(writer, reader, base);
  for (const Change& change : changes) edit.apply(change);
  return edit.finish();
}

object::Id record(Snapshot& snapshot, object::BlockWriter& writer,
                  const object::BlockReader& reader, const Pathspec& meant) {
  std::vector<Change> recorded;
  for (const Change& change : snapshot.changes) {
    if (!meant.matches(change.path)) continue;
    HN_ASSERT(!change.now || snapshot.contents_written);
    recorded.push_back(change);
  }
  object::Id root = write_changes(writer, reader, snapshot.base, recorded);
  mark(snapshot.index, recorded, root);
  snapshot.index_changed = true;
  auto is_recorded = [&](const Leftover& leftover) {
    return std::any_of(recorded.begin(), recorded.end(),
                       [&](const Change& c) { return c.path == leftover.conflict; });
  };
  auto& leftovers = snapshot.leftovers;
  leftovers.erase(std::remove_if(leftovers.begin(), leftovers.end(),
                                 [&](const Leftover& l) { return !is_recorded(l); }),
                  leftovers.end());
  return root;
}

void remove_leftovers(const std::string& root_path, Snapshot& snapshot) {
  Root root(root_path);
  for (const Leftover& leftover : snapshot.leftovers) {
    const IndexRow* row = snapshot.index.find(leftover.path);
    Descriptor folder = root.open_folder(folder_of(leftover.path));
    if (row == nullptr || !folder) continue;
    std::string name(name_of_path(leftover.path));
    if (look(folder.get(), name).witness == row->witness) ::unlinkat(folder.get(), name.c_str(), 0);
  }
  snapshot.leftovers.clear();
}

}  // namespace hn::worktree
