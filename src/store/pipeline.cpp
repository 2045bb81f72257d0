#include "store/pipeline.hpp"

#include "store/forms.hpp"

namespace hn::store {

PackedGroup pack(std::span<const PackItem> items) {
  PackedGroup group;
  for (const PackItem& item : items) {
    std::optional<ByteView> base;
    if (item.base) base = item.base_bytes.bytes;
    Encoded encoded = encode_form(item.block->bytes, base, item.effort);
    Stored stored{item.block->kind, encoded.form, {}, 0, std::move(encoded.bytes)};
    stored.plain_bytes = static_cast<std::uint32_t>(item.block->bytes.size());
    const bool differs = encoded.form == Form::zstd_prefix;
    if (differs) stored.base = item.base;
    const std::uint8_t depth = differs ? item.depth : std::uint8_t{0};
    const std::size_t at = group.bytes.size();
    append_record(group.bytes, item.block->address, stored, depth);
    group.rows.push_back(
        {item.block->address, depth, at, static_cast<std::uint32_t>(group.bytes.size() - at)});
  }
  return group;
}

}  // namespace hn::store
