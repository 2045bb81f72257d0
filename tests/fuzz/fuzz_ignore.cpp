// layer: worktree
#include "hn/base/assert.hpp"
#include "hn/base/bytes.hpp"
#include "hn/worktree/ignore.hpp"
#include "hn/worktree/name.hpp"

// The first line is a path, the rest an ignore file. Any patterns match any path or do not, in
// bounded time; the functions on paths take any bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  const std::string_view text = as_text({data, size});
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view path = text.substr(0, end);
  const auto patterns = worktree::Patterns::parse(as_bytes(text.substr(end)));
  const auto as_file = patterns.match(path, false);
  const auto as_folder = patterns.match(path, true);
  if (patterns.empty()) HN_ASSERT(!as_file && !as_folder);
  static_cast<void>(worktree::is_reserved_name(path));
  HN_ASSERT(!worktree::path_less(path, path));
  if (path.empty() || path.find('/') == 0) return 0;
  HN_ASSERT(worktree::join(worktree::folder_of(path), worktree::name_of_path(path)) == path);
  const worktree::Ignore root({patterns});
  static_cast<void>(root.enter(worktree::folder_of(path), {patterns}).ignores(path, false));
  return 0;
}
