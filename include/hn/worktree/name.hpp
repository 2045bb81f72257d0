#pragma once

#include <string>
#include <string_view>

// Names that a working tree must not hold, and the order of paths.
namespace hn::worktree {

// Whether some file system takes `name` for .git or .hn: any case, code points that HFS+ leaves
// out, trailing dots and spaces, a stream behind ':' or a folder behind '\', the short names git~N
// and hn~N. Checkout never writes such a name and scan never records one.
bool is_reserved_name(std::string_view name) noexcept;

// Deeper folders are reported, not entered, and not written: a tree made by somebody else must not
// use up the stack, and opening a folder costs time in its depth. Below the depth at which walks of
// trees stop.
inline constexpr std::size_t kDepthMax = 2000;

// Names in `path` before the last one.
std::size_t depth_of(std::string_view path) noexcept;

// The order of a walk: name by name as unsigned bytes, so that '/' sorts before every other byte
// and what stands in a folder stands together.
bool path_less(std::string_view a, std::string_view b) noexcept;
// Whether `path` stands below `folder`, at any depth. Everything stands below "".
bool is_below(std::string_view path, std::string_view folder) noexcept;

// "" where the path has one name.
std::string_view folder_of(std::string_view path) noexcept;
std::string_view name_of_path(std::string_view path) noexcept;
std::string join(std::string_view folder, std::string_view name);

// What a file system cannot tell apart or keep. Found by trying, in a folder that hn owns.
struct Traits {
  bool folds_case = false;  // "a" is "A"
  bool folds_form = false;  // composed and decomposed accents are one name
  bool keeps_exec = true;   // the executable bit can be set and cleared
  bool has_symlinks = true;
};
// `folder` exists and is writable; nothing is left behind. Throws Failure.
Traits probe_traits(const std::string& folder);

// The same for two names that this file system takes for one, as far as bytes alone tell (ASCII
// case; the rest shows when the second one is created).
std::string folded(std::string_view name, const Traits& traits);

}  // namespace hn::worktree
