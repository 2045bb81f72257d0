#include "git/walk.hpp"

#include "git/plain_tree.hpp"
#include "git/tree_form.hpp"

namespace hn::git {
namespace {

// Of one generation of folders, parsed. Wide folders of a large project stay in; hostile ones
// drive each other out.
constexpr std::size_t kFoldersBytesMax = std::size_t{48} << 20;

std::size_t cost_of(const Folder& folder) {
  return folder.object.bytes().size() + folder.lines.size() * sizeof(TreeLine) + 128;
}

// Walks along an older folder's lines beside a newer one's; both come in git's order. In folders
// that are not, lines are missed, which costs a delta base and nothing else.
class Beside {
 public:
  explicit Beside(const Folder* folder) : folder_(folder) {}

  const TreeLine* find(const TreeLine& line) {
    if (folder_ == nullptr) return nullptr;
    const auto& lines = folder_->lines;
    while (at_ < lines.size() && git_less(lines[at_].name, lines[at_].mode, line.name, line.mode))
      ++at_;
    const bool same =
        at_ < lines.size() && lines[at_].name == line.name &&
        (lines[at_].mode == object::Mode::folder) == (line.mode == object::Mode::folder);
    return same && lines[at_].mode != object::Mode::submodule ? &lines[at_] : nullptr;
  }

 private:
  const Folder* folder_;
  std::size_t at_ = 0;
};

}  // namespace

std::size_t Folders::Hash::operator()(const Oid& oid) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, oid.bytes.data(), sizeof hash);
  return hash;
}

std::shared_ptr<const Folder> Folders::read(const Oid& oid) {
  if (const auto at = young_.find(oid); at != young_.end()) return at->second;
  if (const auto at = old_.find(oid); at != old_.end()) {
    auto folder = at->second;
    keep(oid, folder);
    return folder;
  }
  Object object = source_.read(oid);
  if (object.type() != Type::tree) source_.fail_broken(oid, "is named as a folder and no tree");
  auto lines = parse_tree(object.bytes(), oid.size);
  if (!lines) source_.fail_broken(oid, "is a tree that is cut off or malformed");
  const bool plain = is_plain(*lines);
  auto folder = std::make_shared<const Folder>(Folder{std::move(object), *std::move(lines), plain});
  keep(oid, folder);
  return folder;
}

void Folders::keep(const Oid& oid, const std::shared_ptr<const Folder>& folder) {
  young_.emplace(oid, folder);
  young_bytes_ += cost_of(*folder);
  if (young_bytes_ < kFoldersBytesMax) return;
  old_ = std::move(young_);
  young_.clear();
  young_bytes_ = 0;
}

void Walk::run(const History& history) {
  for (const History::Known& known : history.known()) start_known(known);
  for (const History::Step& step : history.steps()) {
    switch (step.type) {
      case Type::commit:
        commit(step.oid);
        break;
      case Type::tag:
        tag(step.oid);
        break;
      case Type::tree:
        tree(step.oid, {}, 0);
        break;
      case Type::blob:
        blob(step.oid, {});
        break;
    }
  }
}

void Walk::start_known(const History::Known& known) {
  sink_.known(known.type, known.oid, known.id);
  seen_.insert(known.oid, false);
  if (known.type != Type::commit || blocks_ == nullptr) return;
  const Object object = source_.read(known.oid);
  const auto links = parse_links(object.bytes(), known.oid.size);
  if (!links) source_.fail_broken(known.oid, "is a commit that names no tree");
  // Its folders are not those of git's, which show the conflicts that lie in them.
  if (has_conflict_trailer(as_text(object.bytes()))) return;
  const auto commit = object::read_commit(*blocks_, known.id);
  if (!commit) return;
  const Oid root = links->tree;
  root_of_.insert(known.oid, root);
  if (!seen_.insert(root, false)) return;
  sink_.known(Type::tree, root, commit->tree);
  known_folders_.insert(root, commit->tree);
}

// The children of a folder that was imported before, name by name. One whose name import had to
// change is not found and is converted again, to the same id.
void Walk::spread_known(const Oid& oid, const Folder& folder) {
  const auto id = known_folders_.find(oid);
  if (!id || !spread_.insert(oid, true)) return;
  const auto tree = object::read_tree(*blocks_, *id);
  if (!tree) return;
  std::unordered_map<std::string_view, const object::Value*> by_name;
  for (const auto& entry : tree->entries) by_name.emplace(entry.name, &entry.value);
  for (const TreeLine& line : folder.lines) {
    const auto at = by_name.find(line.name);
    if (at == by_name.end() || at->second->mode != line.mode) continue;
    const object::Id child_id = at->second->id();
    by_name.erase(at);  // of two lines of one name the second has another
    const Oid child = line.id;
    if (line.mode == object::Mode::submodule || !seen_.insert(child, false)) continue;
    const bool is_folder = line.mode == object::Mode::folder;
    sink_.known(is_folder ? Type::tree : Type::blob, child, child_id);
    if (is_folder) known_folders_.insert(child, child_id);
  }
}

void Walk::commit(const Oid& oid) {
  Object object = source_.read(oid);
  const auto links = parse_links(object.bytes(), oid.size);
  if (!links) source_.fail_broken(oid, "is a commit that names no tree");
  const Oid root = links->tree;
  Item item{Type::commit, oid, {}, std::move(object), {}, {}};
  if (!links->parents.empty()) item.base = links->parents.front();
  tree(root, item.base ? root_of_.find(*item.base) : std::nullopt, 0);
  root_of_.insert(oid, root);
  sink_.item(std::move(item));
}

void Walk::tag(const Oid& oid) {
  sink_.item({Type::tag, oid, {}, source_.read(oid), {}, {}});
}

// A file that is new at its path was mostly renamed, or came from another branch: what its
// repository holds it to resemble then serves as its older version.
std::optional<Oid> Walk::seen_kin(const Oid& oid) const {
  for (const Oid& kin : source_.kin(oid))
    if (seen_.contains(kin)) return kin;
  return std::nullopt;
}

void Walk::blob(const Oid& oid, std::optional<Oid> base) {
  if (!seen_.insert(oid, true)) return;
  if (!base) base = seen_kin(oid);
  if (!leave_large_) return blob(oid, base, source_.read(oid));
  Source::Short read = source_.read_short(oid);
  if (read.object) return blob(oid, base, *std::move(read.object));
  Item large{Type::blob, oid, base, {}, {}, {}};
  large.large = read.bytes;
  sink_.item(std::move(large));
}

void Walk::blob(const Oid& oid, const std::optional<Oid>& base, Object object) {
  if (object.type() != Type::blob) source_.fail_broken(oid, "is named as a file and no blob");
  sink_.item({Type::blob, oid, base, std::move(object), {}, {}});
}

void Walk::tree(const Oid& oid, const std::optional<Oid>& base, std::size_t depth) {
  if (!seen_.insert(oid, true)) return;
  if (depth >= object::kPathDepthMax)
    throw Failure(Code::refused,
                  "git tree " + to_hex(oid) + " lies below " + std::to_string(depth) + " folders",
                  "git itself refuses paths that deep; rewrite the history without them");
  auto folder = folders_.read(oid);
  auto older = base ? folders_.read(*base) : nullptr;
  if (older) spread_known(*base, *older);
  children(*folder, older.get(), base, depth);
  sink_.item({Type::tree, oid, base, {}, std::move(folder), std::move(older)});
}

void Walk::children(const Folder& folder, const Folder* older, const std::optional<Oid>& base,
                    std::size_t depth) {
  const bool has_same = base && seen_.find(*base).value_or(false);
  Beside beside(older);
  for (const TreeLine& line : folder.lines) {
    const Oid child = line.id;
    if (line.mode == object::Mode::submodule) continue;
    const TreeLine* before = beside.find(line);
    // Of a line that the older one has too no table is asked, and nearly all are such.
    if (has_same && before != nullptr && before->id == child) continue;
    if (seen_.contains(child)) continue;
    const auto child_base = before != nullptr ? std::optional(before->id) : std::nullopt;
    if (line.mode == object::Mode::folder)
      tree(child, child_base, depth + 1);
    else
      blob(child, child_base);
  }
}

}  // namespace hn::git
