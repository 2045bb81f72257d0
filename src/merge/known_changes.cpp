#include "merge/known_changes.hpp"

#include "merge/part_keys.hpp"

// Written as a part (hn-repository(5), THE FOLD PARTS): its paths are the names, its values nothing
// and then of each name what it was and what it is.
namespace hn::merge {
namespace {

// A head changes few names of a folder; what changes many is as well read again.
constexpr std::size_t kChangesMax = 32;

Parts::Part part_of(const std::vector<object::Change>& changes) {
  Parts::Part out{{std::nullopt}, {}, false};
  for (const object::Change& change : changes) {
    out.conflicts.push_back(change.name);
    out.values.push_back(change.old_value);
    out.values.push_back(change.new_value);
  }
  return out;
}

// Nothing where it is no part that part_of() makes.
std::optional<std::vector<object::Change>> changes_in(const Parts::Part& part) {
  if (part.values.size() != 2 * part.conflicts.size() + 1) return std::nullopt;
  std::vector<object::Change> out;
  out.reserve(part.conflicts.size());
  for (std::size_t i = 0; i < part.conflicts.size(); ++i)
    out.push_back({part.conflicts[i], part.values[2 * i + 1], part.values[2 * i + 2]});
  return out;
}

}  // namespace

Result<std::vector<object::Change>> changes_between(const object::BlockReader& reader,
                                                    const std::optional<object::Id>& base,
                                                    const std::optional<object::Id>& folder,
                                                    Parts* parts) {
  if (parts == nullptr || !parts->keeps_changes()) return object::diff_tree(reader, base, folder);
  const Hash key = key_of_changes(base, folder);
  if (const Parts::Part* known = parts->find(key)) {
    if (auto changes = changes_in(*known)) return std::move(*changes);
  }
  HN_TRY(auto changes, object::diff_tree(reader, base, folder));
  if (changes.size() <= kChangesMax) parts->note(key, part_of(changes));
  return changes;
}

}  // namespace hn::merge
