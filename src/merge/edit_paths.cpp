#include "merge/edit_paths.hpp"

namespace hn::merge {
namespace {

using object::Id;
using object::Mode;
using object::Value;
using Folder = std::optional<Id>;

// What happens to one name of a folder.
struct NameEdits {
  std::optional<PathValue> value;
  PathEdits below;
};

std::map<std::string, NameEdits> by_name(const PathEdits& edits) {
  std::map<std::string, NameEdits> out;
  for (const auto& [path, value] : edits) {
    const std::size_t slash = path.find('/');
    NameEdits& at = out[path.substr(0, slash)];
    if (slash == std::string::npos)
      at.value = value;
    else
      at.below.emplace(path.substr(slash + 1), value);
  }
  return out;
}

Result<PathValue> edited(ScratchBlocks& scratch, const Folder& folder, const std::string& name,
                         const NameEdits& edits) {
  if (edits.below.empty()) return *edits.value;
  PathValue old;
  if (folder) {
    HN_TRY(old, object::find_name(scratch, *folder, name));
  }
  const bool is_folder = old && old->mode == Mode::folder;
  HN_TRY(const Folder made,
         edit_paths(scratch, is_folder ? Folder(old->id()) : Folder{}, edits.below));
  if (made) return PathValue(Value::of(Mode::folder, *made));
  return edits.value ? *edits.value : PathValue{};
}

}  // namespace

// The depth is that of paths that were read from folders, which bounds the recursion.
Result<Folder> edit_paths(ScratchBlocks& scratch, const Folder& root, const PathEdits& edits) {
  std::vector<object::Edit> list;
  for (const auto& [name, change] : by_name(edits)) {
    HN_TRY(auto value, edited(scratch, root, name, change));
    list.push_back({name, std::move(value)});
  }
  const Id empty = object::write_tree(scratch, {});
  HN_TRY(const Id made, object::edit_tree(scratch, scratch, root ? *root : empty, list));
  return made == empty ? Folder{} : Folder(made);
}

}  // namespace hn::merge
