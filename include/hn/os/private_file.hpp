#pragma once

#include "hn/os/file_system.hpp"

namespace hn::os {

// A folder and those above it, where they are not there, each durable.
void make_folders(FileSystem& fs, const std::string& path);

// Whole files replaced at once: readers and a power cut see the old bytes or the new ones, never a
// mixture. When the call returns, bytes and name are durable. Costs one fsync of the file and one
// of its folder. Two processes that replace one file at a time take turns.
void replace_file(FileSystem& fs, const std::string& path, ByteView bytes);

// The same for keys and other secrets: the owner alone may read the file (mode 0600), from its
// first byte on.
void write_private_file(FileSystem& fs, const std::string& path, ByteView bytes);

}  // namespace hn::os
