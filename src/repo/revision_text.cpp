// The grammar of hn-revisions(7).
#include "hn/repo/revision_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace hn::repo {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Digits; one where there are none. A number that fits no machine leads nowhere, as the greatest.
std::uint64_t number_in(std::string_view digits) {
  if (digits.empty()) return 1;
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return error == std::errc{} ? n : UINT64_MAX;
}

// What stands in braces at the front, without them.
std::optional<std::string_view> take_braces(std::string_view& rest) {
  if (!rest.starts_with('{')) return std::nullopt;
  const std::size_t end = rest.find('}');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return inside;
}

std::optional<RevisionStep> step_in_braces(std::string_view inside) {
  using Kind = RevisionStep::Kind;
  constexpr std::array kKinds{std::pair{std::string_view("commit"), Kind::commit},
                              std::pair{std::string_view("tree"), Kind::tree},
                              std::pair{std::string_view("tag"), Kind::tag},
                              std::pair{std::string_view("object"), Kind::object},
                              std::pair{std::string_view(""), Kind::peeled}};
  if (inside.starts_with('/')) return RevisionStep{Kind::message, 0, std::string(inside.substr(1))};
  for (const auto& [name, kind] : kKinds) {
    if (inside == name) return RevisionStep{kind, 0, {}};
  }
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<RevisionText> run() {
    if (rest_.starts_with(":/")) {
      out_.base = RevisionText::Base::message;
      out_.text = rest_.substr(2);
      return std::move(out_);
    }
    const bool good = !rest_.empty() && base() && steps();
    if (!good) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool base() {
    std::size_t end = 0;
    while (end < rest_.size() && std::string_view("^~:").find(rest_[end]) == rest_.npos &&
           !rest_.substr(end).starts_with("@{")) {
      ++end;
    }
    out_.name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (rest_.starts_with("@{")) return in_time();
    if (!out_.name.empty()) return true;
    out_.name = "HEAD";
    return rest_.starts_with(':');
  }

  bool in_time() {
    rest_.remove_prefix(1);
    const auto inside = take_braces(rest_);
    if (!inside || inside->empty()) return false;
    if (inside->starts_with('-')) {
      if (!out_.name.empty() || !is_digits(inside->substr(1))) return false;
      out_.base = RevisionText::Base::last_switch;
      out_.number = number_in(inside->substr(1));
      return out_.number > 0;
    }
    // A number of nine digits and more is a time (git, refs.c: read_ref_at).
    if (is_digits(*inside) && number_in(*inside) <= 100000000) {
      out_.moves_ago = number_in(*inside);
    } else {
      out_.date = *inside;
    }
    return true;
  }

  std::string_view take_digits() {
    std::size_t n = 0;
    while (n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') ++n;
    const std::string_view digits = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return digits;
  }

  bool steps() {
    while (!rest_.empty()) {
      const char sign = rest_.front();
      rest_.remove_prefix(1);
      if (sign == ':') {
        out_.path = rest_;
        return true;
      }
      if (sign == '~') {
        out_.steps.push_back({RevisionStep::Kind::ancestor, number_in(take_digits()), {}});
      } else if (sign == '^' && rest_.starts_with('{')) {
        const auto inside = take_braces(rest_);
        auto step = inside ? step_in_braces(*inside) : std::nullopt;
        if (!step) return false;
        out_.steps.push_back(std::move(*step));
      } else if (sign == '^') {
        out_.steps.push_back({RevisionStep::Kind::parent, number_in(take_digits()), {}});
      } else {
        return false;
      }
    }
    return true;
  }

  std::string_view rest_;
  RevisionText out_;
};

// Where ".." stands outside of braces and before a path.
std::size_t find_dots(std::string_view text) {
  if (text.starts_with(":/")) return text.npos;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && depth > 0) --depth;
    if (depth > 0) continue;
    if (text[at] == ':') return text.npos;
    if (text.substr(at).starts_with("..")) return at;
  }
  return text.npos;
}

}  // namespace

std::optional<RevisionText> parse_revision(std::string_view text) {
  return Parser(text).run();
}

RangeText parse_range(std::string_view text) {
  using Kind = RangeText::Kind;
  if (const std::size_t dots = find_dots(text); dots != text.npos) {
    const bool three = text.substr(dots).starts_with("...");
    return {three ? Kind::symmetric : Kind::between, std::string(text.substr(0, dots)),
            std::string(text.substr(dots + (three ? 3 : 2))), 0};
  }
  if (text.starts_with('^')) return {Kind::without, std::string(text.substr(1)), {}, 0};
  const std::size_t last = text.rfind('^');
  if (last != text.npos && last > 0 && !text.starts_with(":/") && text.find(':') == text.npos) {
    const std::string_view behind = text.substr(last + 1);
    const std::string left(text.substr(0, last));
    if (behind == "@") return {Kind::parents, left, {}, 0};
    if (behind == "!") return {Kind::alone, left, {}, 0};
    if (behind == "-") return {Kind::since, left, {}, 1};
    if (behind.starts_with('-') && is_digits(behind.substr(1)))
      return {Kind::since, left, {}, number_in(behind.substr(1))};
  }
  return {Kind::one, std::string(text), {}, 0};
}

}  // namespace hn::repo
