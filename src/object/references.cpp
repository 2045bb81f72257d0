#include "hn/object/references.hpp"

#include <array>
#include <bit>

#include "hn/object/commit.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "object/tree_node.hpp"

namespace hn::object {
namespace {

using Visit = std::function<void(const Id&)>;

Result<void> visit_commit(ByteView bytes, const Visit& visit) {
  HN_TRY(const Commit commit, decode_commit(bytes));
  visit(commit.tree);
  for (const Id& parent : commit.parents) visit(parent);
  if (commit.raw) visit(*commit.raw);
  return {};
}

Result<void> visit_tag(ByteView bytes, const Visit& visit) {
  HN_TRY(const Tag tag, decode_tag(bytes));
  visit(tag.target);
  if (tag.raw) visit(*tag.raw);
  return {};
}

Result<void> visit_list(ByteView bytes, const Visit& visit) {
  HN_TRY(const ListNode node, decode_list(bytes));
  for (const ListRow& row : node.rows) visit(row.id);
  return {};
}

Result<void> visit_conflict(ByteView bytes, const Visit& visit) {
  HN_TRY(const Conflict conflict, decode_conflict(bytes));
  for (const std::optional<Value>& term : conflict.terms) {
    if (term && term->mode != Mode::submodule) visit(term->id());
  }
  return {};
}

// Some of those that were met: 128 KiB, which stay in the processor's own cache.
constexpr std::size_t kMet = 4096;

std::size_t place_of(const Id& id) noexcept {
  return (static_cast<std::size_t>(id.bytes[30]) << 8U | id.bytes[31]) % kMet;
}

// Without a call: folders name some hundred blocks for each that is new.
bool same(const Id& a, const Id& b) noexcept {
  using Words = std::array<std::uint64_t, 4>;
  const auto x = std::bit_cast<Words>(a.bytes);
  const auto y = std::bit_cast<Words>(b.bytes);
  return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

}  // namespace

Result<void> visit_references(Kind kind, ByteView bytes, const Visit& visit) {
  switch (kind) {
    case Kind::commit:
      return visit_commit(bytes, visit);
    case Kind::tag:
      return visit_tag(bytes, visit);
    case Kind::tree:
      return visit_named_by_node(bytes, visit);
    case Kind::list:
      return visit_list(bytes, visit);
    case Kind::conflict:
      return visit_conflict(bytes, visit);
    case Kind::chunk:
    case Kind::raw:
    case Kind::manifest:
      return {};
  }
  return {};
}

Named named_by(std::span<const BlockView> blocks) {
  Named out;
  std::vector<Id> met(kMet);
  // An id of zeros stands for an empty place, but has one of its own.
  met[place_of({})].bytes[31] = 1;
  const Visit note = [&](const Id& id) {
    Id& at = met[place_of(id)];
    if (same(at, id)) return;
    at = id;
    out.ids.push_back(id);
  };
  for (const BlockView& block : blocks)
    if (!visit_references(block.kind, block.bytes, note)) out.clear = false;
  return out;
}

}  // namespace hn::object
