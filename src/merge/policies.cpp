#include "merge/policies.hpp"

#include <algorithm>

#include "hn/object/file.hpp"
#include "merge/file_merge.hpp"

// Specified in hn-merge(7), POLICIES. The sides of last-writer and authority are looked up in the
// roots: the terms that are left at a path have been simplified, which exchanges places.
namespace hn::merge {
namespace {

using object::Mode;

// The value of one term at a path; nothing where a conflict is on the way.
Result<std::optional<PathValue>> value_at(const object::BlockReader& reader,
                                          const std::optional<object::Id>& root,
                                          std::string_view path) {
  using Found = std::optional<PathValue>;
  PathValue at;
  if (root) at = object::Value::of(Mode::folder, *root);
  while (at && !path.empty()) {
    if (at->mode == Mode::conflict) return Found{};
    if (at->mode != Mode::folder) return Found(std::in_place);
    const auto name = path.substr(0, path.find('/'));
    auto next = object::find_name(reader, at->id(), name);
    if (!next && is_unmergeable(next.error())) return Found{};
    if (!next) return fail(next.error());
    at = *next;
    path.remove_prefix(std::min(name.size() + 1, path.size()));
  }
  return Found(at);
}

// Whether a side has what an open base adds: the choice was made before.
Result<bool> is_taken_from(const object::BlockReader& reader, const PathValue& side,
                           const PathValue& base) {
  if (!base || base->mode != Mode::conflict) return false;
  const auto conflict = object::read_conflict(reader, base->id());
  if (!conflict && !is_unmergeable(conflict.error())) return fail(conflict.error());
  if (!conflict) return false;
  for (std::size_t i = 0; i < conflict->terms.size(); i += 2) {
    if (conflict->terms[i] == side) return true;
  }
  return false;
}

// Of `busy` places the sides that changed the value.
Result<std::vector<std::size_t>> contenders(const object::BlockReader& reader,
                                            const Terms<PathValue>& values,
                                            const std::vector<std::size_t>& busy) {
  std::vector<std::size_t> all;
  std::vector<std::size_t> fresh;
  for (std::size_t i = 0; i < busy.size(); i += 2) {
    all.push_back(busy[i]);
    if (busy.size() == 1) break;
    HN_TRY(const bool taken,
           is_taken_from(reader, values[busy[i]], values[busy[i == 0 ? 1 : i - 1]]));
    if (!taken) fresh.push_back(busy[i]);
  }
  return fresh.empty() ? all : fresh;
}

}  // namespace

Result<FolderAttributes> read_attributes(const object::BlockReader& reader,
                                         const PathValue& value) {
  FolderAttributes out;
  if (!value) return out;
  out.is_known = value->is_file();
  if (!out.is_known) return out;
  const auto bytes = object::read_file(reader, value->id(), kAttributesBytesMax);
  if (!bytes && !is_unmergeable(bytes.error())) return fail(bytes.error());
  auto parsed = bytes ? Attributes::parse(*bytes) : std::nullopt;
  out.is_known = parsed.has_value();
  if (parsed) out.attributes = std::move(*parsed);
  return out;
}

std::optional<Policy> SideOrder::in_effect(Policy policy) const noexcept {
  const bool chooses = policy == Policy::last_writer || policy == Policy::authority;
  if (!chooses || kind == Kind::log) return policy;
  return kind == Kind::virtual_base ? std::optional(Policy::binary) : std::nullopt;
}

Result<std::optional<ChosenSide>> choose_side(const object::BlockReader& reader,
                                              const Terms<std::optional<object::Id>>& roots,
                                              const std::string& path, Policy policy,
                                              const SideOrder& order,
                                              const std::vector<std::size_t>& places) {
  Terms<PathValue> values;
  for (const auto& root : roots) {
    HN_TRY(const auto value, value_at(reader, root, path));
    if (!value) return std::optional<ChosenSide>{};
    values.push_back(*value);
  }
  const auto busy = busy_places(values);
  HN_TRY(const auto sides, contenders(reader, values, busy));
  const auto rank = [&](std::size_t place) { return order.seniority[places[place] / 2]; };
  const std::size_t winner =
      policy == Policy::last_writer
          ? sides.back()
          : *std::min_element(sides.begin(), sides.end(),
                              [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  ChosenSide out{values[winner], {path, policy, places[winner], {}}};
  for (std::size_t i = 0; i < busy.size(); i += 2) {
    if (values[busy[i]] != values[winner]) out.decision.losers.push_back(places[busy[i]]);
  }
  return std::optional(std::move(out));
}

}  // namespace hn::merge
