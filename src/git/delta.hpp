#pragma once

#include <optional>

#include "hn/base/bytes.hpp"

namespace hn::git {

// A git delta (gitformat-pack(5), DELTIFIED REPRESENTATION): `target` as copies out of `base` and
// bytes of its own. nullopt where it would have more than `bytes_max` bytes, or where `base` is
// longer than a delta can address. Deterministic. Memory: a quarter of `base` at most.
//
// What both share at the front and at the end is found first, since that is nearly all of most
// versions. Between, blocks of `base` are looked up at each byte of `target`, as in J. MacDonald's
// xdelta (File System Support for Delta Compression, 2000), and matches are extended both ways.
std::optional<Bytes> make_delta(ByteView base, ByteView target, std::size_t bytes_max);

// The target again: what a reader of the delta gets. nullopt where the delta does not fit the base
// or is malformed. At most `bytes_max` bytes are made.
std::optional<Bytes> apply_delta(ByteView base, ByteView delta, std::size_t bytes_max);

}  // namespace hn::git
