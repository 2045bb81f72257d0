#include "git/target.hpp"

#include "git/child.hpp"
#include "git/layout.hpp"
#include "git/libgit2.hpp"
#include "git/library.hpp"
#include "git/object_format.hpp"
#include "hn/base/text.hpp"

namespace hn::git {
namespace {

using library::shown;

// Nothing is there, or a folder that is empty but for hn's own.
bool is_free(const ExportOptions& options) {
  const auto stat = options.fs->stat(options.path);
  if (!stat) return true;
  if (!stat->folder)
    throw Failure(Code::exists, shown(options.path) + " is a file", "name a folder");
  return options.keep_files || options.fs->list(options.path).empty();
}

std::unique_ptr<Target> make(const ExportOptions& options) {
  const std::uint8_t id_bytes =
      options.id_bytes.value_or(id_bytes_of_history(options).value_or(kSha1Bytes));
  return id_bytes == kSha1Bytes ? make_library_target(options)
                                : make_program_target(options, id_bytes);
}

std::unique_ptr<Target> open(const ExportOptions& options, Missing missing) {
  // A pipe in place of a file would keep whoever opens it waiting.
  const Layout layout = find_layout(options.path);
  if (options.fs->stat(options.path)) require_plain_files(layout, shown(options.path));
  LibraryOpened opened = open_library_target(options.path);
  if (opened.error != 0) {
    if (opened.why.find("objectformat") != std::string::npos) {
      opened.target = open_program_target(options);
    } else if (opened.error == GIT_EOWNER ||
               opened.why.find("safe.directory") != std::string::npos) {
      throw Failure(Code::refused,
                    "git repository " + shown(options.path) + " belongs to another user",
                    "export into a folder of your own");
    } else if (missing == Missing::make && is_free(options)) {
      return make(options);
    } else {
      throw Failure(
          Code::invalid,
          shown(options.path) + " is neither a git repository nor an empty folder: " + opened.why,
          "name a folder that is not there yet, or a git repository");
    }
  }
  if (is_shallow(layout))
    throw Failure(Code::refused,
                  "git repository " + shown(options.path) +
                      " is a shallow clone: its oldest commits name parents that it left out",
                  "`git fetch --unshallow` in it brings them");
  return std::move(opened.target);
}

}  // namespace

std::unique_ptr<Target> open_target(const ExportOptions& options, Missing missing) {
  auto target = open(options, missing);
  if (options.id_bytes && *options.id_bytes != target->id_bytes())
    throw Failure(Code::refused,
                  "git repository " + shown(options.path) + " has " +
                      std::string(format_name(target->id_bytes())) + " ids",
                  "export into a folder that is not there yet, or without --object-format");
  return target;
}

bool Target::is_ref_name(const std::string& name) {
  library::start();
  int valid = 0;
  return git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid == 1;
}

void Target::fail_unclean(const std::string& file, bool unborn) const {
  throw Failure(Code::refused,
                "the working tree of " + shown(path_) + " has changes that are not committed (" +
                    escape_controls(file) + ")" + (unborn ? ", on a branch without commits" : ""),
                "commit or stash them with git, or export into a bare repository");
}

void Target::fail_in_the_way(const std::string& why) const {
  throw Failure(Code::refused,
                "the files in " + shown(path_) + " cannot follow their branch: " + why,
                "move what is in the way, or export into a bare repository");
}

}  // namespace hn::git
