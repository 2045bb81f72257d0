// The names of hn-log(5), section NAMES.
#include <algorithm>

#include "hn/log/payload.hpp"
#include "hn/log/view.hpp"

namespace hn::log {
namespace {

bool is_control(unsigned char c) noexcept {
  return c < 0x20 || c == 0x7f;
}

// One part of a reference between slashes, by git-check-ref-format(1).
bool is_ref_part(std::string_view part) noexcept {
  return !part.empty() && part.front() != '.' && !part.ends_with(".lock") &&
         part.find("..") == part.npos && part.find("@{") == part.npos &&
         std::none_of(part.begin(), part.end(), [](char c) {
           return is_control(static_cast<unsigned char>(c)) ||
                  std::string_view(" ~^:?*[\\").find(c) != std::string_view::npos;
         });
}

// The C1 controls, as UTF-8 writes them: they command terminals as the C0 controls do.
bool has_c1_control(std::string_view text) noexcept {
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) == 0xc2 &&
        static_cast<unsigned char>(text[i + 1]) < 0xa0)
      return true;
  return false;
}

}  // namespace

bool is_label(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLabelBytesMax && text.front() != '-' &&
         is_utf8(as_bytes(text)) && !has_c1_control(text) &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return is_control(static_cast<unsigned char>(c)) || c == ' ' || c == '@' || c == '/';
         });
}

bool is_ref_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > kRefNameBytesMax || text == "@" || text.back() == '.' ||
      text.front() == '-')
    return false;
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_ref_part(text.substr(0, slash))) return false;
    if (slash == text.npos) return true;
    text.remove_prefix(slash + 1);
  }
}

std::string_view name_of(Visibility visibility) noexcept {
  switch (visibility) {
    case Visibility::open:
      return "public";
    case Visibility::members:
      return "members";
    case Visibility::sealed:
      return "sealed";
  }
  return "unknown";
}

std::string_view name_of(Right right) noexcept {
  switch (right) {
    case Right::read:
      return "read";
    case Right::write:
      return "write";
    case Right::admin:
      return "admin";
  }
  return "unknown";
}

std::string_view name_of(Status status) noexcept {
  constexpr std::string_view kNames[] = {"pending", "invalid", "rejected", "accepted"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view name_of(Reason reason) noexcept {
  constexpr std::string_view kNames[] = {
      "none",     "other_repository", "bad_genesis",  "bad_chain",  "bad_depth", "bad_seen",
      "no_past",  "not_introduced",   "invalid_past", "no_grant",   "cut",       "left",
      "no_right", "no_branch",        "bad_cut",      "sealed_root"};
  return kNames[static_cast<std::size_t>(reason)];
}

}  // namespace hn::log
