// layer: repo
#include "hn/base/assert.hpp"
#include "hn/base/text.hpp"
#include "hn/repo/revision.hpp"
#include "support/repo_device.hpp"

namespace {

// A branch of three commits and a merge.
hn::repo::Repository& repository() {
  using namespace hn::testing;
  static RepoDevice anna("anna", 1);
  if (anna.repository == nullptr) {
    anna.found();
    const auto one = anna.commit(anna.main(), {{"a", "1"}, {"folder/b", "1"}});
    const auto two = anna.commit(anna.main(), {{"a", "2"}, {"folder/b", "1"}});
    anna.commit(anna.main(), {{"a", "3"}, {"folder/b", "1"}}, {two, one});
  }
  return *anna;
}

}  // namespace

// Any text is a revision, or a failure that says why not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  const std::string_view text = as_text({data, size});
  try {
    const object::Id commit = repo::resolve_commit(repository(), text);
    HN_ASSERT(repository().store().has(commit));
  } catch (const Failure& failure) {
    HN_ASSERT(failure.code() == Code::not_found || failure.code() == Code::ambiguous ||
              failure.code() == Code::invalid);
  }
  try {
    const repo::PathAt at = repo::resolve_path(repository(), text);
    HN_ASSERT(text.ends_with(at.path));
  } catch (const Failure& failure) {
    HN_ASSERT(failure.code() != Code::damaged && failure.code() != Code::io);
  }
  return 0;
}
