// layer: repo
#include "hn/repo/config.hpp"

#include "hn/base/assert.hpp"
#include "hn/base/text.hpp"

// Any bytes are some settings; any text is an author that a commit can hold, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = hn::as_text({data, size});
  const auto file = hn::repo::ConfigFile::parse(text);
  for (const auto& [key, values] : file.all()) {
    HN_ASSERT(key.find('.') != std::string::npos);
    HN_ASSERT(!values.empty());
  }
  if (const auto who = hn::repo::parse_who(text)) {
    HN_ASSERT(!who->name.empty());
    for (const std::string& field : {who->name, who->email})
      HN_ASSERT(field.find_first_of(std::string_view("<>\n\0", 4)) == std::string::npos);
    const auto again = hn::repo::parse_who(who->name + " <" + who->email + ">");
    HN_ASSERT(again && again->name == who->name && again->email == who->email);
  }
  return 0;
}
