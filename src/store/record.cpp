// Format: hn-store(5), PACKS.
#include "store/record.hpp"

#include <algorithm>

#include "hn/base/checksum.hpp"

namespace hn::store {
namespace {

constexpr std::string_view kMagic{"hn pack\n", 8};
constexpr std::uint32_t kFormat = 1;

Result<void> check_limits(const RecordHead& head, std::uint8_t kind, std::uint8_t form,
                          std::uint8_t zero) noexcept {
  if (!object::kind_from(kind)) return fail(Code::invalid, "kind of a block");
  if (!form_from(form)) return fail(Code::invalid, "form of a block");
  if (zero != 0) return fail(Code::invalid, "reserved byte");
  if (head.depth > kChainMax) return fail(Code::invalid, "chain too long");
  if (head.plain_bytes > object::kBlockBytesMax) return fail(Code::invalid, "block too long");
  if (head.stored_bytes > kStoredBytesMax) return fail(Code::invalid, "record too long");
  const bool needs_base = static_cast<Form>(form) == Form::zstd_prefix;
  if (needs_base != (head.depth > 0)) return fail(Code::invalid, "depth of a chain");
  return {};
}

}  // namespace

Bytes encode_pack_header() {
  Encoder out;
  out.raw(as_bytes(kMagic)).u32(kFormat).u32(0);
  return std::move(out).take();
}

Result<void> check_pack_header(ByteView bytes) noexcept {
  Decoder in(bytes);
  const ByteView magic = in.take(kMagic.size());
  const std::uint32_t format = in.u32();
  if (in.failed() || !equal(magic, as_bytes(kMagic))) return fail(Code::invalid, "not a pack");
  if (format != kFormat) return fail(Code::unsupported, "format of a pack");
  return {};
}

void append_record(Bytes& out, const object::Address& address, const Stored& stored,
                   std::uint8_t depth) {
  HN_ASSERT(stored.base.has_value() == (stored.form == Form::zstd_prefix));
  HN_ASSERT(stored.base.has_value() == (depth > 0) && depth <= kChainMax);
  const std::size_t at = out.size();
  Encoder head;
  head.u64(0).u32(static_cast<std::uint32_t>(stored.bytes.size())).u32(stored.plain_bytes);
  head.u8(static_cast<std::uint8_t>(stored.kind)).u8(static_cast<std::uint8_t>(stored.form));
  head.u8(depth).u8(0).raw(address.bytes);
  if (stored.base) head.raw(stored.base->bytes);
  out.insert(out.end(), head.bytes().begin(), head.bytes().end());
  out.insert(out.end(), stored.bytes.begin(), stored.bytes.end());
  Encoder sum;
  sum.u64(checksum(ByteView(out).subspan(at + sizeof(std::uint64_t))));
  std::ranges::copy(sum.bytes(), out.begin() + static_cast<std::ptrdiff_t>(at));
}

Result<RecordHead> decode_record_head(ByteView bytes) noexcept {
  Decoder in(bytes);
  RecordHead head;
  head.checksum = in.u64();
  head.stored_bytes = in.u32();
  head.plain_bytes = in.u32();
  const std::uint8_t kind = in.u8();
  const std::uint8_t form = in.u8();
  head.depth = in.u8();
  const std::uint8_t zero = in.u8();
  head.address.bytes = in.hash();
  if (in.failed()) return fail(Code::damaged, "record cut short");
  HN_CHECK(check_limits(head, kind, form, zero));
  head.kind = *object::kind_from(kind);
  head.form = *form_from(form);
  if (head.form == Form::zstd_prefix) head.base = object::Address{in.hash()};
  if (in.failed()) return fail(Code::damaged, "record cut short");
  return head;
}

Result<RecordHead> check_record(ByteView bytes) noexcept {
  HN_TRY(const RecordHead head, decode_record_head(bytes));
  if (bytes.size() < head.size()) return fail(Code::damaged, "record cut short");
  if (checksum(bytes.subspan(8, head.size() - 8)) != head.checksum) {
    return fail(Code::damaged, "checksum of a record", head.address.bytes);
  }
  return head;
}

}  // namespace hn::store
