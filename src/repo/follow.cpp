// After git's tree-diff.c: try_to_follow_renames.
#include "hn/repo/follow.hpp"

#include <algorithm>

#include "hn/merge/renames.hpp"
#include "hn/repo/tree_changes.hpp"

namespace hn::repo {
namespace {

std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::optional<MadeOf> equal_one(const std::vector<merge::NamedValue>& files,
                                const std::string& path, const object::Value& value) {
  const merge::NamedValue* found = nullptr;
  for (const merge::NamedValue& file : files) {
    if (file.value.bytes != value.bytes || file.value.is_file() != value.is_file()) continue;
    if (found == nullptr) found = &file;
    if (last_name(file.path) != last_name(path)) continue;
    found = &file;
    break;
  }
  if (found == nullptr) return std::nullopt;
  return MadeOf{found->path, found->value, 100};
}

std::optional<MadeOf> alike_one(const object::BlockReader& reader,
                                const std::vector<merge::NamedValue>& files,
                                const std::string& path, const object::Value& value,
                                std::uint32_t percent_min) {
  const std::vector<merge::NamedValue> come{{path, value}};
  const auto found = merge::find_renames(reader, files, come, {percent_min, 1'000'000});
  if (found.empty()) return std::nullopt;
  const merge::NamedValue& file = files[found.front().from];
  return MadeOf{file.path, file.value, found.front().percent};
}

}  // namespace

std::optional<MadeOf> made_of(const object::BlockReader& reader,
                              const std::optional<object::Id>& before, const object::Id& after,
                              const std::string& path, const object::Value& value,
                              std::uint32_t percent_min) {
  if (!before) return std::nullopt;
  std::vector<merge::NamedValue> gone;
  for (const object::Change& change : tree_changes(reader, before, after, {})) {
    if (change.old_value && !change.new_value) gone.push_back({change.name, *change.old_value});
  }
  if (auto found = equal_one(gone, path, value)) return found;
  std::vector<merge::NamedValue> all;
  require(object::walk_paths(reader, *before,
                             [&](const std::string& name, const object::Value& old) {
                               all.push_back({name, old});
                               return true;
                             }),
          "reading a folder");
  std::ranges::sort(all, {}, &merge::NamedValue::path);
  if (auto found = equal_one(all, path, value)) return found;
  if (auto found = alike_one(reader, gone, path, value, percent_min)) return found;
  return alike_one(reader, all, path, value, percent_min);
}

}  // namespace hn::repo
