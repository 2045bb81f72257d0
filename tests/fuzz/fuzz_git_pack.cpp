// layer: git
#include "git/packs.hpp"
#include "support/memory_mapping.hpp"

// Any bytes are a pack and an index or none. Read are the ids that stand where those of an index
// do.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  constexpr std::size_t kIds = 8 + 256 * 4;
  if (size < 2) return 0;
  const ByteView in(data + 2, size - 2);
  const std::size_t cut = std::min<std::size_t>(data[0] + 256U * data[1], in.size());
  const ByteView index = in.subspan(cut);
  std::vector<git::Packs::Files> files;
  files.push_back({std::make_unique<testing::MemoryMapping>(in.first(cut)),
                   std::make_unique<testing::MemoryMapping>(index)});
  const git::Packs packs(std::move(files));
  for (std::size_t at = kIds; at + 20 <= index.size() && at < kIds + 16 * 20; at += 20) {
    git::GitId id;
    std::copy_n(index.begin() + static_cast<std::ptrdiff_t>(at), 20, id.bytes.begin());
    for (int i = 0; i < 2; ++i) static_cast<void>(packs.read(id));
  }
  return 0;
}
