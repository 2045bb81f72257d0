// Tags: hn-objects(5), section TAGS.
#include "hn/object/commit.hpp"
#include "object/person_codec.hpp"

namespace hn::object {
namespace {

constexpr Byte kHasTagger = 1;
constexpr Byte kHasGit = 2;
constexpr Byte kHasRaw = 4;

bool is_target(Kind kind) noexcept {
  return kind == Kind::commit || kind == Kind::tag || kind == Kind::tree || kind == Kind::chunk;
}

const char* fault_of(const Tag& tag) noexcept {
  if (!is_target(tag.target_kind)) return "a tag's target is of no kind that can be tagged";
  if (tag.name.empty()) return "a tag has no name";
  if (tag.name.find_first_of(std::string_view("\n\0", 2)) != std::string::npos) {
    return "a tag's name holds a byte that is not allowed";
  }
  if (tag.tagger && fault_of(*tag.tagger) != nullptr) return fault_of(*tag.tagger);
  if (tag.git && fault_of(*tag.git) != nullptr) return fault_of(*tag.git);
  return fault_of(tag.headers);
}

}  // namespace

Result<Bytes> encode_tag(const Tag& tag) {
  if (const char* fault = fault_of(tag)) return fail(Code::invalid, fault);
  const Byte flags = static_cast<Byte>((tag.tagger ? kHasTagger : 0) | (tag.git ? kHasGit : 0) |
                                       (tag.raw ? kHasRaw : 0));
  Encoder out;
  out.u8(0)
      .u8(flags)
      .u8(static_cast<std::uint8_t>(tag.target_kind))
      .raw(tag.target.bytes)
      .sized(tag.name);
  if (tag.tagger) put_person(out, *tag.tagger);
  put_headers(out, tag.headers);
  if (tag.git) put_git(out, *tag.git);
  if (tag.raw) out.raw(tag.raw->bytes);
  out.sized(tag.message);
  if (out.size() > kBlockBytesMax)
    return fail(Code::refused, "message and headers are too long for a tag");
  return std::move(out).take();
}

Result<Tag> decode_tag(ByteView bytes) noexcept {
  if (bytes.size() > kBlockBytesMax) return fail(Code::invalid, "the block is too long");
  Decoder in(bytes);
  if (in.u8() != 0) return fail(Code::unsupported, "unknown format of a tag");
  const Byte flags = in.u8();
  if ((flags & ~(kHasTagger | kHasGit | kHasRaw)) != 0)
    return fail(Code::invalid, "a tag has unknown flags");
  const auto kind = kind_from(in.u8());
  if (!kind) return fail(Code::invalid, "a tag's target is of no kind that can be tagged");
  Tag tag;
  tag.target_kind = *kind;
  tag.target.bytes = in.hash();
  tag.name = get_text(in);
  if ((flags & kHasTagger) != 0) tag.tagger = get_person(in);
  tag.headers = get_headers(in);
  if ((flags & kHasGit) != 0) tag.git = get_git(in);
  if ((flags & kHasRaw) != 0) tag.raw = Id{in.hash()};
  tag.message = get_text(in);
  if (!in.done()) return fail(Code::invalid, "a tag is not well formed");
  if (const char* fault = fault_of(tag)) return fail(Code::invalid, fault);
  return tag;
}

Result<Tag> read_tag(const BlockReader& reader, const Id& id) {
  HN_TRY(const Bytes bytes, reader.read(id, Kind::tag));
  auto tag = decode_tag(bytes);
  if (!tag) return fail(tag.error().code, tag.error().rule, id.bytes);
  return tag;
}

}  // namespace hn::object
