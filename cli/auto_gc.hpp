#pragma once

#include <cstdint>
#include <optional>

#include "command.hpp"

// Collections that nobody asks for (hn-gc(1), UNASKED).
namespace hn::cli {

// After how many operations: the setting gc.auto, or nothing where it turns them off.
std::optional<std::uint64_t> operations_per_gc(const Context& context);

// Starts `hn gc --auto` in a process of its own, which nobody waits for, where so many operations
// were recorded since the last collection or filters of changed paths are wanted. Never fails: what
// cannot be started is started another time. At the end of a command: what it read goes to the
// history index before.
void start_gc_where_worthwhile(const Context& context, const repo::Repository& repository);

// The same for filters alone: behind what only reads, and behind what brings a history.
void start_filters_where_wanted(const Context& context, const repo::Repository& repository);

}  // namespace hn::cli
