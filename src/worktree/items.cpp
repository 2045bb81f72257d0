#include "worktree/items.hpp"

#include <algorithm>
#include <map>

#include "hn/base/text.hpp"
#include "worktree/conflict_files.hpp"
#include "worktree/walk.hpp"

namespace hn::worktree {
namespace {

bool change_less(const object::Change& a, const object::Change& b) {
  return path_less(a.name, b.name);
}

std::vector<object::Change> changes_between(const CheckoutOptions& options) {
  std::vector<object::Change> out;
  auto done =
      object::diff_paths(*options.reader, options.from, options.to, [&](const object::Change& c) {
        out.push_back(c);
        return out.size() <= options.changes_max;
      });
  if (!done) throw Failure(done.error(), "comparing the trees of a checkout");
  if (out.size() > options.changes_max)
    throw Failure(
        Code::refused,
        "more than " + std::to_string(options.changes_max) + " files would be written or removed",
        "the history is intact: hn cat and hn log read it without a checkout");
  std::sort(out.begin(), out.end(), change_less);
  return out;
}

// What the tree has at a path. The index knows it without reading a folder, where it is of that
// tree: nearly always, as files are restored to the base.
std::optional<object::Value> value_at(const CheckoutOptions& options, const Index& index,
                                      const std::string& path) {
  if (index.base == options.to) {
    const IndexRow* row = index.find(path);
    return row != nullptr ? row->base : std::nullopt;
  }
  auto value = object::find_path(*options.reader, *options.to, path);
  if (!value) throw Failure(value.error(), "looking for '" + escape_controls(path) + "'");
  return *value;
}

// Paths that are to be restored though the trees agree on them.
std::vector<object::Change> restored(const CheckoutOptions& options, const Index& index,
                                     const std::vector<object::Change>& changes) {
  std::vector<object::Change> out;
  if (!options.to) return out;
  for (const std::string& path : options.restore) {
    object::Change c{path, std::nullopt, std::nullopt};
    if (std::binary_search(changes.begin(), changes.end(), c, change_less)) continue;
    const auto value = value_at(options, index, path);
    if (!value || value->mode == object::Mode::folder) continue;
    c.old_value = c.new_value = *value;
    out.push_back(std::move(c));
  }
  return out;
}

class Expansion {
 public:
  explicit Expansion(const CheckoutOptions& options) : options_(options) {}

  void add(const object::Change& change) {
    if (change.old_value) add(change.name, *change.old_value, false);
    if (change.new_value) add(change.name, *change.new_value, true);
  }

  // Brings the two halves of a path together.
  std::vector<Item> take() {
    std::stable_sort(items_.begin(), items_.end(),
                     [](const Item& a, const Item& b) { return path_less(a.path, b.path); });
    std::vector<Item> out;
    for (Item& item : items_) {
      if (out.empty() || out.back().path != item.path) {
        out.push_back(std::move(item));
        continue;
      }
      Item& same = out.back();
      if (item.now && !same.now) same.owner = item.owner;
      if (item.now && !same.now) same.now = std::move(item.now);
      if (item.old && !same.old) same.old = std::move(item.old);
    }
    return out;
  }

 private:
  void add(const std::string& path, const object::Value& value, bool now) {
    if (value.mode == object::Mode::conflict) return add_conflict(path, value, now);
    PlannedFile file;
    file.mode = value.mode;
    if (value.mode != object::Mode::submodule) file.id = value.id();
    put(path, path, std::move(file), now);
  }

  void add_conflict(const std::string& path, const object::Value& value, bool now) {
    if (options_.conflicts == nullptr)
      throw Failure(Code::conflict, "'" + escape_controls(path) + "' is in conflict");
    for (ConflictFile& file :
         conflict_files(*options_.reader, *options_.conflicts, path, value.id()))
      put(file.path, path, {file.value.mode, file.value.id(), std::move(file.bytes)}, now);
  }

  void put(const std::string& path, const std::string& owner, PlannedFile file, bool now) {
    Item& item = items_.emplace_back();
    item.path = path;
    item.owner = owner;
    (now ? item.now : item.old) = std::move(file);
  }

  const CheckoutOptions& options_;
  std::vector<Item> items_;
};

// Gives each name to the first path that asks for it, on a file system that folds case. What stands
// there already asks first.
class Claims {
 public:
  explicit Claims(const Traits& traits) : traits_(traits) {}

  // The path that has taken this one's name, or that of a folder on its way; "" where it is free.
  std::string claim(const std::string& path) {
    for_each_prefix(path, [&](const std::string& prefix) {
      auto at = spelled_.find(folded(prefix, traits_));
      taken_ = at != spelled_.end() && at->second != prefix ? at->second : "";
      return taken_.empty();
    });
    if (!taken_.empty()) return taken_;
    for_each_prefix(path, [&](const std::string& prefix) {
      return spelled_.emplace(folded(prefix, traits_), prefix), true;
    });
    return "";
  }

 private:
  template <class Visit>
  static void for_each_prefix(const std::string& path, const Visit& visit) {
    for (std::size_t at = path.find('/');; at = path.find('/', at + 1)) {
      if (!visit(path.substr(0, at)) || at == std::string::npos) return;
    }
  }

  Traits traits_;
  std::map<std::string, std::string> spelled_;
  std::string taken_;
};

class Refuser {
 public:
  Refuser(const CheckoutOptions& options, const Index& index, Task& task)
      : options_(options), task_(task), claims_(options.traits) {
    if (!options.traits.folds_case) return;
    for (const IndexRow& row : index.rows)
      if (row.base && !row.refused && !is_changed(row.path)) claims_.claim(row.path);
  }

  void run() {
    for (Item& item : task_.items) {
      if (!item.now) continue;
      std::optional<Refusal> refusal = check(item);
      if (!refusal) continue;
      task_.refusals.push_back(std::move(*refusal));
      item.now.reset();
    }
  }

 private:
  bool is_changed(const std::string& path) const {
    return std::binary_search(task_.changes.begin(), task_.changes.end(),
                              object::Change{path, {}, {}}, change_less);
  }

  std::optional<Refusal> check(const Item& item) {
    if (has_reserved_name(item.path)) return Refusal{Refusal::Kind::reserved, item.path, ""};
    if (depth_of(item.path) > kDepthMax) return Refusal{Refusal::Kind::too_deep, item.path, ""};
    if (item.now->mode == object::Mode::symlink && !options_.traits.has_symlinks)
      return Refusal{Refusal::Kind::name, item.path, ""};
    if (!options_.traits.folds_case) return std::nullopt;
    std::string other = claims_.claim(item.path);
    if (other.empty()) return std::nullopt;
    return Refusal{Refusal::Kind::collision, item.path, other};
  }

  const CheckoutOptions& options_;
  Task& task_;
  Claims claims_;
};

}  // namespace

Task make_task(const CheckoutOptions& options, const Index& index) {
  Task task;
  task.changes = changes_between(options);
  Expansion expansion(options);
  for (const object::Change& c : task.changes) expansion.add(c);
  for (const object::Change& c : restored(options, index, task.changes)) expansion.add(c);
  task.items = expansion.take();
  Refuser(options, index, task).run();
  return task;
}

}  // namespace hn::worktree
