#include "hn/merge/three_way.hpp"

namespace hn::merge {

Result<MergedTree> merge_trees(const object::BlockReader& reader, object::BlockWriter& writer,
                               const std::optional<object::Id>& base, const object::Id& ours,
                               const object::Id& theirs) {
  const std::optional<object::Id> roots[] = {ours, base, theirs};
  return merge_roots(reader, writer, roots);
}

}  // namespace hn::merge
