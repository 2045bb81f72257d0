#pragma once

#include "hn/store/effort.hpp"
#include "hn/store/stored.hpp"
#include "store/plain.hpp"

// Between plaintext and stored form. Pure functions; any thread (each keeps zstd contexts of its
// own, which are dear to make).
namespace hn::store {

// The plaintext of `bytes`, exactly `plain_bytes` long; `base` is the base's plaintext, used by
// zstd_prefix alone. Total: invalid for whatever does not decode to that, unsupported for the
// reserved form. Allocates at most `plain_bytes`, which is refused over object::kBlockBytesMax.
Result<PlainBytes> decode_form(Form form, std::uint32_t plain_bytes, ByteView bytes, ByteView base);

struct Encoded {
  Form form = Form::raw;
  Bytes bytes;
};

// The smallest of: raw, zstd, and zstd with the prefix `base` where that is given.
Encoded encode_form(ByteView plain, const std::optional<ByteView>& base,
                    Effort effort = Effort::full);

}  // namespace hn::store
