// layer: repo
#include "hn/repo/config.hpp"

#include "hn/base/assert.hpp"
#include "hn/base/error.hpp"
#include "hn/base/text.hpp"

// Any bytes are some settings; any text is an author that a commit can hold, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = hn::as_text({data, size});
  const auto file = hn::repo::ConfigFile::parse(text);
  for (const hn::repo::ConfigEntry& entry : file.all())
    HN_ASSERT(entry.key.find('.') != std::string::npos);
  // Whatever else the file says, what was set is what it says afterwards.
  try {
    const auto edited = hn::repo::edited_config(std::string(text), "alias.x",
                                                hn::repo::ConfigEdit::set, "a \"b\\c# ");
    if (edited) HN_ASSERT(hn::repo::ConfigFile::parse(*edited).get("alias.x") == "a \"b\\c# ");
  } catch (const hn::Failure& failure) {
    HN_ASSERT(failure.code() == hn::Code::invalid);
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
