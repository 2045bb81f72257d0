#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "hn/store/id_table.hpp"

namespace hn::testing {

// Tables that are in files from a few rows on.
inline store::Scratch tiny_scratch() {
  const auto open = [] {
    static std::atomic<unsigned> count = 0;
    const std::string name = "hn-scratch-" + std::to_string(getpid()) + "-";
    const std::string path =
        std::filesystem::temp_directory_path() / (name + std::to_string(count++));
    auto file = os::posix().open(path, os::Access::create_new);
    os::posix().remove(path);
    return file;
  };
  return {open, 500};
}

}  // namespace hn::testing
