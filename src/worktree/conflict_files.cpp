#include "worktree/conflict_files.hpp"

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/object/file.hpp"
#include "hn/worktree/name.hpp"
#include "worktree/content.hpp"

namespace hn::worktree {
namespace {

void add_folder(const object::BlockReader& reader, const std::string& folder,
                const object::Id& tree, std::vector<ConflictFile>& out) {
  auto walked =
      object::walk_paths(reader, tree, [&](const std::string& path, const object::Value& value) {
        if (value.is_file() || value.mode == object::Mode::symlink)
          out.push_back({join(folder, path), value, std::nullopt, false});
        return true;
      });
  if (!walked)
    throw Failure(walked.error(), "side '" + escape_controls(folder) + "' of a conflict");
}

}  // namespace

std::vector<ConflictFile> conflict_files(const object::BlockReader& reader, ConflictForm& form,
                                         const std::string& path, const object::Id& conflict) {
  std::vector<ConflictFile> out;
  for (ConflictForm::File& file : form.files(path, conflict)) {
    if (!object::is_tree_name(file.name))
      throw Failure(Code::unsafe_path, "a side of the conflict '" + escape_controls(path) +
                                           "' has the name '" + escape_controls(file.name) + "'");
    std::string at = join(folder_of(path), file.name);
    if (file.mode == object::Mode::folder) {
      if (file.file) add_folder(reader, at, *file.file, out);
    } else if (file.mode != object::Mode::submodule && file.mode != object::Mode::conflict) {
      object::IdWriter none;
      object::Id id = file.file ? *file.file : object::write_file(none, file.bytes);
      std::optional<Bytes> bytes;
      if (!file.file) bytes = std::move(file.bytes);
      out.push_back(
          {std::move(at), object::Value::of(file.mode, id), std::move(bytes), file.resolves});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const ConflictFile& a, const ConflictFile& b) { return path_less(a.path, b.path); });
  return out;
}

}  // namespace hn::worktree
