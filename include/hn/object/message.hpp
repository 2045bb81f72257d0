#pragma once

#include <string>
#include <string_view>

namespace hn::object {

struct MessageParts {
  std::string subject;    // the lines of the first paragraph without blanks at their ends, joined
  std::string_view body;  // what follows it; a view into the message
};
MessageParts parts_of(std::string_view message);

std::string_view without_blank_lines(std::string_view text);  // at its beginning
// Without what ends a line and the blanks before that.
std::string_view without_blanks_behind(std::string_view line);
std::string_view take_line(std::string_view& text);

}  // namespace hn::object
