// gitrepository-layout(5).
#include "git/layout.hpp"

#include <fstream>
#include <set>

#include "git/parse.hpp"
#include "hn/base/error.hpp"
#include "hn/base/text.hpp"

namespace hn::git {
namespace {

namespace fs = std::filesystem;

// The files that name other folders hold one path, or a few.
constexpr std::size_t kPointerBytesMax = 64 * 1024;
// Folders within refs; git's own names have a handful.
constexpr int kRefsDepthMax = 64;
// Objects lie in objects/xx and objects/pack, graphs in objects/info/commit-graphs.
constexpr int kObjectsDepthMax = 3;
// As git follows alternates of alternates.
constexpr int kAlternatesDepthMax = 5;

[[noreturn]] void fail_trap(const std::string& shown, const fs::path& path, std::string_view what) {
  throw Failure(Code::refused,
                "git repository " + shown + " holds " + std::string(what) + ": " + path.string(),
                "git never makes that: do not trust what else is in it, or take it away");
}

void check(const std::string& shown, const fs::path& path, const fs::file_status& status) {
  switch (status.type()) {
    case fs::file_type::fifo:
      fail_trap(shown, path, "a named pipe");
    case fs::file_type::socket:
      fail_trap(shown, path, "a socket");
    case fs::file_type::block:
    case fs::file_type::character:
      fail_trap(shown, path, "a device");
    default:
      return;
  }
}

// The text of a file that is one, without the white space behind it.
std::string read_pointer(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  std::ifstream in(path, std::ios::binary);
  std::string text(kPointerBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

enum class Links { followed, refused };

void scan(const std::string& shown, const fs::path& folder, int depth, Links links) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    std::error_code ignored;
    const bool is_link = at->is_symlink(ignored);
    // Nearly all; known from the folder itself, without a look at the file.
    if (!is_link && at->is_regular_file(ignored)) continue;
    const fs::file_status status = is_link ? at->status(ignored) : at->symlink_status(ignored);
    check(shown, at->path(), status);
    if (status.type() != fs::file_type::directory) continue;
    if (is_link && links == Links::refused)
      fail_trap(shown, at->path(), "a symbolic link to a folder of references");
    if (depth > 0) scan(shown, at->path(), depth - 1, links);
    // Git and libgit2 go on below.
    if (depth == 0 && links == Links::refused)
      fail_trap(shown, at->path(), "references nested too deep");
  }
}

void add_object_folders(const fs::path& folder, int depth, std::set<fs::path>& seen) {
  std::error_code error;
  if (!seen.insert(fs::weakly_canonical(folder, error)).second || depth == 0) return;
  std::string_view lines;
  const std::string text = read_pointer(folder / "info/alternates");
  for (lines = text; !lines.empty();) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (line.empty() || line.front() == '#') continue;
    add_object_folders(folder / fs::path(line), depth - 1, seen);
  }
}

}  // namespace

Layout find_layout(const std::string& path) {
  Layout layout{path, path, {}};
  std::error_code error;
  const fs::path inner = layout.given / ".git";
  if (fs::is_directory(inner, error)) {
    layout.folder = inner;
  } else if (const std::string text = read_pointer(inner); text.starts_with("gitdir: ")) {
    layout.folder = layout.given / text.substr(8);
  }
  layout.common = layout.folder;
  if (const std::string text = read_pointer(layout.folder / "commondir"); !text.empty())
    layout.common = layout.folder / text;
  return layout;
}

std::vector<fs::path> object_folders(const Layout& layout) {
  std::set<fs::path> seen;
  add_object_folders(layout.common / "objects", kAlternatesDepthMax, seen);
  return {seen.begin(), seen.end()};
}

void require_plain_files(const Layout& layout, const std::string& shown) {
  std::error_code error;
  check(shown, layout.given / ".git", fs::status(layout.given / ".git", error));
  for (const fs::path& folder : {layout.folder, layout.common}) {
    for (const char* name :
         {"HEAD", "config", "config.worktree", "commondir", "gitdir", "packed-refs", "shallow"})
      check(shown, folder / name, fs::status(folder / name, error));
    scan(shown, folder / "refs", kRefsDepthMax, Links::refused);
  }
  for (const fs::path& folder : object_folders(layout))
    scan(shown, folder, kObjectsDepthMax, Links::followed);
}

std::vector<Oid> shallow_ends(const Layout& layout) {
  std::vector<Oid> out;
  std::ifstream file(layout.common / "shallow", std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const auto id = parse_id(line);
    if (!id) throw Failure(Code::damaged, "git's list of where a shallow clone ends is malformed");
    out.push_back(*id);
  }
  return out;
}

bool is_shallow(const Layout& layout) {
  std::error_code error;
  const auto size = fs::file_size(layout.common / "shallow", error);
  return !error && size > 0;
}

}  // namespace hn::git
