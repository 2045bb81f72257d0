#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace hn::testing {

// A folder of its own, gone at the end of the test. Works with plain paths, as a user's tools do.
class WorkingFolder {
 public:
  WorkingFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hn-worktree-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~WorkingFolder() {
    std::error_code ignored;
    for (auto& entry : std::filesystem::recursive_directory_iterator(path_, ignored))
      if (entry.is_directory() && !entry.is_symlink())
        std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

  std::string path(std::string_view name = "") const {
    return name.empty() ? path_ : path_ + "/" + std::string(name);
  }

  // Folders on the way are made.
  void write(std::string_view name, std::string_view content) const {
    std::string file = path(name);
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    REQUIRE(out.good());
  }
  void folder(std::string_view name) const { std::filesystem::create_directories(path(name)); }
  void symlink(std::string_view name, const std::string& target) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    REQUIRE(::symlink(target.c_str(), path(name).c_str()) == 0);
  }
  void executable(std::string_view name, bool on) const {
    REQUIRE(::chmod(path(name).c_str(), on ? 0755 : 0644) == 0);
  }
  void remove(std::string_view name) const { std::filesystem::remove_all(path(name)); }

  std::string read(std::string_view name) const {
    std::ifstream in(path(name), std::ios::binary);
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool exists(std::string_view name) const {
    struct stat s {};
    return ::lstat(path(name).c_str(), &s) == 0;
  }

 private:
  std::string path_;
};

inline std::uint64_t seed_from_env(std::uint64_t usual) {
  const char* text = std::getenv("HN_SEED");
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

}  // namespace hn::testing
