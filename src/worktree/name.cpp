#include "hn/worktree/name.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace hn::worktree {
namespace {

// The code points that HFS+ leaves out of comparisons, as UTF-8 of three bytes.
bool is_left_out(std::string_view three) {
  if (three.size() < 3) return false;
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(three[i]); };
  if (byte(0) == 0xef) return byte(1) == 0xbb && byte(2) == 0xbf;  // U+FEFF
  if (byte(0) != 0xe2) return false;
  if (byte(1) == 0x80 && byte(2) >= 0x8c && byte(2) <= 0x8f) return true;  // U+200C..200F
  if (byte(1) == 0x80 && byte(2) >= 0xaa && byte(2) <= 0xae) return true;  // U+202A..202E
  return byte(1) == 0x81 && byte(2) >= 0xaa && byte(2) <= 0xaf;            // U+206A..206F
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_short_name(std::string_view name, std::string_view stem) {
  if (!name.starts_with(stem)) return false;
  name.remove_prefix(stem.size());
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

int rank(char c) {
  return c == '/' ? 0 : static_cast<unsigned char>(c);
}

}  // namespace

bool is_reserved_name(std::string_view name) noexcept {
  // Nearly every name is told by its first byte: that of a dot, of "git" or "hn", or of a code
  // point that is left out.
  constexpr std::string_view kFirst = ".gGhH\xe2\xef";
  if (name.empty() || kFirst.find(name.front()) == std::string_view::npos) return false;
  std::array<char, 16> kept{};
  std::size_t n = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (is_left_out(name.substr(i, 3))) {
      i += 2;
      continue;
    }
    char c = lower(name[i]);
    if (c == ':' || c == '\\') break;
    if (n < kept.size()) {
      kept[n++] = c;
    } else if (c != '.' && c != ' ') {
      return false;
    }
  }
  while (n > 0 && (kept[n - 1] == '.' || kept[n - 1] == ' ')) --n;
  std::string_view bare(kept.data(), n);
  return bare == ".git" || bare == ".hn" || is_short_name(bare, "git~") ||
         is_short_name(bare, "hn~");
}

std::size_t depth_of(std::string_view path) noexcept {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

// Paths that are compared have long beginnings in common: eight bytes at a time.
bool path_less(std::string_view a, std::string_view b) noexcept {
  const std::size_t both = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= both; at += 8)
    if (std::memcmp(a.data() + at, b.data() + at, 8) != 0) break;
  while (at < both && a[at] == b[at]) ++at;
  if (at == b.size()) return false;
  if (at == a.size()) return true;
  return rank(a[at]) < rank(b[at]);
}

bool is_below(std::string_view path, std::string_view folder) noexcept {
  if (folder.empty()) return true;
  return path.size() > folder.size() && path[folder.size()] == '/' && path.starts_with(folder);
}

std::string_view folder_of(std::string_view path) noexcept {
  std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of_path(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

std::string join(std::string_view folder, std::string_view name) {
  std::string out(folder);
  if (!out.empty()) out += '/';
  return out += name;
}

std::string folded(std::string_view name, const Traits& traits) {
  std::string out(name);
  if (traits.folds_case) std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

}  // namespace hn::worktree
