#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// JSON objects as ranges of the bytes they were written with (hn-merge(7), JSON).
namespace hn::merge {

// So that no text can exhaust a stack.
inline constexpr std::size_t kJsonDepthMax = 64;

struct JsonMember;

// A value. All views are into the text.
struct JsonValue {
  std::string_view bytes;
  // Of an object, in their order, each key once.
  bool is_object = false;
  std::vector<JsonMember> members;
  std::string_view inside;  // the blanks of an object without members
  // Where it stands in the canonical text.
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct JsonMember {
  std::string key;        // what it says
  std::string_view lead;  // the blanks before it
  std::string_view head;  // up to the value
  JsonValue value;
  std::string_view trail;  // the blanks after it
};

struct JsonText {
  std::string_view before;  // blanks before and after the object
  std::string_view after;
  JsonValue top;
  std::size_t members = 0;
  // The text without blanks and with strings written in one way: values are equal if these are.
  std::string canonical;
  std::string_view canonical_of(const JsonValue& value) const {
    return std::string_view(canonical).substr(value.begin, value.end - value.begin);
  }
};

// Strict (RFC 8259, UTF-8 without a byte order mark, no lone surrogates); nothing for what is not
// one object, has a key twice in one object, is nested deeper than kJsonDepthMax, or has more than
// `members_max` members. The text outlives the result.
std::optional<JsonText> scan_json(std::string_view text, std::size_t members_max);

}  // namespace hn::merge
