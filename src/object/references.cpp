#include "hn/object/references.hpp"

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

}  // namespace hn::object
