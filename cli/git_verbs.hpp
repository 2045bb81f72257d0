#pragma once

#include <string_view>

namespace hn::cli {

// How hn does what a verb of git does that hn has not, in a line, or that it has nothing for it.
// Empty where git has no such verb.
std::string_view way_of_hn(std::string_view verb);

}  // namespace hn::cli
