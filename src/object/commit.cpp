// Commits: hn-objects(5), section COMMITS.
#include "hn/object/commit.hpp"

#include <algorithm>

#include "object/person_codec.hpp"

namespace hn::object {
namespace {

constexpr Byte kHasGit = 1;
constexpr Byte kHasRaw = 2;
constexpr Byte kHasAuto = 4;

const char* auto_fault(const Commit& commit) {
  const std::size_t n = commit.parents.size();
  if (n < 2) return "an auto-merge has fewer than two parents";
  if (commit.author != commit.committer) return "an auto-merge has an author";
  if (!commit.author.name.empty() || !commit.author.email.empty())
    return "an auto-merge has an author";
  if (commit.author.time.zone_minutes != 0) return "an auto-merge has a time zone";
  if (!commit.headers.empty() || commit.git || commit.raw)
    return "an auto-merge carries what is git's";
  const auto& seniority = commit.auto_merge->seniority;
  if (seniority.size() != n) return "an auto-merge's seniority is no permutation";
  std::vector<bool> seen(n, false);
  for (const std::uint32_t place : seniority) {
    if (place >= n || seen[place]) return "an auto-merge's seniority is no permutation";
    seen[place] = true;
  }
  return nullptr;
}

bool has_doubles(std::vector<Id> ids) {
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) != ids.end();
}

const char* fault_of(const Commit& commit) {
  if (commit.parents.size() > kParentsMax) return "a commit has too many parents";
  if (has_doubles(commit.parents)) return "a commit has a parent twice";
  if (const char* fault = fault_of(commit.author)) return fault;
  if (const char* fault = fault_of(commit.committer)) return fault;
  if (const char* fault = fault_of(commit.headers)) return fault;
  if (commit.git && fault_of(*commit.git) != nullptr) return fault_of(*commit.git);
  return commit.auto_merge ? auto_fault(commit) : nullptr;
}

std::vector<Id> get_parents(Decoder& in) {
  std::vector<Id> parents;
  const std::uint64_t count = in.varint(kParentsMax);
  if (count > in.left() / 32) return in.fail(), parents;
  parents.resize(count);
  for (Id& parent : parents) parent.bytes = in.hash();
  return parents;
}

AutoMerge get_auto(Decoder& in, std::size_t parents) {
  AutoMerge merge;
  merge.algorithm = static_cast<std::uint32_t>(in.varint(UINT32_MAX));
  merge.seniority.resize(parents);
  for (std::uint32_t& place : merge.seniority)
    place = static_cast<std::uint32_t>(in.varint(kParentsMax));
  return merge;
}

}  // namespace

Result<Bytes> encode_commit(const Commit& commit) {
  if (const char* fault = fault_of(commit)) return fail(Code::invalid, fault);
  const Byte flags = static_cast<Byte>((commit.git ? kHasGit : 0) | (commit.raw ? kHasRaw : 0) |
                                       (commit.auto_merge ? kHasAuto : 0));
  Encoder out;
  out.u8(0).u8(flags).raw(commit.tree.bytes).varint(commit.parents.size());
  for (const Id& parent : commit.parents) out.raw(parent.bytes);
  put_person(out, commit.author);
  put_person(out, commit.committer);
  put_headers(out, commit.headers);
  if (commit.git) put_git(out, *commit.git);
  if (commit.raw) out.raw(commit.raw->bytes);
  if (commit.auto_merge) {
    out.varint(commit.auto_merge->algorithm);
    for (const std::uint32_t place : commit.auto_merge->seniority) out.varint(place);
  }
  out.sized(commit.message);
  if (out.size() > kBlockBytesMax)
    return fail(Code::refused, "message and headers are too long for a commit");
  return std::move(out).take();
}

Result<Commit> decode_commit(ByteView bytes) noexcept {
  if (bytes.size() > kBlockBytesMax) return fail(Code::invalid, "the block is too long");
  Decoder in(bytes);
  if (in.u8() != 0) return fail(Code::unsupported, "unknown format of a commit");
  const Byte flags = in.u8();
  if ((flags & ~(kHasGit | kHasRaw | kHasAuto)) != 0)
    return fail(Code::invalid, "a commit has unknown flags");
  Commit commit;
  commit.tree.bytes = in.hash();
  commit.parents = get_parents(in);
  commit.author = get_person(in);
  commit.committer = get_person(in);
  commit.headers = get_headers(in);
  if ((flags & kHasGit) != 0) commit.git = get_git(in);
  if ((flags & kHasRaw) != 0) commit.raw = Id{in.hash()};
  if ((flags & kHasAuto) != 0) commit.auto_merge = get_auto(in, commit.parents.size());
  commit.message = get_text(in);
  if (!in.done()) return fail(Code::invalid, "a commit is not well formed");
  if (const char* fault = fault_of(commit)) return fail(Code::invalid, fault);
  return commit;
}

Result<Commit> read_commit(const BlockReader& reader, const Id& id) {
  HN_TRY(const Bytes bytes, reader.read(id, Kind::commit));
  auto commit = decode_commit(bytes);
  if (!commit) return fail(commit.error().code, commit.error().rule, id.bytes);
  return commit;
}

}  // namespace hn::object
