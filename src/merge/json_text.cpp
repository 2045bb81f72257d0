// The scanner of hn-merge(7), JSON. It builds no values: a merged text is put together from the
// bytes that people wrote, so all that is kept of a member is where it begins and ends.
#include "merge/json_text.hpp"

#include <algorithm>
#include <cstdint>

#include "hn/base/bytes.hpp"
#include "hn/base/text.hpp"

namespace hn::merge {
namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0U | c >> 6U);
  } else if (c < 0x10000) {
    put(0xe0U | c >> 12U);
    put(0x80U | (c >> 6U & 0x3fU));
  } else {
    put(0xf0U | c >> 18U);
    put(0x80U | (c >> 12U & 0x3fU));
    put(0x80U | (c >> 6U & 0x3fU));
  }
  put(0x80U | (c & 0x3fU));
}

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t members_max)
      : text_(text), members_max_(members_max) {}

  std::optional<MemberText> run() {
    out_.before = blanks();
    if (!value(out_.top, 0) || !out_.top.is_object) return std::nullopt;
    out_.after = blanks();
    if (at_ != text_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (now() != c) return false;
    ++at_;
    return true;
  }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  std::string_view blanks() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size());
    return since(begin);
  }

  bool value(MemberValue& out, std::size_t depth) {
    const std::size_t begin = at_;
    out.begin = out_.canonical.size();
    if (!content(out, depth)) return false;
    out.bytes = since(begin);
    out.end = out_.canonical.size();
    return true;
  }

  bool content(MemberValue& out, std::size_t depth) {
    const char c = now();
    if (c == '{') return depth < kJsonDepthMax && object(out, depth);
    if (c == '[') return depth < kJsonDepthMax && array(depth);
    if (c == '"') return string(nullptr);
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    return word("true") || word("false") || word("null");
  }

  bool word(std::string_view name) {
    if (text_.substr(at_, name.size()) != name) return false;
    at_ += name.size();
    out_.canonical += name;
    return true;
  }

  bool digits() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    return at_ > begin;
  }

  bool number() {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    out_.canonical += since(begin);
    return true;
  }

  bool four_digits(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char c = now();
      const auto digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit == kDigits.npos) return false;
      out = out * 16 + static_cast<std::uint32_t>(digit);
      ++at_;
    }
    return true;
  }

  // Behind the backslash and the 'u'.
  bool code_point(std::string& out) {
    std::uint32_t c = 0;
    if (!four_digits(c) || (c >= 0xdc00 && c < 0xe000)) return false;
    if (c >= 0xd800 && c < 0xdc00) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u') || !four_digits(low) || low < 0xdc00 || low > 0xdfff)
        return false;
      c = 0x10000U + ((c - 0xd800U) << 10U) + (low - 0xdc00U);
    }
    append_utf8(out, c);
    return true;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (take('u')) return code_point(out);
    const auto letter = at_ < text_.size() ? kLetters.find(now()) : kLetters.npos;
    if (letter == kLetters.npos) return false;
    out += kMeant[letter];
    ++at_;
    return true;
  }

  bool string(std::string* meaning) {
    if (!take('"')) return false;
    std::string said;
    while (!take('"')) {
      if (at_ >= text_.size() || static_cast<unsigned char>(now()) < 0x20) return false;
      if (take('\\')) {
        if (!escape(said)) return false;
      } else {
        said += text_[at_++];
      }
    }
    out_.canonical += '"';
    for (const char c : said) {
      if (c == '"' || c == '\\') out_.canonical += '\\';
      out_.canonical += c;
    }
    out_.canonical += '"';
    if (meaning != nullptr) *meaning = std::move(said);
    return true;
  }

  bool array(std::size_t depth) {
    take('[');
    out_.canonical += '[';
    blanks();
    if (!take(']')) {
      do {
        MemberValue element;
        blanks();
        if (!value(element, depth + 1)) return false;
        blanks();
        out_.canonical += ',';
      } while (take(','));
      if (!take(']')) return false;
    }
    out_.canonical += ']';
    return true;
  }

  bool object(MemberValue& out, std::size_t depth) {
    out.is_object = true;
    take('{');
    out_.canonical += '{';
    out.inside = blanks();
    at_ -= out.inside.size();
    if (text_.substr(at_ + out.inside.size(), 1) == "}") {
      at_ += out.inside.size();
    } else {
      do {
        if (!member(out.members.emplace_back(), depth)) return false;
      } while (take(','));
    }
    if (!take('}')) return false;
    out_.canonical += '}';
    return has_each_key_once(out);
  }

  bool member(TextMember& out, std::size_t depth) {
    if (++out_.members > members_max_) return false;
    out.lead = blanks();
    const std::size_t begin = at_;
    if (!string(&out.key)) return false;
    blanks();
    if (!take(':')) return false;
    blanks();
    out.head = since(begin);
    out_.canonical += ':';
    if (!value(out.value, depth + 1)) return false;
    out.trail = blanks();
    out_.canonical += ',';
    return true;
  }

  static bool has_each_key_once(const MemberValue& object) {
    std::vector<std::string_view> keys;
    keys.reserve(object.members.size());
    for (const auto& member : object.members) keys.emplace_back(member.key);
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) == keys.end();
  }

  std::string_view text_;
  std::size_t members_max_;
  std::size_t at_ = 0;
  MemberText out_;
};

}  // namespace

std::optional<MemberText> scan_json(std::string_view text, std::size_t members_max) {
  if (!is_utf8(as_bytes(text))) return std::nullopt;
  return Scanner(text, members_max).run();
}

}  // namespace hn::merge
