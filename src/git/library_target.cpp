// A repository with SHA-1 ids, over libgit2.
#include <algorithm>

#include "git/libgit2.hpp"
#include "git/library.hpp"
#include "git/target.hpp"
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

class LibraryTarget final : public Target {
 public:
  LibraryTarget(git_repository* repository, const std::string& path, bool made);

  std::uint8_t id_bytes() const noexcept override { return 20; }
  std::string pack_folder() const override;
  bool has(const GitId& id) const override;
  std::optional<Bytes> read(Type type, const GitId& id) const override;
  void write(Type type, const GitId& id, ByteView bytes) override;
  void refresh() override;
  std::optional<GitId> ref(const std::string& name) const override;
  std::vector<std::string> refs() const override;
  std::string head() const override;
  bool has_working_tree() const override;
  void require_clean(const std::optional<GitId>& from) const override;
  void check_out(const std::optional<GitId>& from, const GitId& to, bool keep_files) override;
  void move(const std::vector<Move>& moves) override;

 private:
  [[noreturn]] void fail(Code code, const std::string& what) const;

  library::Durable durable_;
  std::unique_ptr<git_repository, Freed<git_repository_free>> repository_;
  std::unique_ptr<git_odb, Freed<git_odb_free>> odb_;
};

void LibraryTarget::fail(Code code, const std::string& what) const {
  throw Failure(code, what + " in " + shown(path()) + ": " + library::last_message());
}

LibraryTarget::LibraryTarget(git_repository* repository, const std::string& path, bool made)
    : Target(path, made), repository_(repository) {
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0) fail(Code::io, "the objects cannot be opened");
  odb_.reset(odb);
}

std::string LibraryTarget::pack_folder() const {
  return std::string(git_repository_commondir(repository_.get())) + "objects/pack";
}

bool LibraryTarget::has(const GitId& id) const {
  const git_oid oid = raw_oid(id);
  return git_odb_exists_ext(odb_.get(), &oid, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

std::optional<Bytes> LibraryTarget::read(Type type, const GitId& id) const {
  const git_oid oid = raw_oid(id);
  git_odb* odb = odb_.get();
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

void LibraryTarget::write(Type type, const GitId& id, ByteView bytes) {
  git_oid oid;
  if (git_odb_write(&oid, odb_.get(), bytes.data(), bytes.size(), kind_of(type)) != 0)
    fail(Code::io, "an object cannot be written");
  HN_ASSERT(id_from(oid) == id);
}

void LibraryTarget::refresh() {
  git_odb_refresh(odb_.get());
}

std::optional<GitId> LibraryTarget::ref(const std::string& name) const {
  git_oid oid;
  if (git_reference_name_to_id(&oid, repository_.get(), name.c_str()) != 0) return std::nullopt;
  return id_from(oid);
}

std::vector<std::string> LibraryTarget::refs() const {
  git_reference_iterator* made = nullptr;
  if (git_reference_iterator_new(&made, repository_.get()) != 0)
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

std::string LibraryTarget::head() const {
  git_reference* made = nullptr;
  if (git_reference_lookup(&made, repository_.get(), "HEAD") != 0) return {};
  const RefHandle head(made);
  const char* target = git_reference_symbolic_target(made);
  return target != nullptr ? std::string(target) : std::string();
}

bool LibraryTarget::has_working_tree() const {
  return git_repository_is_bare(repository_.get()) == 0;
}

void LibraryTarget::require_clean(const std::optional<GitId>& from) const {
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  git_status_list* made = nullptr;
  if (git_status_list_new(&made, repository_.get(), &options) != 0)
    fail(Code::io, "the working tree cannot be read");
  const Statuses list(made);
  if (git_status_list_entrycount(made) == 0) return;
  const git_status_entry* entry = git_status_byindex(made, 0);
  const git_diff_delta* delta =
      entry->head_to_index != nullptr ? entry->head_to_index : entry->index_to_workdir;
  fail_unclean(delta->new_file.path, !from);
}

void LibraryTarget::check_out(const std::optional<GitId>&, const GitId& to, bool keep_files) {
  git_repository* repository = repository_.get();
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
  if (git_checkout_tree(repository, made, &options) != 0) fail_in_the_way(library::last_message());
}

void LibraryTarget::move(const std::vector<Move>& moves) {
  git_repository* repository = repository_.get();
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
                    "reference " + escape_controls(move.name) + " in " + shown(path()) +
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

}  // namespace

LibraryOpened open_library_target(const std::string& path) {
  git_repository* repository = nullptr;
  const int error = library::open(&repository, path, false);
  if (error != 0) return {nullptr, error, library::last_message()};
  return {std::make_unique<LibraryTarget>(repository, path, false), 0, {}};
}

std::unique_ptr<Target> make_library_target(const ExportOptions& options) {
  library::start();
  return std::make_unique<LibraryTarget>(make(options), options.path, true);
}

}  // namespace hn::git
