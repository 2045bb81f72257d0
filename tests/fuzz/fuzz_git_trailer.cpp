// layer: git
#include "git/plain_tree.hpp"
#include "hn/base/assert.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "support/memory_blocks.hpp"

// Any message beside a folder that hn exported with conflicts: the conflicts come back, or nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  testing::MemoryBlocks blocks;
  const auto file = [&](std::string_view text) {
    return object::Value::of(object::Mode::file, object::write_file(blocks, as_bytes(text)));
  };
  const object::Conflict conflict{{file("ours\n"), file("base\n"), file("theirs\n")}};
  const object::Id id = blocks.write(object::Kind::conflict, object::encode_conflict(conflict));
  const object::Value value = object::Value::of(object::Mode::conflict, id);
  const object::Id below = object::write_tree(blocks, {{{"b", value}, {"c", file("c\n")}}});
  const object::Id root = object::write_tree(
      blocks, {{{"a", value}, {"d", object::Value::of(object::Mode::folder, below)}}});
  const auto plain = git::plain_tree(blocks, root).value();
  const auto made =
      git::with_conflicts(*plain.blocks, blocks, plain.root, as_text(ByteView(data, size)));
  HN_ASSERT(made.has_value());
  HN_ASSERT(!*made || **made == root);
  return 0;
}
