#include "git/source.hpp"

#include <git2.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>

#include "hn/base/text.hpp"

// Libgit2 1.5 forgets a few hundred bytes for each line of a repository's configuration that is no
// extension (git_regexp_match, where nothing matches). Said here, where every program that opens a
// repository links it, so that the leak checker still watches all else.
#ifdef __has_feature
#if __has_feature(address_sanitizer)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2-8.so";
}
#endif
#endif

namespace hn::git {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

std::string last_message() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason given";
}

std::string shown(const std::string& path) {
  return '\'' + escape_controls(path) + '\'';
}

// Libgit2's settings belong to the process. No configuration outside a repository is read, so
// nothing that a user or a machine set can change an import. Its object cache is off: import keeps
// the folders that it needs again in a form already parsed.
void start_library() {
  git_libgit2_init();
  for (const git_config_level_t level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                         GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, static_cast<int>(level), "");
  git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
  git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
  // Neither changes what an object or a reference is.
  const char* extensions[] = {"worktreeconfig", "preciousobjects"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions));
}

// Owner validation is one of those settings: held while one repository is opened.
int open_repository(git_repository** out, const std::string& path, bool any_owner) {
  static std::mutex opening;
  const std::lock_guard lock(opening);
  static const bool started = (start_library(), true);
  static_cast<void>(started);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, any_owner ? 0 : 1);
  const int error =
      git_repository_open_ext(out, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
  return error;
}

[[noreturn]] void fail_open(const std::string& path, int error) {
  const std::string message = last_message();
  // Libgit2 1.5 answers that it found no safe.directory where it means that nobody allowed it.
  if (error == GIT_EOWNER || message.find("safe.directory") != std::string::npos)
    throw Failure(Code::refused, "git repository " + shown(path) + " belongs to another user",
                  "if you trust it, import it with the option that allows any owner");
  if (message.find("objectformat") != std::string::npos)
    throw Failure(Code::unsupported, "git repository " + shown(path) + " uses SHA-256 object ids",
                  "only repositories with SHA-1 ids can be imported");
  if (message.find("partialclone") != std::string::npos)
    throw Failure(Code::unsupported, "git repository " + shown(path) + " is a partial clone",
                  "make a full clone with `git clone --mirror URL DIR` and import that");
  if (message.find("extension") != std::string::npos ||
      message.find("version") != std::string::npos)
    throw Failure(Code::unsupported, "git repository " + shown(path) +
                                         " uses a feature that cannot be read: " + message);
  if (error == GIT_ENOTFOUND)
    throw Failure(Code::not_found, "no git repository at " + shown(path),
                  "name the folder that holds .git, or a bare repository");
  throw Failure(Code::invalid, shown(path) + " is no git repository: " + message,
                "`git fsck` in it says what is wrong");
}

std::optional<Type> type_from(git_object_t type) {
  switch (type) {
    case GIT_OBJECT_COMMIT:
      return Type::commit;
    case GIT_OBJECT_TREE:
      return Type::tree;
    case GIT_OBJECT_BLOB:
      return Type::blob;
    case GIT_OBJECT_TAG:
      return Type::tag;
    default:
      return std::nullopt;
  }
}

git_oid raw_oid(const Oid& oid) {
  git_oid out;
  git_oid_fromraw(&out, oid.data());
  return out;
}

template <auto F>
struct Freed {
  template <class T>
  void operator()(T* p) const noexcept {
    F(p);
  }
};
using RefHandle = std::unique_ptr<git_reference, Freed<git_reference_free>>;
using NameIterator = std::unique_ptr<git_reference_iterator, Freed<git_reference_iterator_free>>;

// A reference to the object it names in the end, through symbolic ones.
std::optional<Oid> resolve(git_repository* repository, const std::string& name) {
  git_oid id;
  if (git_reference_name_to_id(&id, repository, name.c_str()) != 0) return std::nullopt;
  Oid oid;
  std::copy_n(id.id, oid.size(), oid.begin());
  return oid;
}

// Libgit2 passes over a loose reference that holds no id; whoever imports wants to hear of it.
void add_unreadable(const std::filesystem::path& folder, const std::vector<SourceRef>& refs,
                    std::vector<Notice>& notices) {
  std::set<std::string> heard;
  for (const SourceRef& ref : refs) heard.insert(ref.name);
  for (const Notice& notice : notices) heard.insert(notice.subject);
  for (const std::string_view part : {kHeads, kTags}) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator at(folder / part, error);
    for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
      const std::string name = at->path().lexically_relative(folder).string();
      if (at->is_directory(error) || heard.contains(name) || name.ends_with(".lock")) continue;
      notices.push_back({name, "the reference holds no id and is left out"});
    }
  }
}

}  // namespace

struct Source::Handles {
  std::unique_ptr<git_repository, Freed<git_repository_free>> repository;
  std::unique_ptr<git_odb, Freed<git_odb_free>> odb;
};

ByteView Object::bytes() const noexcept {
  return {static_cast<const Byte*>(git_odb_object_data(object_.get())),
          git_odb_object_size(object_.get())};
}

Type Object::type() const noexcept {
  return *type_from(git_odb_object_type(object_.get()));
}

void Object::Free::operator()(git_odb_object* object) const noexcept {
  git_odb_object_free(object);
}

Source::Source(const std::string& path, bool any_owner)
    : handles_(std::make_unique<Handles>()), path_(path) {
  git_repository* repository = nullptr;
  if (const int error = open_repository(&repository, path, any_owner); error != 0)
    fail_open(path, error);
  handles_->repository.reset(repository);
  if (git_repository_is_shallow(repository) != 0)
    throw Failure(Code::refused, "git repository " + shown(path) + " is a shallow clone",
                  "`git fetch --unshallow` in it brings the rest of its history");
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0)
    throw Failure(Code::io,
                  "the objects of " + shown(path) + " cannot be opened: " + last_message());
  handles_->odb.reset(odb);
}

Source::~Source() = default;

void Source::fail_broken(const Oid& oid, std::string_view what) const {
  throw Failure(Code::damaged,
                "git object " + to_hex(oid) + " in " + shown(path_) + " " + std::string(what),
                "`git fsck` in it lists what is missing or broken");
}

Type Source::type_of(const Oid& oid) const {
  const git_oid id = raw_oid(oid);
  std::size_t size = 0;
  git_object_t kind = GIT_OBJECT_INVALID;
  const int error = git_odb_read_header(&size, &kind, handles_->odb.get(), &id);
  if (error == GIT_ENOTFOUND) fail_broken(oid, "is missing");
  const auto type = type_from(kind);
  if (error != 0 || !type) fail_broken(oid, "cannot be read: " + last_message());
  const std::uint64_t max = *type == Type::blob ? kBlobBytesMax : kMetaBytesMax;
  if (size > max)
    throw Failure(Code::refused,
                  "git object " + to_hex(oid) + " in " + shown(path_) + " has " +
                      std::to_string(size) + " bytes, at most " + std::to_string(max) +
                      " can be imported",
                  "rewrite the history without it (`git filter-repo`), then import");
  return *type;
}

Object Source::read(const Oid& oid) const {
  type_of(oid);
  const git_oid id = raw_oid(oid);
  git_odb_object* object = nullptr;
  const int error = git_odb_read(&object, handles_->odb.get(), &id);
  if (error == GIT_ENOTFOUND) fail_broken(oid, "is missing");
  if (error == GIT_EMISMATCH) fail_broken(oid, "does not match its id");
  if (error != 0) fail_broken(oid, "cannot be read: " + last_message());
  return Object(object);
}

std::vector<SourceRef> Source::refs(std::vector<Notice>& notices) const {
  git_repository* repository = handles_->repository.get();
  git_reference_iterator* made = nullptr;
  if (git_reference_iterator_new(&made, repository) != 0)
    throw Failure(Code::io,
                  "the references of " + shown(path_) + " cannot be read: " + last_message());
  const NameIterator names(made);
  std::vector<SourceRef> refs;
  const char* next = nullptr;
  int error = 0;
  while ((error = git_reference_next_name(&next, names.get())) == 0) {
    const std::string name(next);
    if (!name.starts_with(kHeads) && !name.starts_with(kTags)) continue;
    if (const auto target = resolve(repository, name))
      refs.push_back({name, *target});
    else
      notices.push_back({name, "the reference names nothing and is left out"});
  }
  if (error != GIT_ITEROVER)
    throw Failure(Code::io,
                  "the references of " + shown(path_) + " cannot be read: " + last_message());
  add_unreadable(git_repository_commondir(repository), refs, notices);
  std::ranges::sort(refs, {}, &SourceRef::name);
  std::ranges::sort(notices, {}, &Notice::subject);
  return refs;
}

std::string Source::head_branch() const {
  git_reference* made = nullptr;
  if (git_reference_lookup(&made, handles_->repository.get(), "HEAD") != 0) return {};
  const RefHandle head(made);
  const char* target = git_reference_symbolic_target(head.get());
  const std::string name(target == nullptr ? "" : target);
  return name.starts_with(kHeads) ? name.substr(kHeads.size()) : std::string();
}

}  // namespace hn::git
