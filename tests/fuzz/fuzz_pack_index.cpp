// layer: store
#include "hn/base/assert.hpp"
#include "store/pack_index.hpp"

// Any bytes that open as an index can be searched without leaving them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto index = hn::store::IndexView::open({data, size}, 1000);
  if (!index) return 0;
  const bool sorted = index->check_rows().has_value();
  for (std::size_t i = 0; i < index->size(); ++i) {
    const auto found = index->find(index->address(i));
    if (sorted) HN_ASSERT(found == index->offset(i));
  }
  return 0;
}
