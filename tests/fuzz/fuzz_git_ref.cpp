// layer: git
#include "hn/base/assert.hpp"
#include "hn/base/text.hpp"
#include "hn/git/clone.hpp"
#include "hn/git/refs.hpp"

namespace {

// A star tried at every length: slow, and plainly right.
bool matches_plainly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*')
    return matches_plainly(pattern.substr(1), text) ||
           (!text.empty() && matches_plainly(pattern, text.substr(1)));
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches_plainly(pattern.substr(1), text.substr(1));
}

}  // namespace

// Pattern and reference with a newline between them; the whole is taken for a URL too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::git;
  const std::string_view all = as_text(ByteView(data, size));
  const std::string_view pattern = all.substr(0, all.find('\n'));
  const std::string_view ref = all.substr(std::min(all.size(), pattern.size() + 1));
  const bool matches = matches_ref(pattern, ref);
  const bool has_star = pattern.find_first_of("*?") != pattern.npos;
  if (has_star && pattern.find_first_of("[\\") == pattern.npos && pattern.size() + ref.size() < 24)
    HN_ASSERT(matches == matches_plainly(pattern, ref));

  if (const auto name = hn_ref_name(ref)) {
    const bool is_tag = ref.starts_with("refs/tags/");
    if (ref.starts_with("refs/")) HN_ASSERT(git_ref_name(is_tag, *name) == ref);
  }

  HN_ASSERT(folder_name_of(all).find('/') == std::string::npos);
  if (is_url(all)) HN_ASSERT(without_secrets(all).size() <= all.size());
  return 0;
}
