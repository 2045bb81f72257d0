#include "git/library.hpp"

#include <iterator>
#include <memory>
#include <mutex>

#include "git/libgit2.hpp"
#include "hn/base/text.hpp"

namespace hn::git::library {
namespace {

// Its object cache is off: import and export keep what they need again in a form already parsed.
void start_once() {
  load_libgit2();
  git_libgit2_init();
  for (const git_config_level_t level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                         GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, static_cast<int>(level), "");
  git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
  // Whoever reads an object compares its hash himself, several times as fast.
  git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  // Neither changes what an object or a reference is.
  const char* extensions[] = {"worktreeconfig", "preciousobjects"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions));
}

// The place of objects that holds this one loose: only such places know how to read in pieces.
git_odb_backend* loose_place(git_odb* odb, const git_oid& id) {
  for (std::size_t i = 0; i < git_odb_num_backends(odb); ++i) {
    git_odb_backend* place = nullptr;
    if (git_odb_get_backend(&place, odb, i) != 0 || place->readstream == nullptr) continue;
    if (place->exists != nullptr && place->exists(place, &id) == 1) return place;
  }
  return nullptr;
}

}  // namespace

void start() {
  static const bool started = (start_once(), true);
  static_cast<void>(started);
}

int open(git_repository** out, const std::string& path, bool any_owner) {
  static std::mutex opening;
  const std::lock_guard lock(opening);
  start();
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, any_owner ? 0 : 1);
  const int error =
      git_repository_open_ext(out, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
  return error;
}

Durable::Durable() {
  start();
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

Durable::~Durable() {
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
}

std::optional<Bytes> read_short(git_odb* odb, const git_oid& id) {
  git_odb_backend* place = loose_place(odb, id);
  if (place == nullptr) return std::nullopt;
  git_odb_stream* made = nullptr;
  std::size_t size = 0;
  git_object_t kind = GIT_OBJECT_INVALID;
  Bytes bytes(kShortBytesMax + 1);
  std::size_t have = 0;
  if (place->readstream(&made, &size, &kind, place, &id) == 0) {
    const std::unique_ptr<git_odb_stream, Freed<git_odb_stream_free>> stream(made);
    while (have < bytes.size()) {
      const int n =
          stream->read(made, reinterpret_cast<char*>(bytes.data()) + have, bytes.size() - have);
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
  }
  bytes.resize(have);
  return bytes;
}

std::string last_message() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason given";
}

std::string shown(const std::string& path) {
  return '\'' + escape_controls(path) + '\'';
}

}  // namespace hn::git::library
