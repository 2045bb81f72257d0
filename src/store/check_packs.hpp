#pragma once

#include <functional>

#include "store/opened.hpp"

namespace hn::store {

// Walks every record of every pack (hn-store(5), CHECKING): checksum, decoding, id, base, and that
// the index finds it; and every row of every index.
CheckSummary check_store(const Opened& opened, const std::function<void(const Finding&)>& report,
                         const std::function<void(std::uint64_t blocks)>& progress);

}  // namespace hn::store
