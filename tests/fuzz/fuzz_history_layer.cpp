// layer: store
#include "hn/base/assert.hpp"
#include "hn/base/checksum.hpp"
#include "hn/base/codec.hpp"
#include "hn/store/path_filter.hpp"
#include "store/history_layer.hpp"

using namespace hn;
using namespace hn::store;

namespace {

// The input is a layer without its checksums: the first 80 bytes of the head, then the body. They
// are made here, or no change would get past them.
Bytes with_checksums(ByteView input) {
  if (input.size() < 80) return to_bytes(input);
  const ByteView head = input.first(80);
  const ByteView body = input.subspan(80);
  Encoder sums;
  for (std::size_t at = 0; at < body.size(); at += 4096)
    sums.u64(checksum(body.subspan(at, std::min<std::size_t>(4096, body.size() - at))));
  Encoder named;
  named.raw(head).raw(sums.bytes());
  Encoder out;
  out.raw(head).u64(checksum(named.bytes())).raw(sums.bytes()).raw(body);
  return std::move(out).take();
}

void ask_everything(const LayerView& view, ByteView input) {
  std::vector<std::uint32_t> parents;
  std::vector<LayerGit> found;
  for (std::uint32_t i = 0; i < view.size(); ++i) {
    const std::uint32_t row = view.rows_below() + i;
    if (view.parents(row, parents))
      for (const std::uint32_t parent : parents) HN_ASSERT(parent < row);
    if (const auto commit = view.commit(row)) view.find(commit->id);
    changed_by(view.filter(row), path_key("a/b"));
    HN_ASSERT(view.subject(row).size() <= kSubjectBytesMax);
  }
  for (std::uint32_t i = 0; i < view.tag_count(); ++i)
    if (const auto tag = view.tag(i)) view.find_tag(tag->id);
  for (const char* prefix : {"", "ab", "00ff", "fff"}) view.find_git(prefix, 1000, found);
  for (const LayerGit& led : found) HN_ASSERT(led.tag || view.holds(led.place));
  object::Id id;
  std::copy_n(input.begin(), std::min<std::size_t>(32, input.size()), id.bytes.begin());
  view.find(id);
}

}  // namespace

// Any bytes that open can be asked anything; a sound layer is found again by all its ids, and
// written again it is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  Hash owner{};
  if (size >= 80) std::copy_n(data + 48, 32, owner.begin());
  static_cast<void>(decode_chain(input, owner));
  static_cast<void>(LayerView::open(input, owner));
  const Bytes bytes = with_checksums(input);
  const auto view = LayerView::open(bytes, owner);
  if (!view) return 0;
  ask_everything(*view, input);
  const auto again = LayerView::open(bytes, owner);
  if (!again->is_sound()) return 0;
  LayerParts parts{owner, again->below(), again->rows_below(), {}, {}, {}};
  for (std::uint32_t i = 0; i < again->size(); ++i) {
    parts.commits.push_back(*again->commit(again->rows_below() + i));
    const std::uint32_t row = again->rows_below() + i;
    parts.notes.push_back({to_bytes(again->filter(row)), std::string(again->subject(row))});
    HN_ASSERT(again->find(parts.commits.back().id) == again->rows_below() + i);
  }
  for (std::uint32_t i = 0; i < again->tag_count(); ++i) {
    parts.tags.push_back(*again->tag(i));
    HN_ASSERT(again->find_tag(parts.tags.back().id) == parts.tags.back());
  }
  const Bytes made = encode_layer(parts);
  const auto canonical = LayerView::open(made, owner);
  HN_ASSERT(canonical && canonical->is_sound() && canonical->size() == again->size());
  for (std::uint32_t i = 0; i < again->size(); ++i) {
    const std::uint32_t row = again->rows_below() + i;
    HN_ASSERT(equal(canonical->filter(row), parts.notes[i].filter));
    HN_ASSERT(canonical->subject(row) == parts.notes[i].subject);
  }
  return 0;
}
