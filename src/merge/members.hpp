#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Texts made of members that each have a name, as ranges of the bytes they were written with: what
// JSON objects and files of keys and values have in common (hn-merge(7), JSON, KEYS AND VALUES).
namespace hn::merge {

struct TextMember;

// A value. All views are into the text.
struct MemberValue {
  std::string_view bytes;
  // Of an object, in their order, each key once.
  bool is_object = false;
  std::vector<TextMember> members;
  std::string_view inside;  // the blanks of a JSON object without members
  // Where it stands in the canonical text.
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct TextMember {
  std::string key;        // what it says
  std::string_view lead;  // the blanks before it
  std::string_view head;  // up to the value
  MemberValue value;
  std::string_view trail;  // the blanks after it
};

struct MemberText {
  std::string_view before;  // blanks before and after the object
  std::string_view after;
  MemberValue top;
  std::size_t members = 0;
  // What is said without how: values are equal if theirs are.
  std::string canonical;
  std::string_view canonical_of(const MemberValue& value) const {
    return std::string_view(canonical).substr(value.begin, value.end - value.begin);
  }
};

}  // namespace hn::merge
