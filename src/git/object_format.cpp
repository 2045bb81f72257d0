#include "git/object_format.hpp"

#include <unordered_set>

#include "git/library.hpp"
#include "hn/base/text.hpp"

namespace hn::git {
namespace {

// The lengths found so far, and where each was found first.
class Found {
 public:
  void add(const GitId& git, const std::string& ref) {
    std::string& place = git.size == kSha256Bytes ? sha256_ : sha1_;
    if (place.empty()) place = ref;
    if (sha1_.empty() || sha256_.empty()) return;
    if (sha1_ == sha256_)
      throw Failure(Code::unsupported,
                    escape_controls(ref) +
                        " holds commits from git repositories of both kinds, SHA-1 and SHA-256",
                    "git has no form for that; the histories can go out apart, by branches that "
                    "hold one kind");
    throw Failure(Code::unsupported,
                  escape_controls(sha1_) + " came from a git repository with SHA-1 ids, " +
                      escape_controls(sha256_) + " from one with SHA-256 ids",
                  "no git repository can hold both; --refs chooses what goes where");
  }
  std::optional<std::uint8_t> id_bytes() const {
    if (sha1_.empty() && sha256_.empty()) return std::nullopt;
    return sha256_.empty() ? kSha1Bytes : kSha256Bytes;
  }

 private:
  std::string sha1_;
  std::string sha256_;
};

template <class T>
T require(Result<T> result) {
  if (!result) throw Failure(result.error(), "looking for what came from git");
  return std::move(result).value();
}

using Seen = std::unordered_set<object::Id>;

void look_at_commits(const object::BlockReader& blocks, const object::Id& start,
                     const std::string& ref, Seen& seen, Found& found) {
  std::vector<object::Id> open{start};
  while (!open.empty()) {
    const object::Id at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const object::Commit commit = require(object::read_commit(blocks, at));
    if (commit.git)
      found.add(*commit.git, ref);
    else
      open.insert(open.end(), commit.parents.begin(), commit.parents.end());
  }
}

void look(const object::BlockReader& blocks, const ExportRef& ref, Seen& seen, Found& found) {
  object::Kind kind = ref.kind;
  object::Id id = ref.id;
  while (kind == object::Kind::tag) {
    const object::Tag tag = require(object::read_tag(blocks, id));
    if (tag.git) return found.add(*tag.git, ref.name);
    kind = tag.target_kind;
    id = tag.target;
  }
  if (kind == object::Kind::commit) look_at_commits(blocks, id, ref.name, seen, found);
}

}  // namespace

std::string_view format_name(std::uint8_t id_bytes) noexcept {
  return id_bytes == kSha256Bytes ? "SHA-256" : "SHA-1";
}

std::optional<std::uint8_t> id_bytes_of_history(const ExportOptions& options) {
  Found found;
  std::unordered_set<object::Id> seen;
  for (const ExportRef& ref : options.refs) look(*options.blocks, ref, seen, found);
  return found.id_bytes();
}

void require_format(const ExportOptions& options, std::uint8_t id_bytes) {
  const auto history = id_bytes_of_history(options);
  if (!history || *history == id_bytes) return;
  throw Failure(Code::unsupported,
                "this history came from a git repository with " +
                    std::string(format_name(*history)) + " ids, and " +
                    library::shown(options.path) + " has " + std::string(format_name(id_bytes)),
                "export into a folder that is not there yet, without --object-format");
}

}  // namespace hn::git
