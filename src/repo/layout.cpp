#include "hn/repo/layout.hpp"

#include "hn/store/store.hpp"

namespace hn::repo {

std::optional<Layout> find_layout(os::FileSystem& fs, std::string folder) {
  for (;;) {
    const Layout layout{folder == "/" ? "" : folder};
    if (store::Store::exists(fs, layout.store())) return layout;
    if (folder.empty() || folder == "/") return std::nullopt;
    folder = os::parent_of(folder);
  }
}

}  // namespace hn::repo
