#pragma once

#include <string>

#include "hn/os/file_system.hpp"

// The file `format` of a store (hn-store(5), FORMAT): which version wrote it, and what a program
// must be able to do.
namespace hn::store {

Bytes encode_format();
bool has_format_file(os::FileSystem& fs, const std::string& folder);
// Throws Failure: no_repository if there is no store, unsupported for a newer one, with the names
// of the features that this version lacks, damaged for anything else.
void check_format_file(os::FileSystem& fs, const std::string& folder);

}  // namespace hn::store
