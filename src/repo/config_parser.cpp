#include "repo/config_parser.hpp"

#include <algorithm>

namespace hn::repo {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

}  // namespace

std::optional<ConfigParser::Piece> ConfigParser::next() {
  comments_ = false;
  const bool more = skip_blank();
  Piece out;
  out.comments = comments_;
  out.begin = text_.size() - rest_.size();
  if (more && rest_.front() == '[') {
    if (!section()) return std::nullopt;
    out.kind = Piece::Kind::section;
    out.key = section_;
  } else if (more) {
    const std::string key = name();
    if (key.empty() || section_.empty()) return std::nullopt;
    out.kind = Piece::Kind::entry;
    out.key = section_ + "." + key;
    out.value = "true";
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '=') {
      rest_.remove_prefix(1);
      auto value = value_text();
      if (!value) return std::nullopt;
      out.value = std::move(*value);
    } else if (!rest_.empty() && rest_.front() == '\n') {
      rest_.remove_prefix(1);
    }
  }
  out.end = text_.size() - rest_.size();
  return out;
}

void ConfigParser::skip_spaces() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
}

void ConfigParser::skip_line() {
  const std::size_t end = rest_.find('\n');
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
}

// To the next character that means something; false at the end.
bool ConfigParser::skip_blank() {
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '#' || c == ';') {
      comments_ = true;
      skip_line();
    } else if (is_space(c) || c == '\n') {
      rest_.remove_prefix(1);
    } else {
      return true;
    }
  }
  return false;
}

std::string ConfigParser::name() {
  std::size_t n = 0;
  const auto is_name = [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  while (n < rest_.size() && is_name(rest_[n])) ++n;
  std::string out = lowered(rest_.substr(0, n));
  rest_.remove_prefix(n);
  return out;
}

bool ConfigParser::section() {
  rest_.remove_prefix(1);
  section_ = name();
  skip_spaces();
  if (!rest_.empty() && rest_.front() == '"') {
    rest_.remove_prefix(1);
    section_ += '.';
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      if (rest_.front() == '\n') return false;
      section_ += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
  }
  if (rest_.empty() || rest_.front() != ']') return false;
  rest_.remove_prefix(1);
  return !section_.empty();
}

std::optional<std::string> ConfigParser::value_text() {
  std::string out;
  std::size_t kept = 0;  // trailing spaces outside quotes are dropped
  bool quoted = false;
  skip_spaces();
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') break;
    if (c == '"') {
      quoted = !quoted;
      kept = out.size();
    } else if (!quoted && (c == '#' || c == ';')) {
      skip_line();
      break;
    } else if (c == '\\') {
      if (!escape(out)) return std::nullopt;
      kept = out.size();
    } else {
      out += c;
      if (quoted || !is_space(c)) kept = out.size();
    }
  }
  if (quoted) return std::nullopt;
  out.resize(kept);
  return out;
}

bool ConfigParser::escape(std::string& out) {
  if (rest_.empty()) return true;  // the end of the file ends a line
  if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
  const char c = rest_.front();
  rest_.remove_prefix(1);
  switch (c) {
    case '\n':
      return true;
    case 'n':
      out += '\n';
      return true;
    case 't':
      out += '\t';
      return true;
    case 'b':
      out += '\b';
      return true;
    case '"':
    case '\\':
      out += c;
      return true;
    default:
      return false;
  }
}

}  // namespace hn::repo
