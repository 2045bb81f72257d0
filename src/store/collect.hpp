#pragma once

#include "hn/store/collect.hpp"
#include "store/opened.hpp"

namespace hn::store {

// Store::collect().
Collected collect(Opened& opened, Roots& roots, const CollectOptions& options);

}  // namespace hn::store
