// layer: merge
#include "hn/base/assert.hpp"
#include "hn/merge/attributes.hpp"

// The first line is a path, the rest an attribute file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  const std::string_view text = as_text({data, size});
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view path = text.substr(0, end);
  const auto attributes = merge::Attributes::parse(as_bytes(text.substr(end)));
  if (!attributes) return 0;
  HN_ASSERT(attributes->size() <= merge::kAttributesRulesMax);
  const auto policy = attributes->policy(path);
  const auto* found = attributes->find(path, "merge");
  HN_ASSERT(policy.has_value() == (found != nullptr));
  if (policy) HN_ASSERT(merge::policy_named(found->value) == policy);
  for (const merge::Attribute* attribute : attributes->all(path))
    HN_ASSERT(attributes->find(path, attribute->name) == attribute);
  return 0;
}
