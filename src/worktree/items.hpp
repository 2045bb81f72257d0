#pragma once

#include <string>
#include <vector>

#include "hn/worktree/checkout.hpp"

namespace hn::worktree {

// A file on disk that differs between two trees; a conflict is as many of them as it is written as.
struct Item {
  std::string path;
  std::string owner;  // the path in the tree that it belongs to
  std::optional<PlannedFile> old;
  std::optional<PlannedFile> now;
};

// What a checkout is about, before anybody looks at the disk.
struct Task {
  std::vector<object::Change> changes;  // of the trees: by path_less; folders never
  std::vector<Item> items;              // by path_less, each path once
  std::vector<Refusal> refusals;        // whose `now` is gone from items
};

// `index` has options.from as its base. Throws Failure where blocks are missing.
Task make_task(const CheckoutOptions& options, const Index& index);

}  // namespace hn::worktree
