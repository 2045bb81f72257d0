// layer: git
#include "git/parse.hpp"
#include "hn/base/assert.hpp"

// The first byte chooses what of git's the rest is taken for, and its highest bit the length of
// ids. Whatever is read of a commit or tag fits into one of hn's, or import says so.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::git;
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  const std::uint8_t id_size = (data[0] & 0x80) != 0 ? kSha256Bytes : kSha1Bytes;
  switch (data[0] % 4) {
    case 0: {
      const auto commit = parse_commit(bytes, id_size);
      const auto links = parse_links(bytes, id_size);
      HN_ASSERT(!commit || links);
      if (commit) HN_ASSERT(links->parents.size() >= commit->parents.size());
      return 0;
    }
    case 1: {
      const auto tag = parse_tag(bytes, id_size);
      if (tag) HN_ASSERT(parse_target(bytes, id_size) && !tag->name.empty());
      return 0;
    }
    case 2: {
      const auto tree = parse_tree(bytes, id_size);
      if (!tree) return 0;
      for (const TreeLine& line : *tree)
        HN_ASSERT(line.name.find('\0') == line.name.npos && line.id.size == id_size);
      return 0;
    }
    default: {
      const object::Person person = parse_person(as_text(bytes));
      for (const std::string& field : {person.name, person.email})
        HN_ASSERT(field.find_first_of(std::string_view("<>\n\0", 4)) == field.npos);
      return 0;
    }
  }
}
