// layer: repo
#include "hn/base/assert.hpp"
#include "hn/base/bytes.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/revision_text.hpp"

// Any text is a revision, or none; a range's sides are parts of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  const std::string_view text = as_text({data, size});
  if (const auto revision = repo::parse_revision(text)) {
    HN_ASSERT(!revision->path || text.ends_with(*revision->path));
    HN_ASSERT(revision->base != repo::RevisionText::Base::name || revision->text.empty());
  }
  const repo::RangeText range = repo::parse_range(text);
  HN_ASSERT(text.find(range.left) != text.npos && text.ends_with(range.right));
  repo::parse_date_about(text, {1'700'000'000, 60});
  return 0;
}
