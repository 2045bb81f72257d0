#include "hn/object/message.hpp"

#include <algorithm>

namespace hn::object {

std::string_view without_blanks_behind(std::string_view line) {
  while (!line.empty() && std::string_view(" \t\r\n\v\f").find(line.back()) != line.npos)
    line.remove_suffix(1);
  return line;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view without_blank_lines(std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    if (!without_blanks_behind(take_line(rest)).empty()) break;
    text = rest;
  }
  return text;
}

MessageParts parts_of(std::string_view message) {
  MessageParts out;
  std::string_view rest = without_blank_lines(message);
  while (!rest.empty()) {
    std::string_view behind = rest;
    const std::string_view line = without_blanks_behind(take_line(behind));
    if (line.empty()) break;
    if (!out.subject.empty()) out.subject += ' ';
    out.subject += line;
    rest = behind;
  }
  out.body = without_blank_lines(rest);
  return out;
}

}  // namespace hn::object
