#include "hn/merge/lines.hpp"

#include <algorithm>
#include <cstring>

// Specified in hn-merge(7), TEXTS AND LINES.
namespace hn::merge {

std::vector<Line> split_lines(ByteView text) {
  std::vector<Line> lines;
  std::string_view rest = as_text(text);
  lines.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')) + 1);
  while (!rest.empty()) {
    const auto newline = rest.find('\n');
    const auto length = newline == std::string_view::npos ? rest.size() : newline + 1;
    lines.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return lines;
}

bool is_text(ByteView bytes) noexcept {
  if (bytes.size() > kTextBytesMax) return false;
  const auto probe = bytes.first(std::min(bytes.size(), kBinaryProbeBytes));
  return probe.empty() || std::memchr(probe.data(), 0, probe.size()) == nullptr;
}

}  // namespace hn::merge
