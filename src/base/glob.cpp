// The patterns of hnignore(5) and hn-attributes(5).
//
// Git matches by backtracking (after Rich Salz's wildmat, 1986), which recurses once per star and
// can take time exponential in the stars of a pattern. Patterns come with other people's trees, so
// here all places in the pattern that can be reached are kept at once (Ken Thompson, Regular
// Expression Search Algorithm, 1968): time in the product of the lengths, no recursion. A test
// holds the answers against git's own on random patterns.
#include "hn/base/glob.hpp"

#include <algorithm>

namespace hn {
namespace {

constexpr std::string_view kSpecial = "*?[\\";

Byte byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<Byte>(text[at]) : Byte{0};
}

bool is_lower(Byte c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(Byte c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(Byte c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(Byte c) {
  return is_lower(c) || is_upper(c) || is_digit(c);
}
bool is_graph(Byte c) {
  return c > ' ' && c < 0x7f;
}

// The classes of git, which are ASCII's in every locale; its [:space:] has neither vertical tab nor
// form feed.
bool in_class(std::string_view name, Byte c, bool& known) {
  if (name == "alnum") return is_alnum(c);
  if (name == "alpha") return is_lower(c) || is_upper(c);
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "cntrl") return c < ' ' || c == 0x7f;
  if (name == "digit") return is_digit(c);
  if (name == "graph") return is_graph(c);
  if (name == "lower") return is_lower(c);
  if (name == "print") return c == ' ' || is_graph(c);
  if (name == "punct") return is_graph(c) && !is_alnum(c);
  if (name == "space") return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  if (name == "upper") return is_upper(c);
  if (name == "xdigit") return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  known = false;
  return false;
}

// Reads what stands between '[' and ']'. A bracket that is not closed, or names an unknown class,
// matches nothing at all.
class SetReader {
 public:
  SetReader(std::string_view pattern, std::size_t at) : pattern_(pattern), at_(at) {}

  bool read() {
    bool negated = current() == '!' || current() == '^';
    if (negated) ++at_;
    do {
      if (!item()) return false;
    } while (current() != ']');
    if (negated)
      for (bool& member : members) member = !member;
    return true;
  }
  std::size_t end() const { return at_ + 1; }

  std::array<bool, 256> members{};

 private:
  Byte current() const { return byte_at(pattern_, at_); }

  // One member, range or class; afterwards at_ stands behind it.
  bool item() {
    Byte c = current();
    if (c == 0) return false;
    if (c == '-' && previous_ != 0 && byte_at(pattern_, at_ + 1) != 0 &&
        byte_at(pattern_, at_ + 1) != ']') {
      return range();
    }
    if (c == '[' && byte_at(pattern_, at_ + 1) == ':') return named();
    if (c == '\\') {
      ++at_;
      c = current();
      if (c == 0) return false;
    }
    return add(c);
  }

  bool add(Byte c) {
    members[c] = true;
    previous_ = c;
    ++at_;
    return true;
  }

  bool range() {
    ++at_;
    if (current() == '\\') ++at_;
    Byte last = current();
    if (last == 0) return false;
    for (unsigned c = previous_; c <= last; ++c) members[c] = true;
    previous_ = 0;
    ++at_;
    return true;
  }

  bool named() {
    std::size_t begin = at_ + 2;
    std::size_t close = pattern_.find(']', begin);
    if (close == std::string_view::npos) return false;
    if (close == begin || pattern_[close - 1] != ':') return add('[');
    std::string_view name = pattern_.substr(begin, close - 1 - begin);
    bool known = true;
    for (unsigned c = 0; c < 256; ++c)
      if (in_class(name, static_cast<Byte>(c), known)) members[c] = true;
    previous_ = 0;
    at_ = close + 1;
    return known;
  }

  std::string_view pattern_;
  std::size_t at_;
  Byte previous_ = 0;  // what a range may start from
};

}  // namespace

Glob::Glob(std::string_view pattern, bool path) : path_(path) {
  for (std::size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (c == '*') {
      at = add_stars(pattern, at);
    } else if (c == '[') {
      at = add_set(pattern, at + 1);
    } else if (c == '?') {
      tokens_.push_back({Kind::any});
      ++at;
    } else if (c == '\\') {
      bool escapes = at + 1 < pattern.size();
      if (!escapes) tokens_.push_back({Kind::never});
      if (escapes) tokens_.push_back({Kind::byte, static_cast<Byte>(pattern[at + 1])});
      at += 2;
    } else {
      tokens_.push_back({Kind::byte, static_cast<Byte>(c)});
      ++at;
    }
  }
  find_needed();
}

void Glob::find_needed() {
  std::string run;
  for (const Token& token : tokens_) {
    if (token.kind != Kind::byte) {
      run.clear();
      continue;
    }
    run += static_cast<char>(token.byte);
    if (run.size() > needed_.size()) needed_ = run;
  }
}

std::size_t Glob::add_set(std::string_view pattern, std::size_t at) {
  SetReader reader(pattern, at);
  if (!reader.read()) {
    tokens_.push_back({Kind::never});
    return pattern.size();
  }
  tokens_.push_back({Kind::set, 0, static_cast<std::uint32_t>(sets_.size())});
  sets_.push_back(reader.members);
  return reader.end();
}

// Two stars or more cross slashes where they make up a whole name, and "**/" may stand for nothing.
std::size_t Glob::add_stars(std::string_view pattern, std::size_t at) {
  std::size_t end = std::min(pattern.find_first_not_of('*', at), pattern.size());
  if (!path_) {
    tokens_.push_back({Kind::star_star});
    return end;
  }
  bool starts = at == 0 || pattern[at - 1] == '/';
  std::string_view rest = pattern.substr(end);
  bool ends = rest.empty() || rest[0] == '/' || rest.substr(0, 2) == "\\/";
  if (end - at < 2 || !starts || !ends) {
    tokens_.push_back({Kind::star});
    return end;
  }
  if (rest.empty() || rest[0] != '/') {
    tokens_.push_back({Kind::star_star});
    return end;
  }
  tokens_.push_back({Kind::maybe});
  tokens_.push_back({Kind::through});
  return end + 1;
}

bool Glob::takes(const Token& token, Byte byte) const {
  switch (token.kind) {
    case Kind::byte:
      return token.byte == byte;
    case Kind::any:
    case Kind::star:
      return !path_ || byte != '/';
    case Kind::set:
      return sets_[token.set][byte] && (!path_ || byte != '/');
    case Kind::star_star:
    case Kind::through:
      return true;
    case Kind::maybe:
    case Kind::never:
      return false;
  }
  return false;
}

// Adds the places that are reached without taking a byte.
void Glob::close(std::vector<char>& reached) const {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (!reached[i]) continue;
    Kind kind = tokens_[i].kind;
    if (kind == Kind::star || kind == Kind::star_star) reached[i + 1] = 1;
    if (kind == Kind::maybe) reached[i + 1] = reached[i + 2] = 1;
  }
}

// Whether its first and last byte can be a match's, and what every match needs is in it: nearly all
// names are refused by them, and cost no more.
bool Glob::may_match(std::string_view text) const {
  const auto is_one_byte = [](const Token& token) {
    return token.kind == Kind::byte || token.kind == Kind::any || token.kind == Kind::set;
  };
  const auto takes_at = [&](const Token& token, std::size_t at) {
    return !is_one_byte(token) || (!text.empty() && takes(token, static_cast<Byte>(text[at])));
  };
  if (tokens_.empty()) return text.empty();
  const bool last_may_be_left_out =
      tokens_.size() > 1 && tokens_[tokens_.size() - 2].kind == Kind::maybe;
  return takes_at(tokens_.front(), 0) &&
         (last_may_be_left_out || takes_at(tokens_.back(), text.size() - 1)) &&
         text.find(needed_) != std::string_view::npos;
}

bool Glob::matches(std::string_view text) const {
  if (!may_match(text)) return false;
  std::vector<char> reached(tokens_.size() + 1, 0);
  std::vector<char> next(tokens_.size() + 1, 0);
  reached[0] = 1;
  close(reached);
  for (char c : text) {
    Byte byte = static_cast<Byte>(c);
    std::fill(next.begin(), next.end(), 0);
    bool any = false;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!reached[i] || !takes(tokens_[i], byte)) continue;
      any = true;
      Kind kind = tokens_[i].kind;
      bool stays = kind == Kind::star || kind == Kind::star_star || kind == Kind::through;
      if (stays) next[i] = 1;
      if (!stays || (kind == Kind::through && byte == '/')) next[i + 1] = 1;
    }
    if (!any) return false;
    close(next);
    std::swap(reached, next);
  }
  return reached[tokens_.size()] != 0;
}

PathPattern::PathPattern(std::string_view pattern) {
  if (!pattern.empty() && pattern.back() == '/') {
    folders_only_ = true;
    pattern.remove_suffix(1);
  }
  name_only_ = pattern.find('/') == std::string_view::npos;
  if (!pattern.empty() && pattern[0] == '/') pattern.remove_prefix(1);
  std::size_t special = std::min(pattern.find_first_of(kSpecial), pattern.size());
  if (special == pattern.size()) {
    literal_ = pattern;
  } else if (!name_only_) {
    literal_ = pattern.substr(0, special);
    glob_.emplace(pattern.substr(special), true);
  } else if (pattern[0] == '*' && pattern.find_first_of(kSpecial, 1) == std::string_view::npos) {
    literal_ = pattern.substr(1);
    ends_with_ = true;
  } else {
    glob_.emplace(pattern, false);
  }
}

bool PathPattern::matches(std::string_view path, bool folder) const {
  return matches(path, path.substr(path.rfind('/') + 1), folder);  // npos + 1 is 0
}

bool PathPattern::matches(std::string_view path, std::string_view name, bool folder) const {
  if (folders_only_ && !folder) return false;
  if (name_only_) {
    if (glob_) return glob_->matches(name);
    if (ends_with_) return name.ends_with(literal_);
    return name == literal_;
  }
  if (!path.starts_with(literal_)) return false;
  std::string_view rest = path.substr(literal_.size());
  return glob_ ? glob_->matches(rest) : rest.empty();
}

}  // namespace hn
