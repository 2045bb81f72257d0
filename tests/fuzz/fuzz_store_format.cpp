// layer: store
#include "hn/base/assert.hpp"
#include "hn/base/error.hpp"
#include "store/format_file.hpp"
#include "support/crash_fs.hpp"

// The file that says which version wrote a store: format 1 without needs, or a failure.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  test::CrashFs fs;
  const auto file = fs.open("./format", os::Access::create);
  file->write_at(0, {data, size});
  try {
    store::check_format_file(fs, ".");
  } catch (const Failure& failure) {
    HN_ASSERT(failure.code() == Code::damaged || failure.code() == Code::unsupported);
    return 0;
  }
  HN_ASSERT(as_text({data, size}).starts_with("hn-store 1"));
  return 0;
}
