#pragma once

#include "hn/object/tree.hpp"
#include "output.hpp"

// Differences between trees, and between a tree and the working tree, as unified patches.
namespace hn::cli {

// One side of a file's difference: nothing, or a value with its bytes.
struct Side {
  std::optional<object::Value> value;
  std::optional<Bytes> bytes;  // none for a submodule, and where the file is too long to show
};

// The content of a value in the store.
Side side_of(const object::BlockReader& reader, const std::optional<object::Value>& value);

// "diff --hn a/PATH b/PATH" and the hunks, as git prints them.
void print_patch(const Context& context, const std::string& path, const Side& before,
                 const Side& after);

// All paths that differ between two trees.
void print_tree_patch(const Context& context, const object::BlockReader& reader,
                      const std::optional<object::Id>& before,
                      const std::optional<object::Id>& after,
                      const std::vector<std::string>& paths);

}  // namespace hn::cli
