#pragma once

#include <cstdint>
#include <optional>

#include "command.hpp"

// Collections that nobody asks for (hn-gc(1), UNASKED).
namespace hn::cli {

// After how many operations: the setting gc.auto, or nothing where it turns them off.
std::optional<std::uint64_t> operations_per_gc(const Context& context);

// Starts `hn gc --auto` in a process of its own, which nobody waits for, where so many operations
// were recorded since the last collection. Never fails: what cannot be started is started another
// time.
void start_gc_where_worthwhile(const Context& context, const repo::Repository& repository);

}  // namespace hn::cli
