#include "hn/merge/conflicts.hpp"

namespace hn::merge {

Result<std::vector<ConflictAt>> list_conflicts(const object::BlockReader& reader,
                                               const object::Id& root) {
  std::vector<ConflictAt> out;
  HN_CHECK(object::walk_paths(reader, root, [&](const std::string& path, const object::Value& v) {
    if (v.mode == object::Mode::conflict) out.push_back({path, v.id(), {}});
    return true;
  }));
  for (auto& conflict : out) {
    HN_TRY(conflict.conflict, object::read_conflict(reader, conflict.id));
  }
  return out;
}

}  // namespace hn::merge
