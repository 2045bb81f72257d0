#pragma once

#include "hn/base/bytes.hpp"

namespace hn::merge {

// How much of the end both texts have in common, in blocks, less the line that the first of them
// begins in: what git leaves out where it shows no context, and so does not look at when it places
// a difference.
std::size_t common_end(ByteView a, ByteView b);

}  // namespace hn::merge
