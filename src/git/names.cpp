#include "git/names.hpp"

#include <algorithm>

namespace hn::git {
namespace {

// Room for a number behind a name that was cut.
constexpr std::size_t kCutNameBytes = object::kNameBytesMax - 64;

std::string readable(std::string_view name) {
  if (name.empty()) return "%";
  if (name == ".") return "%2E";
  if (name == "..") return "%2E%2E";
  std::string out;
  for (const char c : name.substr(0, kCutNameBytes / 3)) {
    if (c == '/')
      out.append("%2F");
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace

Names::Names(std::span<const TreeLine> lines, bool plain) : simple_(plain) {
  if (plain) return;
  for (const TreeLine& line : lines) all_.insert(line.name);
}

std::string Names::next(std::string_view name) {
  if (simple_) return std::string(name);
  if (object::is_tree_name(name) && used_.insert(name).second) return std::string(name);
  return stand_in(name);
}

// A name that came before gets a number; a name that hn refuses gets one only if it must.
std::string Names::stand_in(std::string_view name) {
  const std::string plain = readable(name);
  std::string out = plain;
  std::size_t& n = tries_[plain];
  while (all_.contains(out) || stand_ins_.contains(out))
    out = plain + "%7E" + std::to_string(++n + 1);
  stand_ins_.insert(out);
  return out;
}

}  // namespace hn::git
