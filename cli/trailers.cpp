// After git's trailer.c and sequencer.c (append_signoff), but that a last paragraph has to be
// trailers alone.
#include "trailers.hpp"

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

bool is_key(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && c != '-') return false;
  }
  return true;
}

bool is_trailer(std::string_view line) {
  if (line.starts_with("(cherry picked from commit ")) return true;
  return line.find(':') != line.npos && is_key(line.substr(0, line.find(':')));
}

// The last paragraph, if it is not the first one and of trailers alone.
std::string_view trailers_of(std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  const std::size_t at = message.rfind("\n\n");
  if (at == message.npos) return {};
  const std::string_view block = message.substr(at + 2);
  for (std::string_view rest = block; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    const bool goes_on = line.starts_with(' ') || line.starts_with('\t');
    if (!goes_on && !is_trailer(line)) return {};
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
  return block;
}

}  // namespace

std::string with_trailer(std::string message, const std::string& line) {
  const std::string_view block = trailers_of(message);
  const std::size_t last = block.rfind('\n');
  if (!block.empty() && block.substr(last == block.npos ? 0 : last + 1) == line) return message;
  const bool joins = !block.empty();
  if (!message.empty() && !message.ends_with('\n')) message += '\n';
  if (!joins) message += message.empty() ? "\n\n" : "\n";
  return message + line + "\n";
}

std::string trailer_of(std::string_view text) {
  const std::size_t at = text.find_first_of(":=");
  std::string_view key = text.substr(0, at);
  while (key.ends_with(' ')) key.remove_suffix(1);
  if (at == text.npos || !is_key(key))
    throw Failure(Code::usage, "'" + std::string(text) + "' is no trailer",
                  "such as --trailer 'Reviewed-by: Sam <sam@example.org>'");
  std::string_view value = text.substr(at + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  return std::string(key) + ": " + std::string(value);
}

}  // namespace hn::cli
