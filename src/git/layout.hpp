#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "git/oid.hpp"

// Where the files of a git repository lie, found without git, and whether they can be read at all.
namespace hn::git {

struct Layout {
  std::filesystem::path given;   // what was asked for
  std::filesystem::path folder;  // with HEAD: .git, or a linked working tree's
  std::filesystem::path common;  // with refs and objects: mostly the same
};

// Follows the files .git and commondir. Total: whether there is a repository at all is for whoever
// opens it to say. Failure(refused) as below.
Layout find_layout(const std::string& path);

// Where its objects lie: its own folder and those of alternates, in no order of importance.
std::vector<std::filesystem::path> object_folders(const Layout& layout);

// Opening a named pipe waits for ever, a device may never end, and a ring of folders has no end: in
// a repository that somebody handed over they are traps. Failure(refused) where HEAD,
// configuration, references, objects or those of alternates are anything but files and folders.
// Symbolic links to such are followed, as git does, but for folders of references. Looks at names
// alone where the file system tells kinds.
void require_plain_files(const Layout& layout, const std::string& shown);

// Whether history was left out when the repository was cloned.
bool is_shallow(const Layout& layout);
// The commits whose parents a shallow clone has not. Failure(damaged) where that cannot be read.
std::vector<Oid> shallow_ends(const Layout& layout);

}  // namespace hn::git
