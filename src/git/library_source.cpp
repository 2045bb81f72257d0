#include <algorithm>

#include "git/large_blob.hpp"
#include "git/libgit2.hpp"
#include "git/library.hpp"
#include "git/packs.hpp"
#include "git/source.hpp"

// Libgit2 1.5 forgets a few hundred bytes for each line of a repository's configuration that is no
// extension (git_regexp_match, where nothing matches). Said here, where every program that opens a
// repository links it, so that the leak checker still watches all else.
#ifdef __has_feature
#if __has_feature(address_sanitizer)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2-8.so";
}
// And not told at the end of every program, whose output may be compared.
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}
#endif
#endif

namespace hn::git {
namespace {

using library::Freed;
using library::last_message;

constexpr std::string_view kHeads = "refs/heads/";

// Unsupported: another way of reading may serve.
[[noreturn]] void fail_open(const std::string& shown, int error) {
  const std::string message = last_message();
  // Libgit2 1.5 answers that it found no safe.directory where it means that nobody allowed it.
  if (error == GIT_EOWNER || message.find("safe.directory") != std::string::npos)
    throw Failure(Code::refused, "git repository " + shown + " belongs to another user",
                  "if you trust it, import it with the option that allows any owner");
  if (message.find("objectformat") != std::string::npos)
    throw Failure(Code::unsupported, "git repository " + shown + " uses SHA-256 object ids");
  if (message.find("partialclone") != std::string::npos)
    throw Failure(Code::unsupported, "git repository " + shown + " is a partial clone");
  if (message.find("extension") != std::string::npos ||
      message.find("version") != std::string::npos)
    throw Failure(Code::unsupported,
                  "git repository " + shown + " uses a feature that cannot be read: " + message);
  if (error == GIT_ENOTFOUND)
    throw Failure(Code::not_found, "no git repository at " + shown,
                  "name the folder that holds .git, or a bare repository");
  throw Failure(Code::invalid, shown + " is no git repository: " + message,
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
  git_oid_fromraw(&out, oid.bytes.data());
  return out;
}

using RefHandle = std::unique_ptr<git_reference, Freed<git_reference_free>>;
using NameIterator = std::unique_ptr<git_reference_iterator, Freed<git_reference_iterator_free>>;

// A reference to the object it names in the end, through symbolic ones.
std::optional<Oid> resolve(git_repository* repository, const std::string& name) {
  git_oid id;
  if (git_reference_name_to_id(&id, repository, name.c_str()) != 0) return std::nullopt;
  Oid oid;
  std::copy_n(id.id, GIT_OID_RAWSZ, oid.bytes.begin());
  return oid;
}

void free_object(const void* object) {
  git_odb_object_free(static_cast<git_odb_object*>(const_cast<void*>(object)));
}

using PackedWhole = std::shared_ptr<const Bytes>;
void free_packed(const void* whole) {
  delete static_cast<const PackedWhole*>(whole);
}

void free_bytes(const void* bytes) {
  delete static_cast<const Bytes*>(bytes);
}

class LibrarySource final : public Source {
 public:
  LibrarySource(const Layout& layout, const std::string& shown, bool any_owner);

  Object read(const Oid& oid) const override;
  Short read_short(const Oid& oid) const override;
  std::vector<Oid> kin(const Oid& oid) const override { return packs_.kin(oid); }
  Type type_of(const Oid& oid) const override;
  std::vector<SourceRef> refs(const Wanted& wanted, std::vector<Notice>& notices) const override;
  std::string head_branch() const override;

 private:
  [[noreturn]] void fail_refs() const {
    throw Failure(Code::io, "the references of " + shown() + " cannot be read: " + last_message());
  }

  Layout layout_;
  std::unique_ptr<git_repository, Freed<git_repository_free>> repository_;
  struct Header {
    Type type = Type::blob;
    std::size_t size = 0;
  };
  Header header(const Oid& oid) const;
  Object load(const Oid& oid, const Header& is) const;
  std::optional<Object> read_packed(const Oid& oid) const;

  std::unique_ptr<git_odb, Freed<git_odb_free>> odb_;
  Packs packs_;
};

LibrarySource::LibrarySource(const Layout& layout, const std::string& shown, bool any_owner)
    : Source(shown), layout_(layout), packs_(map_packs(object_folders(layout))) {
  git_repository* repository = nullptr;
  if (const int error = library::open(&repository, layout.given.string(), any_owner); error != 0)
    fail_open(shown, error);
  repository_.reset(repository);
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0)
    throw Failure(Code::io, "the objects of " + shown + " cannot be opened: " + last_message());
  odb_.reset(odb);
}

LibrarySource::Header LibrarySource::header(const Oid& oid) const {
  const git_oid id = raw_oid(oid);
  std::size_t size = 0;
  git_object_t kind = GIT_OBJECT_INVALID;
  const int error = git_odb_read_header(&size, &kind, odb_.get(), &id);
  if (error == GIT_ENOTFOUND) fail_broken(oid, "is missing");
  const auto type = type_from(kind);
  if (error != 0 || !type) fail_broken(oid, "cannot be read: " + last_message());
  check_size(oid, *type, size);
  return {*type, size};
}

Type LibrarySource::type_of(const Oid& oid) const {
  return header(oid).type;
}

std::optional<Object> LibrarySource::read_packed(const Oid& oid) const {
  auto packed = packs_.read(oid);
  if (!packed) return std::nullopt;
  check_size(oid, packed->type, packed->whole->size());
  const ByteView bytes(*packed->whole);
  if (git_id_of(packed->type, bytes) != oid) fail_broken(oid, "does not match its id");
  auto owner = std::make_unique<PackedWhole>(std::move(packed->whole));
  return Object(packed->type, bytes, Object::Owner(owner.release(), free_packed));
}

Object LibrarySource::read(const Oid& oid) const {
  if (auto packed = read_packed(oid)) return *std::move(packed);
  return load(oid, header(oid));
}

Source::Short LibrarySource::read_short(const Oid& oid) const {
  if (auto packed = read_packed(oid)) {
    const std::uint64_t bytes = packed->bytes().size();
    return {std::move(packed), bytes};
  }
  const Header is = header(oid);
  if (is.type == Type::blob && is.size > kLargeBytes) return {std::nullopt, is.size};
  return {load(oid, is), is.size};
}

Object LibrarySource::load(const Oid& oid, const Header& is) const {
  const git_oid id = raw_oid(oid);
  if (is.size < library::kShortBytesMax) {
    if (auto bytes = library::read_short(odb_.get(), id)) {
      if (bytes->size() != is.size) fail_broken(oid, "is not as long as it claims, or cut short");
      if (git_id_of(is.type, *bytes) != oid) fail_broken(oid, "does not match its id");
      auto owned = std::make_unique<Bytes>(*std::move(bytes));
      const ByteView view(*owned);
      return {is.type, view, Object::Owner(owned.release(), free_bytes)};
    }
  }
  git_odb_object* made = nullptr;
  const int error = git_odb_read(&made, odb_.get(), &id);
  if (error == GIT_ENOTFOUND) fail_broken(oid, "is missing");
  if (error != 0) fail_broken(oid, "cannot be read: " + last_message());
  Object object(is.type,
                {static_cast<const Byte*>(git_odb_object_data(made)), git_odb_object_size(made)},
                Object::Owner(made, free_object));
  if (git_id_of(is.type, object.bytes()) != oid) fail_broken(oid, "does not match its id");
  return object;
}

std::vector<SourceRef> LibrarySource::refs(const Wanted& wanted,
                                           std::vector<Notice>& notices) const {
  git_reference_iterator* made = nullptr;
  if (git_reference_iterator_new(&made, repository_.get()) != 0) fail_refs();
  const NameIterator names(made);
  std::vector<SourceRef> refs;
  const char* next = nullptr;
  int error = 0;
  while ((error = git_reference_next_name(&next, names.get())) == 0) {
    const std::string name(next);
    if (!wanted.has(name)) continue;
    if (const auto target = resolve(repository_.get(), name))
      refs.push_back({name, *target});
    else
      notices.push_back({name, "the reference names nothing and is left out"});
  }
  if (error != GIT_ITEROVER) fail_refs();
  std::ranges::sort(refs, {}, &SourceRef::name);
  add_unreadable(layout_, wanted, refs, notices);
  return refs;
}

std::string LibrarySource::head_branch() const {
  git_reference* made = nullptr;
  if (git_reference_lookup(&made, repository_.get(), "HEAD") != 0) return {};
  const RefHandle head(made);
  const char* target = git_reference_symbolic_target(head.get());
  const std::string name(target == nullptr ? "" : target);
  return name.starts_with(kHeads) ? name.substr(kHeads.size()) : std::string();
}

}  // namespace

std::unique_ptr<Source> open_with_library(const Layout& layout, const std::string& shown,
                                          bool any_owner) {
  return std::make_unique<LibrarySource>(layout, shown, any_owner);
}

}  // namespace hn::git
