#include "hn/merge/parts.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::merge {
namespace {

// About what it holds in memory.
std::size_t bytes_of(const Parts::Part& part) noexcept {
  std::size_t out = 160 + part.values.size() * sizeof(std::optional<object::Value>);
  for (const std::string& path : part.conflicts) out += sizeof(std::string) + path.size();
  return out;
}

constexpr std::string_view kMagic = "hnparts0";
constexpr crypto::Purpose kSumPurpose("hn.fold.parts");
constexpr std::size_t kSumBytes = 32;
constexpr std::size_t kFrameBytes = kMagic.size() + 10 + kSumBytes;
constexpr std::size_t kValueBytesMin = 1;
constexpr std::size_t kRowBytesMin = 32 + 1 + 1 + kValueBytesMin + 1;
constexpr std::size_t kPathBytesMax = std::size_t{1} << 20U;
constexpr std::uint8_t kNothing = 0;  // in place of a mode

std::size_t encoded_bytes(const Parts::Part& part) noexcept {
  std::size_t out = 32 + 1 + 10 + part.values.size() * (2 + 32) + 10;
  for (const std::string& path : part.conflicts) out += 10 + path.size();
  return out;
}

void put_part(Encoder& out, const Parts::Part& part) {
  out.u8(part.lost ? 1 : 0).varint(part.values.size());
  for (const auto& value : part.values) {
    out.u8(value ? static_cast<std::uint8_t>(value->mode) : kNothing);
    if (value) out.u8(value->size).raw(ByteView(value->bytes).first(value->size));
  }
  out.varint(part.conflicts.size());
  for (const std::string& path : part.conflicts) out.sized(std::string_view(path));
}

std::optional<object::Value> get_value(Decoder& in) noexcept {
  const std::uint8_t mode = in.u8();
  if (mode == kNothing) return std::nullopt;
  object::Value value;
  value.mode = static_cast<object::Mode>(mode);
  value.size = in.u8();
  const bool is_id =
      value.size == 32 || (value.mode == object::Mode::submodule && value.size == 20);
  if (mode > static_cast<std::uint8_t>(object::Mode::conflict) || !is_id) in.fail();
  std::ranges::copy(in.take(value.size), value.bytes.begin());
  return value;
}

// A number of things that take at least so many bytes each.
std::size_t count_of(Decoder& in, std::size_t bytes_min) noexcept {
  return static_cast<std::size_t>(in.varint(in.left() / bytes_min));
}

Parts::Part get_part(Decoder& in) {
  Parts::Part part;
  const std::uint8_t flags = in.u8();
  part.lost = flags == 1;
  part.values.resize(count_of(in, kValueBytesMin));
  for (auto& value : part.values) value = get_value(in);
  part.conflicts.resize(count_of(in, 1));
  for (std::string& path : part.conflicts) path = to_string(in.sized(kPathBytesMax));
  if (flags > 1 || part.values.size() % 2 == 0) in.fail();
  return part;
}

}  // namespace

Bytes encode_parts(Parts::Rows rows) {
  std::ranges::sort(rows, {}, &Parts::Rows::value_type::first);
  Encoder out;
  out.raw(as_bytes(kMagic)).varint(rows.size());
  for (const auto& [key, part] : rows) {
    out.raw(key);
    put_part(out, part);
  }
  const Hash sum = crypto::hash(kSumPurpose, out.bytes());
  out.raw(sum);
  return std::move(out).take();
}

Result<Parts::Rows> decode_parts(ByteView bytes) {
  if (bytes.size() < kSumBytes) return fail(Code::damaged, "fold parts: cut off");
  const ByteView body = bytes.first(bytes.size() - kSumBytes);
  if (!equal(crypto::hash(kSumPurpose, body), bytes.last(kSumBytes)))
    return fail(Code::damaged, "fold parts: checksum");
  Decoder in(body);
  if (as_text(in.take(kMagic.size())) != kMagic)
    return fail(Code::unsupported, "fold parts: magic");
  const std::size_t count = count_of(in, kRowBytesMin);
  Parts::Rows rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const Hash key = in.hash();
    if (!rows.empty() && !(rows.back().first < key))
      return fail(Code::damaged, "fold parts: order");
    rows.emplace_back(key, get_part(in));
  }
  if (!in.done()) return fail(Code::damaged, "fold parts: length");
  return rows;
}

const Parts::Part* Parts::find(const Hash& key) {
  if (const auto at = young_.find(key); at != young_.end()) return &at->second;
  const auto at = old_.find(key);
  if (at == old_.end()) return nullptr;
  Part found = std::move(at->second);
  old_.erase(at);
  return &keep(key, std::move(found));
}

void Parts::note(const Hash& key, Part part) {
  keep(key, std::move(part));
  noted_.push_back(key);
  changed_ = true;
}

const Parts::Part& Parts::keep(const Hash& key, Part part) {
  if (bytes_ >= bytes_max_) {
    old_ = std::exchange(young_, {});
    bytes_ = 0;
  }
  const std::size_t bytes = bytes_of(part);
  const auto [at, is_new] = young_.insert_or_assign(key, std::move(part));
  if (is_new) bytes_ += bytes;
  return at->second;
}

void Parts::keep_noted(const ScratchBlocks& made, const ScratchBlocks::Ids& kept,
                       std::size_t from) {
  const auto is_kept = [&](const std::optional<object::Value>& value) {
    return !value || value->mode == object::Mode::submodule || kept.contains(value->id()) ||
           !made.wrote(value->id());
  };
  for (const Hash& key : std::span(noted_).subspan(from)) {
    const auto at = young_.find(key);
    if (at == young_.end()) continue;
    if (!std::ranges::all_of(at->second.values, is_kept)) young_.erase(at);
  }
}

Parts::Rows Parts::rows(std::size_t bytes_max) const {
  Rows out;
  std::size_t left = bytes_max - std::min(bytes_max, kFrameBytes);
  for (const auto* generation : {&young_, &old_}) {
    for (const auto& [key, part] : *generation) {
      const std::size_t bytes = encoded_bytes(part);
      if (bytes > left) return out;
      left -= bytes;
      out.emplace_back(key, part);
    }
  }
  return out;
}

void Parts::take(Rows&& rows) {
  clear();
  for (auto& [key, part] : rows) old_.emplace(key, std::move(part));
}

void Parts::clear() {
  young_.clear();
  old_.clear();
  noted_.clear();
  changed_ = false;
  bytes_ = 0;
}

}  // namespace hn::merge
