#pragma once

#include <span>

#include "diff_files.hpp"

// --check: blanks and conflict markers in lines that came.
namespace hn::cli {

// Prints each such line below its place, as git does. Answers whether there was none.
bool print_check(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files);

}  // namespace hn::cli
