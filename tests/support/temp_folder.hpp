#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "hn/base/assert.hpp"

namespace hn::test {

// A folder that is gone, with all that is in it, at the end of the test.
class TempFolder {
 public:
  TempFolder() {
    path_ = (std::filesystem::temp_directory_path() / "hn-test-XXXXXX").string();
    HN_ASSERT(::mkdtemp(path_.data()) != nullptr);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace hn::test
