#include "hn/repo/layout.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "hn/base/error.hpp"
#include "hn/store/store.hpp"

namespace hn::repo {
namespace {

// As git does, without looking at links.
std::string absolute(const std::string& path, const std::string& folder) {
  const std::string whole = path.starts_with('/') ? path : folder + "/" + path;
  std::string out = std::filesystem::path(whole).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

std::optional<std::string> variable(const World& world, const char* name) {
  const auto value = world.environment(name);
  return value && !value->empty() ? value : std::nullopt;
}

// The working tree that the environment names; it is always the folder that .hn lies in.
std::optional<std::string> root_named(const World& world, const std::string& folder) {
  const auto hn = variable(world, "HN_DIR");
  const auto tree = variable(world, "HN_WORK_TREE");
  if (!hn) return tree ? std::optional(absolute(*tree, folder)) : std::nullopt;
  const std::string full = absolute(*hn, folder);
  if (!full.ends_with("/.hn"))
    throw Failure(Code::usage, "HN_DIR is '" + *hn + "', and no folder .hn");
  const std::string root = full.substr(0, full.size() - 4);
  if (tree && absolute(*tree, folder) != root)
    throw Failure(Code::usage, "HN_DIR is not in HN_WORK_TREE",
                  "a working tree is the folder that .hn lies in");
  return root;
}

std::vector<std::string> ceilings(const World& world) {
  std::vector<std::string> out;
  std::stringstream all(variable(world, "HN_CEILING_DIRECTORIES").value_or(""));
  for (std::string one; std::getline(all, one, ':');)
    if (one.starts_with('/')) out.push_back(absolute(one, ""));
  return out;
}

}  // namespace

std::optional<Layout> find_layout(const World& world, std::string folder) {
  if (const auto root = root_named(world, folder)) {
    const Layout layout{*root == "/" ? "" : *root};
    return store::Store::exists(world.fs, layout.store()) ? std::optional(layout) : std::nullopt;
  }
  const std::vector<std::string> bounds = ceilings(world);
  for (;;) {
    const Layout layout{folder == "/" ? "" : folder};
    if (store::Store::exists(world.fs, layout.store())) return layout;
    if (folder.empty() || folder == "/") return std::nullopt;
    folder = os::parent_of(folder);
    if (std::ranges::find(bounds, folder.empty() ? "/" : folder) != bounds.end())
      return std::nullopt;
  }
}

}  // namespace hn::repo
