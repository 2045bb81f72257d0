#include "git/target.hpp"

#include <git2.h>

#include <algorithm>

#include "git/layout.hpp"
#include "git/library.hpp"
#include "hn/base/text.hpp"

namespace hn::git {
namespace {

using library::Freed;
using library::shown;

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

using RefHandle = std::unique_ptr<git_reference, Freed<git_reference_free>>;
using Iterator = std::unique_ptr<git_reference_iterator, Freed<git_reference_iterator_free>>;
using ObjectHandle = std::unique_ptr<git_object, Freed<git_object_free>>;
using Transaction = std::unique_ptr<git_transaction, Freed<git_transaction_free>>;
using Read = std::unique_ptr<git_odb_object, Freed<git_odb_object_free>>;
using Statuses = std::unique_ptr<git_status_list, Freed<git_status_list_free>>;

git_oid raw_oid(const GitId& id) {
  git_oid out;
  git_oid_fromraw(&out, id.bytes.data());
  return out;
}

GitId id_from(const git_oid& oid) {
  GitId id;
  std::copy_n(oid.id, sizeof oid.id, id.bytes.begin());
  return id;
}

git_object_t kind_of(Type type) noexcept {
  switch (type) {
    case Type::commit:
      return GIT_OBJECT_COMMIT;
    case Type::tree:
      return GIT_OBJECT_TREE;
    case Type::tag:
      return GIT_OBJECT_TAG;
    case Type::blob:
      break;
  }
  return GIT_OBJECT_BLOB;
}

// Nothing is there, or a folder that is empty but for hn's own.
bool is_free(const ExportOptions& options) {
  const auto stat = options.fs->stat(options.path);
  if (!stat) return true;
  if (!stat->folder)
    throw Failure(Code::exists, shown(options.path) + " is a file", "name a folder");
  return options.keep_files || options.fs->list(options.path).empty();
}

git_repository* make(const ExportOptions& options) {
  git_repository_init_options init;
  git_repository_init_options_init(&init, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
  init.flags = GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_NO_REINIT;
  if (options.bare) init.flags |= GIT_REPOSITORY_INIT_BARE;
  const std::string head =
      options.head.starts_with(kHeads) ? options.head.substr(kHeads.size()) : std::string("main");
  init.initial_head = head.c_str();
  git_repository* out = nullptr;
  if (git_repository_init_ext(&out, options.path.c_str(), &init) != 0)
    throw Failure(Code::io, "no git repository can be made at " + shown(options.path) + ": " +
                                library::last_message());
  return out;
}

}  // namespace

struct Target::Handles {
  library::Durable durable;
  std::unique_ptr<git_repository, Freed<git_repository_free>> repository;
  std::unique_ptr<git_odb, Freed<git_odb_free>> odb;
};

void Target::fail(Code code, const std::string& what) const {
  throw Failure(code, what + " in " + shown(path_) + ": " + library::last_message());
}

Target::Target(const ExportOptions& options, Missing missing)
    : handles_(std::make_unique<Handles>()), path_(options.path) {
  // A pipe in place of a file would keep whoever opens it waiting.
  if (options.fs->stat(path_)) require_plain_files(find_layout(path_), shown(path_));
  git_repository* repository = nullptr;
  const int error = library::open(&repository, path_, false);
  const std::string why = error == 0 ? std::string() : library::last_message();
  if (error != 0 && error != GIT_EOWNER && missing == Missing::make && is_free(options)) {
    repository = make(options);
    made_ = true;
  } else if (error == GIT_EOWNER || why.find("safe.directory") != std::string::npos) {
    throw Failure(Code::refused, "git repository " + shown(path_) + " belongs to another user",
                  "export into a folder of your own");
  } else if (error != 0) {
    throw Failure(Code::invalid,
                  shown(path_) + " is neither a git repository nor an empty folder: " + why,
                  "name a folder that is not there yet, or a git repository");
  }
  handles_->repository.reset(repository);
  if (git_repository_is_shallow(repository) != 0)
    throw Failure(Code::refused, "git repository " + shown(path_) + " is a shallow clone",
                  "`git fetch --unshallow` in it brings the rest of its history");
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0) fail(Code::io, "the objects cannot be opened");
  handles_->odb.reset(odb);
}

Target::~Target() = default;

std::string Target::pack_folder() const {
  return std::string(git_repository_commondir(handles_->repository.get())) + "objects/pack";
}

bool Target::has(const GitId& id) const {
  const git_oid oid = raw_oid(id);
  return git_odb_exists_ext(handles_->odb.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

std::optional<Bytes> Target::read(Type type, const GitId& id) const {
  const git_oid oid = raw_oid(id);
  git_odb* odb = handles_->odb.get();
  std::size_t size = 0;
  git_object_t kind = GIT_OBJECT_INVALID;
  if (git_odb_read_header(&size, &kind, odb, &oid) != 0 || kind != kind_of(type))
    return std::nullopt;
  std::optional<Bytes> bytes;
  if (size < library::kShortBytesMax) bytes = library::read_short(odb, oid);
  if (!bytes) {
    git_odb_object* made = nullptr;
    if (git_odb_read(&made, odb, &oid) != 0) return std::nullopt;
    const Read object(made);
    const auto* data = static_cast<const Byte*>(git_odb_object_data(made));
    bytes = Bytes(data, data + git_odb_object_size(made));
  }
  if (git_id_of(type, *bytes) != id) return std::nullopt;
  return bytes;
}

void Target::write(Type type, const GitId& id, ByteView bytes) {
  git_oid oid;
  if (git_odb_write(&oid, handles_->odb.get(), bytes.data(), bytes.size(), kind_of(type)) != 0)
    fail(Code::io, "an object cannot be written");
  HN_ASSERT(id_from(oid) == id);
}

void Target::refresh() {
  git_odb_refresh(handles_->odb.get());
}

std::optional<GitId> Target::ref(const std::string& name) const {
  git_oid oid;
  if (git_reference_name_to_id(&oid, handles_->repository.get(), name.c_str()) != 0)
    return std::nullopt;
  return id_from(oid);
}

std::vector<std::string> Target::refs() const {
  git_reference_iterator* made = nullptr;
  if (git_reference_iterator_new(&made, handles_->repository.get()) != 0)
    fail(Code::io, "the references cannot be read");
  const Iterator names(made);
  std::vector<std::string> out;
  const char* name = nullptr;
  while (git_reference_next_name(&name, names.get()) == 0) {
    const std::string_view text(name);
    if (text.starts_with(kHeads) || text.starts_with(kTags)) out.emplace_back(text);
  }
  std::ranges::sort(out);
  return out;
}

bool Target::is_ref_name(const std::string& name) {
  library::start();
  int valid = 0;
  return git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid == 1;
}

std::string Target::head() const {
  git_reference* made = nullptr;
  if (git_reference_lookup(&made, handles_->repository.get(), "HEAD") != 0) return {};
  const RefHandle head(made);
  const char* target = git_reference_symbolic_target(made);
  return target != nullptr ? std::string(target) : std::string();
}

bool Target::has_working_tree() const {
  return git_repository_is_bare(handles_->repository.get()) == 0;
}

void Target::require_clean(const std::optional<GitId>& from) const {
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  git_status_list* made = nullptr;
  if (git_status_list_new(&made, handles_->repository.get(), &options) != 0)
    fail(Code::io, "the working tree cannot be read");
  const Statuses list(made);
  if (git_status_list_entrycount(made) == 0) return;
  const git_status_entry* entry = git_status_byindex(made, 0);
  const git_diff_delta* delta =
      entry->head_to_index != nullptr ? entry->head_to_index : entry->index_to_workdir;
  throw Failure(Code::refused,
                "the working tree of " + shown(path_) + " has changes that are not committed (" +
                    escape_controls(delta->new_file.path) + ")" +
                    (from ? "" : ", on a branch without commits"),
                "commit or stash them with git, or export into a bare repository");
}

void Target::check_out(const GitId& to, bool keep_files) {
  git_repository* repository = handles_->repository.get();
  const git_oid oid = raw_oid(to);
  git_object* made = nullptr;
  if (git_object_lookup(&made, repository, &oid, GIT_OBJECT_COMMIT) != 0)
    fail(Code::damaged, "the new commit cannot be read");
  const ObjectHandle commit(made);
  if (keep_files) {
    git_object* tree = nullptr;
    if (git_object_peel(&tree, made, GIT_OBJECT_TREE) != 0)
      fail(Code::damaged, "the new folder cannot be read");
    const ObjectHandle root(tree);
    git_index* index = nullptr;
    if (git_repository_index(&index, repository) != 0) fail(Code::io, "the index cannot be read");
    const std::unique_ptr<git_index, Freed<git_index_free>> held(index);
    if (git_index_read_tree(index, reinterpret_cast<git_tree*>(tree)) != 0 ||
        git_index_write(index) != 0)
      fail(Code::io, "the index cannot be written");
    return;
  }
  git_checkout_options options;
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  // Filters never run: what is checked out is what is stored.
  options.checkout_strategy = GIT_CHECKOUT_SAFE | GIT_CHECKOUT_RECREATE_MISSING;
  options.disable_filters = 1;
  if (git_checkout_tree(repository, made, &options) != 0)
    throw Failure(
        Code::refused,
        "the files in " + shown(path_) + " cannot follow their branch: " + library::last_message(),
        "move what is in the way, or export into a bare repository");
}

void Target::move(const std::vector<Move>& moves) {
  git_repository* repository = handles_->repository.get();
  git_transaction* made = nullptr;
  if (git_transaction_new(&made, repository) != 0) fail(Code::io, "no transaction can be begun");
  const Transaction transaction(made);
  for (const Move& move : moves) {
    if (git_transaction_lock_ref(made, move.name.c_str()) != 0)
      fail(Code::busy, "reference " + escape_controls(move.name) + " cannot be locked");
  }
  git_signature* who = nullptr;
  if (git_signature_now(&who, "hn", "hn@hn.invalid") != 0) fail(Code::io, "no time of day");
  const std::unique_ptr<git_signature, Freed<git_signature_free>> held(who);
  for (const Move& move : moves) {
    if (ref(move.name) != move.before)
      throw Failure(Code::busy,
                    "reference " + escape_controls(move.name) + " in " + shown(path_) +
                        " was moved meanwhile",
                    "export again");
    int error = 0;
    if (move.now) {
      const git_oid oid = raw_oid(*move.now);
      error = git_transaction_set_target(made, move.name.c_str(), &oid, who, "hn export");
    } else {
      error = git_transaction_remove(made, move.name.c_str());
    }
    if (error != 0) fail(Code::io, "reference " + escape_controls(move.name) + " cannot be moved");
  }
  if (git_transaction_commit(made) != 0) fail(Code::io, "the references cannot be moved");
}

}  // namespace hn::git
