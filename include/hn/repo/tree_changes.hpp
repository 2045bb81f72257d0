#pragma once

#include <functional>

#include "hn/object/tree.hpp"
#include "hn/worktree/pathspec.hpp"

namespace hn::repo {

// The files that differ between two trees, among those that are meant; an absent tree is empty.
// Folders in which none can be meant are not read. Order: depth first in name order; a file that
// became a folder comes before what is in it. `visit` answers false to stop. Failure where a folder
// cannot be read.
void visit_tree_changes(const object::BlockReader& reader, const std::optional<object::Id>& before,
                        const std::optional<object::Id>& after, const worktree::Pathspec& meant,
                        const std::function<bool(object::Change)>& visit);

// The same as a list, in the order of git: by whole paths as bytes.
std::vector<object::Change> tree_changes(const object::BlockReader& reader,
                                         const std::optional<object::Id>& before,
                                         const std::optional<object::Id>& after,
                                         const worktree::Pathspec& meant);

// Whether a file that is meant differs, where one path is (Pathspec::only_path()) and this is what
// stands there.
bool values_differ(const object::BlockReader& reader, const std::optional<object::Value>& before,
                   const std::optional<object::Value>& after, const worktree::Pathspec& meant);

// Whether any of the files that are meant differs.
bool trees_differ(const object::BlockReader& reader, const std::optional<object::Id>& before,
                  const std::optional<object::Id>& after, const worktree::Pathspec& meant);

}  // namespace hn::repo
