#pragma once

#include <functional>
#include <span>
#include <vector>

#include "hn/object/block.hpp"

namespace hn::object {

// Visits the ids of the blocks that a block names, as often as it does: what must be there too for
// it to mean anything. Of a manifest's node none, whose rows stand for themselves. Code::invalid
// where the block is not well formed; then some may have been visited.
Result<void> visit_references(Kind kind, ByteView bytes,
                              const std::function<void(const Id&)>& visit);

// The same of many blocks: each id at least once and mostly once, for the versions of a folder name
// the same ones again and again.
struct Named {
  std::vector<Id> ids;
  bool clear = true;  // all of them are well formed
};
Named named_by(std::span<const BlockView> blocks);

}  // namespace hn::object
