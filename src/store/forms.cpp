// Format: hn-store(5), FORMS.
#include "store/forms.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace hn::store {
namespace {

// The levels of interactive use: on source text some 300 MB/s and nine tenths of what higher levels
// save. What folders and commits are made of gains little above the lower one. (All 78,311 files of
// Linux 6.1, beside level 3 throughout: 3.6 MB less for 1.1 s of processor time more; with level 4
// throughout 4.3 MB for 1.5 s.)
constexpr int kLevel = 4;
constexpr int kQuickLevel = 3;
constexpr std::size_t kSmallBytesMax = 4096;
// Shorter matches than zstd's own choice: source text shrinks by 0.3 % more, at the same speed.
constexpr int kMatchBytesMin = 4;
// Under this, a zstd frame's own header eats what it saves.
constexpr std::size_t kCompressBytesMin = 48;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* compressor_of(std::size_t plain_bytes, Effort effort) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  HN_ASSERT(context != nullptr);
  const bool is_quick = effort == Effort::bulk || plain_bytes <= kSmallBytesMax;
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, is_quick ? kQuickLevel : kLevel);
  if (!is_quick) ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, kMatchBytesMin);
  return context.get();
}

ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  HN_ASSERT(context != nullptr);
  ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  return context.get();
}

// nullopt unless the result is shorter than `size_max`: zstd stops as soon as the room is used up.
std::optional<Bytes> compress(ByteView plain, const std::optional<ByteView>& base,
                              std::size_t size_max, Effort effort) {
  if (size_max == 0) return std::nullopt;
  ZSTD_CCtx* const context = compressor_of(plain.size(), effort);
  if (base) ZSTD_CCtx_refPrefix(context, base->data(), base->size());
  // Most blocks shrink to a small part: room for the whole would be cleared and given back each
  // time.
  thread_local Bytes room(object::kBlockBytesMax);
  const std::size_t size = ZSTD_compress2(context, room.data(), std::min(room.size(), size_max - 1),
                                          plain.data(), plain.size());
  if (ZSTD_isError(size) != 0) return std::nullopt;
  return to_bytes(ByteView(room).first(size));
}

// A prefix is any bytes. Zstd's call for a dictionary takes them so, and spares the tables that its
// call for a prefix allocates each time, unless they happen to begin as a trained dictionary does.
std::size_t decompress(ZSTD_DCtx* context, PlainBytes& plain, ByteView bytes, ByteView prefix) {
  constexpr std::array<Byte, 4> kTrained{0x37, 0xa4, 0x30, 0xec};  // ZSTD_MAGIC_DICTIONARY
  if (prefix.size() < 8 || equal(prefix.first(4), kTrained)) {
    ZSTD_DCtx_refPrefix(context, prefix.data(), prefix.size());
    return ZSTD_decompressDCtx(context, plain.data(), plain.size(), bytes.data(), bytes.size());
  }
  return ZSTD_decompress_usingDict(context, plain.data(), plain.size(), bytes.data(), bytes.size(),
                                   prefix.data(), prefix.size());
}

}  // namespace

std::optional<Form> form_from(std::uint8_t byte) noexcept {
  if (byte > static_cast<std::uint8_t>(Form::zstd_dictionary)) return std::nullopt;
  return static_cast<Form>(byte);
}

Result<PlainBytes> decode_form(Form form, std::uint32_t plain_bytes, ByteView bytes,
                               ByteView base) {
  if (plain_bytes > object::kBlockBytesMax) return fail(Code::invalid, "block too long");
  if (form == Form::zstd_dictionary) return fail(Code::unsupported, "dictionary form");
  if (form == Form::raw) {
    if (bytes.size() != plain_bytes) return fail(Code::invalid, "length of a raw block");
    return PlainBytes(bytes);
  }
  ZSTD_DCtx* const context = decompressor();
  PlainBytes plain(plain_bytes);
  const std::size_t size =
      decompress(context, plain, bytes, form == Form::zstd_prefix ? base : ByteView());
  if (ZSTD_isError(size) != 0 || size != plain_bytes) return fail(Code::invalid, "zstd frame");
  return plain;
}

// A difference is tried first. Only where it hardly shrinks is the block compressed alone too:
// doing both always would double the time of every commit, and a prefix that does not help costs
// next to nothing (of 62,692 files of the Linux tree, with the file before them as prefix, those
// that came out longer than alone lost 0.007 %).
Encoded encode_form(ByteView plain, const std::optional<ByteView>& base, Effort effort) {
  std::optional<Encoded> best;
  if (base && !base->empty()) {
    if (auto bytes = compress(plain, base, plain.size(), effort)) {
      best = Encoded{Form::zstd_prefix, std::move(*bytes)};
      if (best->bytes.size() <= plain.size() / 2) return std::move(*best);
    }
  }
  if (plain.size() >= kCompressBytesMin) {
    const std::size_t size_max = best ? best->bytes.size() : plain.size();
    if (auto bytes = compress(plain, {}, size_max, effort)) return {Form::zstd, std::move(*bytes)};
  }
  if (best) return std::move(*best);
  return {Form::raw, to_bytes(plain)};
}

}  // namespace hn::store
