// Format: hn-repository(5), THE GIT MAP.
#include "hn/git/git_map.hpp"

#include <algorithm>
#include <utility>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::git {
namespace {

constexpr std::string_view kMagic = "hngitmap";
constexpr std::uint32_t kVersion = 0;
constexpr std::size_t kSumBytes = 32;
constexpr std::size_t kRowBytesMin = 32 + 1 + 20;

Hash checksum(ByteView bytes) noexcept {
  return crypto::hash(crypto::Purpose("hn.gitmap"), bytes);
}

bool comes_before(const GitMapRows::value_type& a, const GitMapRows::value_type& b) noexcept {
  return a.first != b.first ? a.first < b.first : a.second.size < b.second.size;
}

}  // namespace

Bytes encode_git_map(const GitMapRows& rows) {
  Encoder out;
  out.raw(as_bytes(kMagic)).u32(kVersion).varint(rows.size());
  for (const auto& [id, git] : rows)
    out.raw(id.bytes).u8(git.size).raw(ByteView(git.bytes).first(git.size));
  const Hash sum = checksum(out.bytes());
  out.raw(sum);
  return std::move(out).take();
}

Result<GitMapRows> decode_git_map(ByteView bytes) {
  if (bytes.size() < kSumBytes) return fail(Code::damaged, "git map: cut off");
  const ByteView body = bytes.first(bytes.size() - kSumBytes);
  if (!equal(checksum(body), bytes.last(kSumBytes)))
    return fail(Code::damaged, "git map: checksum");
  Decoder in(body);
  if (as_text(in.take(kMagic.size())) != kMagic) return fail(Code::invalid, "git map: magic");
  if (in.u32() != kVersion) return fail(Code::unsupported, "git map: version");
  const std::uint64_t count = in.varint(body.size() / kRowBytesMin);
  GitMapRows rows;
  rows.reserve(count);
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    const object::Id id{in.hash()};
    GitId git;
    git.size = in.u8();
    if (git.size != 20 && git.size != 32) return fail(Code::invalid, "git map: length of an id");
    std::ranges::copy(in.take(git.size), git.bytes.begin());
    if (!rows.empty() && !comes_before(rows.back(), {id, git}))
      return fail(Code::invalid, "git map: order");
    rows.emplace_back(id, git);
  }
  if (!in.done()) return fail(Code::invalid, "git map: length");
  return rows;
}

GitMap::GitMap(os::FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {
  if (!fs_.stat(path_)) return;
  const auto rows = decode_git_map(os::read_file(fs_, path_));
  if (!rows) return;
  for (const auto& [id, git] : *rows) {
    rows_.emplace_hint(rows_.end(), std::pair(id, git.size), git);
    back_.emplace(git, id);
  }
}

std::optional<GitId> GitMap::git_id(const object::Id& id, std::uint8_t id_bytes) const {
  const auto at = rows_.find({id, id_bytes});
  return at != rows_.end() ? std::optional(at->second) : std::nullopt;
}

std::optional<object::Id> GitMap::id_of(const GitId& git) const {
  const auto at = back_.find(git);
  return at != back_.end() ? std::optional(at->second) : std::nullopt;
}

void GitMap::learn(const object::Id& id, const GitId& git) {
  if (!rows_.emplace(std::pair(id, git.size), git).second) return;
  back_.emplace(git, id);
  learnt_ = true;
}

void GitMap::save(const std::string& unique) {
  if (!learnt_) return;
  GitMapRows rows;
  rows.reserve(rows_.size());
  for (const auto& [key, git] : rows_) rows.emplace_back(key.first, git);
  const std::string temporary = path_ + "." + unique;
  fs_.open(temporary, os::Access::create)->write_at(0, encode_git_map(rows));
  fs_.rename(temporary, path_);
  learnt_ = false;
}

}  // namespace hn::git
