// Format: hn-store(5), JOURNAL.
#include "store/journal_codec.hpp"

#include <algorithm>

#include "hn/base/checksum.hpp"

namespace hn::store {
namespace {

constexpr std::string_view kMagic{"hn jrnl\n", 8};
constexpr std::uint32_t kFormat = 1;

enum class Tag : std::uint8_t {
  add_entry = 1,
  put = 2,
  erase = 3,
  add_operation = 4,
  drop_operations = 5,
  pack_is = 6,
  pack_gone = 7,
  counters = 8,
};

struct Append {
  Encoder& out;
  Encoder& tag(Tag tag) const { return out.u8(static_cast<std::uint8_t>(tag)); }

  void operator()(const AddEntry& i) const { tag(Tag::add_entry).raw(i.id.bytes).sized(i.bytes); }
  void operator()(const Put& i) const { tag(Tag::put).sized(i.key).sized(i.value); }
  void operator()(const Erase& i) const { tag(Tag::erase).sized(i.key); }
  void operator()(const AddOperation& i) const {
    tag(Tag::add_operation).varint(i.sequence).sized(i.bytes);
  }
  void operator()(const DropOperations& i) const { tag(Tag::drop_operations).varint(i.before); }
  void operator()(const PackIs& i) const {
    tag(Tag::pack_is).varint(i.number).varint(i.bytes).u8(i.sealed ? 1 : 0);
  }
  void operator()(const PackGone& i) const { tag(Tag::pack_gone).varint(i.number); }
  void operator()(const Counters& i) const {
    tag(Tag::counters).varint(i.next_pack).varint(i.last_operation);
  }
};

Item decode_pack(Decoder& in) {
  PackIs item{in.varint(), in.varint(), false};
  const std::uint8_t sealed = in.u8();
  if (sealed > 1) in.fail();
  item.sealed = sealed == 1;
  return item;
}

// nullopt for a tag of a later version; a bad field shows in `in`.
std::optional<Item> decode_item(Decoder& in) {
  switch (static_cast<Tag>(in.u8())) {
    case Tag::add_entry: {
      const EntryId id{in.hash()};
      return AddEntry{id, in.sized(kFrameBytesMax)};
    }
    case Tag::put: {
      const ByteView key = in.sized(kKeyBytesMax);
      return Put{key, in.sized(kFrameBytesMax)};
    }
    case Tag::erase:
      return Erase{in.sized(kKeyBytesMax)};
    case Tag::add_operation: {
      const std::uint64_t sequence = in.varint();
      return AddOperation{sequence, in.sized(kFrameBytesMax)};
    }
    case Tag::drop_operations:
      return DropOperations{in.varint()};
    case Tag::pack_is:
      return decode_pack(in);
    case Tag::pack_gone:
      return PackGone{in.varint()};
    case Tag::counters: {
      const std::uint64_t next_pack = in.varint();
      return Counters{next_pack, in.varint()};
    }
  }
  return std::nullopt;
}

}  // namespace

void append_item(Encoder& out, const Item& item) {
  std::visit(Append{out}, item);
}

Result<std::vector<Item>> decode_items(ByteView payload) {
  std::vector<Item> items;
  Decoder in(payload);
  while (in.left() > 0) {
    auto item = decode_item(in);
    if (!item) return fail(Code::unsupported, "item of a journal");
    if (in.failed()) return fail(Code::invalid, "item of a journal");
    items.push_back(*item);
  }
  return items;
}

Bytes encode_durable_mark(std::uint64_t durable) {
  Encoder mark;
  mark.u64(durable);
  const std::uint64_t sum = checksum(mark.bytes());
  mark.u64(sum);
  return std::move(mark).take();
}

Bytes encode_journal_header(std::uint64_t durable) {
  Encoder out;
  out.raw(as_bytes(kMagic)).u32(kFormat).u32(0).raw(encode_durable_mark(durable));
  return std::move(out).take();
}

Result<std::uint64_t> decode_journal_header(ByteView bytes) noexcept {
  Decoder in(bytes);
  const ByteView magic = in.take(kMagic.size());
  const std::uint32_t format = in.u32();
  in.u32();
  const ByteView mark = in.take(8);
  const std::uint64_t sum = in.u64();
  if (in.failed() || !equal(magic, as_bytes(kMagic))) return fail(Code::invalid, "not a journal");
  if (format != kFormat) return fail(Code::unsupported, "format of a journal");
  return checksum(mark) == sum ? Decoder(mark).u64() : std::uint64_t{0};
}

Bytes encode_frame(std::uint64_t sequence, ByteView payload) {
  HN_ASSERT(payload.size() <= kFrameBytesMax);
  Encoder rest;
  rest.u64(sequence).u32(static_cast<std::uint32_t>(payload.size())).u32(0).raw(payload);
  Encoder out;
  out.u64(checksum(rest.bytes())).raw(rest.bytes());
  return std::move(out).take();
}

Result<Frame> decode_frame(ByteView bytes) noexcept {
  Decoder in(bytes);
  const std::uint64_t sum = in.u64();
  Frame frame;
  frame.checksum_bytes = bytes.first(std::min<std::size_t>(8, bytes.size()));
  frame.sequence = in.u64();
  const std::uint32_t length = in.u32();
  in.u32();
  if (length > kFrameBytesMax) return fail(Code::damaged, "frame too long");
  frame.payload = in.take(length);
  if (in.failed()) return fail(Code::damaged, "frame cut short");
  if (checksum(bytes.subspan(8, frame.size() - 8)) != sum) {
    return fail(Code::damaged, "checksum of a frame");
  }
  return frame;
}

}  // namespace hn::store
