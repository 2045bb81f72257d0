// The %-fields of git-log(1), PRETTY FORMATS, as far as hn has what they stand for.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "colour_words.hpp"
#include "commit_format.hpp"
#include "described.hpp"
#include "hn/base/text.hpp"
#include "hn/object/message.hpp"
#include "hn/repo/dates.hpp"
#include "trailers.hpp"

namespace hn::cli {
namespace {

std::string_view first_line(std::string_view message) {
  std::string_view rest = object::without_blank_lines(message);
  return object::take_line(rest);
}

// Letters, digits, dots and underscores; all else is a dash.
std::string as_file_name(std::string_view subject) {
  std::string out;
  bool gap = false;
  bool begun = false;
  for (std::size_t i = 0; i < subject.size(); ++i) {
    const char c = subject[i];
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_';
    if (!kept) {
      gap = true;
      continue;
    }
    if (gap && begun) out += '-';
    gap = false;
    begun = true;
    out += c;
    while (c == '.' && i + 1 < subject.size() && subject[i + 1] == '.') ++i;
  }
  while (!out.empty() && (out.back() == '.' || out.back() == '-')) out.pop_back();
  return out;
}

struct Shown {
  const Context& context;
  const object::Id& id;
  const object::Commit& commit;
  const CommitFormat& format;
  mutable bool colours_by_itself = false;  // behind %C(auto)
};

std::optional<std::string> of_person(const object::Person& who, char what, const Shown& g) {
  const WallTime now = g.context.world.clock.wall();
  const auto shown = [&](const char* mode) { return DateMode::parse(mode).shown(who.time, now); };
  switch (what) {
    case 'n':
    case 'N':
      return who.name;
    case 'e':
    case 'E':
      return who.email;
    case 'l':
    case 'L':
      return who.email.substr(0, who.email.find('@'));
    case 'd':
      return g.format.date.shown(who.time, now);
    case 'D':
      return shown("rfc");
    case 'r':
      return shown("relative");
    case 't':
      return std::to_string(who.time.seconds);
    case 'i':
      return shown("iso");
    case 'I':
      return shown("iso-strict");
    case 's':
      return shown("short");
    case 'h':
      return shown("human");
    default:
      return std::nullopt;
  }
}

std::string joined(const std::vector<object::Id>& ids, std::size_t digits = std::string::npos) {
  std::string out;
  for (const object::Id& id : ids)
    out += (out.empty() ? "" : " ") + object::to_hex(id).substr(0, digits);
  return out;
}

std::string names_at(const Shown& g, std::string_view front, std::string_view end) {
  const auto at = g.format.names.find(g.id);
  if (at == g.format.names.end()) return "";
  return decorated(at->second, g.colours_by_itself, front, end);
}

// In the colour of a commit, where %C(auto) stands in front.
std::string as_commit(const std::string& text, const Shown& g) {
  return g.colours_by_itself ? "\x1b[33m" + text + "\x1b[m" : text;
}

// One field at the front of `rest`, without its %; nullopt where there is none of that name.
// Without a commit only whether there is one.
class Field {
 public:
  Field(std::string_view& rest, bool first) : rest_(rest), first_(first) {}

  std::optional<std::string> value(const Shown* g) {
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    if (c == 'x') return byte();
    if (c == 'C') return colour(g);
    if (c == 'a' || c == 'c') return person(g, c);
    if (c == '(') return named(g);
    rest_.remove_prefix(1);
    if (std::string_view("HhTtPpsfbBeDdn%mNS").find(c) == std::string_view::npos)
      return std::nullopt;
    return g == nullptr ? "" : plain(c, *g);
  }

 private:
  // %(trailers:...) and %(describe:...).
  std::optional<std::string> named(const Shown* g) {
    const std::size_t end = rest_.find(')');
    if (end == rest_.npos) return std::nullopt;
    const std::string_view inside = rest_.substr(1, end - 1);
    const std::string_view name = inside.substr(0, inside.find(':'));
    const std::string_view words = inside.substr(std::min(name.size() + 1, inside.size()));
    rest_.remove_prefix(end + 1);
    if (name == "trailers") {
      const auto format = TrailerFormat::parse(words);
      if (!format) return std::nullopt;
      return g == nullptr ? "" : format->shown(g->commit.message);
    }
    if (name != "describe" || !DescribeOptions::parse(words)) return std::nullopt;
    return g == nullptr ? "" : g->format.description(g->id, words);
  }

  std::optional<std::string> byte() {
    const auto digit = [](char c) {
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : -1;
    };
    if (rest_.size() < 3 || digit(rest_[1]) < 0 || digit(rest_[2]) < 0) return std::nullopt;
    const std::string out(1, static_cast<char>(digit(rest_[1]) * 16 + digit(rest_[2])));
    rest_.remove_prefix(3);
    return out;
  }

  std::optional<std::string> colour(const Shown* g) {
    rest_.remove_prefix(1);
    const bool wanted = g != nullptr && g->context.colour;
    if (rest_.starts_with("(auto)")) {
      rest_.remove_prefix(6);
      if (wanted) g->colours_by_itself = true;
      return wanted && !first_ ? "\x1b[m" : "";
    }
    if (g != nullptr) g->colours_by_itself = false;
    if (rest_.starts_with('(')) {
      const std::size_t end = rest_.find(')');
      if (end == rest_.npos) return std::nullopt;
      std::string_view words = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
      const bool always = words.starts_with("always,");
      if (always || words.starts_with("auto,")) words.remove_prefix(words.find(',') + 1);
      auto out = colour_code(words);
      if (out && !wanted && !always) out->clear();
      return out;
    }
    constexpr std::array<std::string_view, 13> kShort{
        "red",   "green", "yellow", "blue", "magenta", "cyan", "white",
        "black", "bold",  "dim",    "ul",   "reverse", "reset"};
    const auto* at =
        std::ranges::find_if(kShort, [&](std::string_view one) { return rest_.starts_with(one); });
    if (at == kShort.end()) return std::nullopt;
    rest_.remove_prefix(at->size());
    return wanted ? colour_code(*at) : "";
  }

  std::optional<std::string> person(const Shown* g, char whose) {
    if (rest_.size() < 2) return std::nullopt;
    const char what = rest_[1];
    rest_.remove_prefix(2);
    if (std::string_view("neldDrtiIsNELh").find(what) == std::string_view::npos)
      return std::nullopt;
    if (g == nullptr) return "";
    return of_person(whose == 'a' ? g->commit.author : g->commit.committer, what, *g);
  }

  static std::string plain(char c, const Shown& g) {
    const object::Commit& commit = g.commit;
    switch (c) {
      case 'H':
        return as_commit(object::to_hex(g.id), g);
      case 'h':
        return as_commit(object::to_hex(g.id).substr(0, g.format.digits), g);
      case 'T':
        return object::to_hex(commit.tree);
      case 't':
        return object::to_hex(commit.tree).substr(0, g.format.digits);
      case 'P':
        return joined(commit.parents);
      case 'p':
        return joined(commit.parents, g.format.digits);
      case 's':
        return object::parts_of(commit.message).subject;
      case 'f':
        return as_file_name(first_line(commit.message));
      case 'b':
        return std::string(object::parts_of(commit.message).body);
      case 'B':
        return commit.message;
      case 'D':
        return names_at(g, "", "");
      case 'd':
        return names_at(g, " (", ")");
      case 'N':  // notes, which there are none of
        return "";
      case 'e':
        for (const object::Header& header : commit.headers)
          if (header.key == "encoding") return header.value;
        return "";
      case 'n':
        return "\n";
      case 'm':
        return std::string(1, g.format.marks ? g.format.marks->sign(g.id) : '>');
      case 'S':
        return g.format.marks ? g.format.marks->source(g.id) : "";
      default:
        return std::string(1, c);
    }
  }

  std::string_view& rest_;
  bool first_;  // nothing was printed before it
};

std::optional<std::string> next_value(std::string_view& rest, const Shown* g,
                                      const std::string& before, std::size_t& cut) {
  char magic = 0;
  if (!rest.empty() && std::string_view("+- ").find(rest.front()) != std::string_view::npos) {
    magic = rest.front();
    rest.remove_prefix(1);
  }
  auto value = Field(rest, before.empty()).value(g);
  if (!value || magic == 0) return value;
  if (magic == '-' && value->empty()) {
    while (cut < before.size() && before[before.size() - 1 - cut] == '\n') ++cut;
  }
  if (magic == '+' && !value->empty()) value->insert(0, "\n");
  if (magic == ' ' && !value->empty()) value->insert(0, " ");
  return value;
}

// "%<(20,trunc)" and its like: how the next field is padded.
struct Padding {
  enum class Side { none, left, right, steal, both };  // where the field stands
  enum class Cut { none, end, begin, middle };
  Side side = Side::none;
  Cut cut = Cut::none;
  std::size_t width = 0;
  bool to_column = false;
};

// At the front of `rest`, which is left alone where it is none.
std::optional<Padding> padding_of(std::string_view& rest) {
  std::string_view at = rest;
  Padding out;
  if (at.starts_with(">>")) {
    out.side = Padding::Side::steal;
  } else if (at.starts_with("><")) {
    out.side = Padding::Side::both;
  } else if (at.starts_with('<')) {
    out.side = Padding::Side::left;
  } else if (at.starts_with('>')) {
    out.side = Padding::Side::right;
  } else {
    return std::nullopt;
  }
  at.remove_prefix(out.side == Padding::Side::steal || out.side == Padding::Side::both ? 2 : 1);
  out.to_column = at.starts_with('|');
  if (out.to_column) at.remove_prefix(1);
  const std::size_t end = at.find(')');
  if (!at.starts_with('(') || end == at.npos) return std::nullopt;
  std::string_view inside = at.substr(1, end - 1);
  while (inside.starts_with(' ')) inside.remove_prefix(1);
  const auto [last, error] =
      std::from_chars(inside.data(), inside.data() + inside.size(), out.width);
  if (error != std::errc{} || out.width == 0 || out.width > 10'000) return std::nullopt;
  inside.remove_prefix(static_cast<std::size_t>(last - inside.data()));
  while (inside.starts_with(' ')) inside.remove_prefix(1);
  if (inside == ",trunc")
    out.cut = Padding::Cut::end;
  else if (inside == ",ltrunc")
    out.cut = Padding::Cut::begin;
  else if (inside == ",mtrunc")
    out.cut = Padding::Cut::middle;
  else if (!inside.empty())
    return std::nullopt;
  rest = at.substr(end + 1);
  return out;
}

// Columns, without what is a colour.
std::size_t shown_columns(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const std::size_t escape = std::min(text.find('\x1b'), text.size());
    columns += columns_of(text.substr(0, escape));
    // What moves no cursor to the right, as git sees it.
    columns -= static_cast<std::size_t>(std::ranges::count_if(
        text.substr(0, escape), [](char c) { return static_cast<unsigned char>(c) < 32; }));
    text.remove_prefix(escape);
    if (!text.empty()) text.remove_prefix(std::min(text.find('m'), text.size() - 1) + 1);
  }
  return columns;
}

// The columns from `from` on, so many of them, give way to "..".
std::string without_columns(std::string_view text, std::size_t from, std::size_t columns) {
  std::string out;
  std::size_t column = 0;
  bool told = false;
  while (!text.empty()) {
    std::size_t size = 1;
    if (text.front() == '\x1b') {
      size = std::min(text.find('m'), text.size() - 1) + 1;
      out += text.substr(0, size);
    } else {
      while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) ++size;
      const bool kept = column < from || column >= from + columns;
      if (kept)
        out += text.substr(0, size);
      else if (!std::exchange(told, true))
        out += "..";
      column += columns_of(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return out;
}

void add_padded(std::string& out, std::string value, const Padding& padding) {
  std::size_t width = padding.width;
  if (padding.to_column) {
    const std::size_t newline = out.rfind('\n');
    const std::size_t taken =
        shown_columns(std::string_view(out).substr(newline == out.npos ? 0 : newline + 1));
    width = width > taken ? width - taken : 0;
  }
  const std::size_t columns = shown_columns(value);
  if (padding.side == Padding::Side::steal) {
    for (; columns > width && out.size() > 1 && out.ends_with(' '); ++width) out.pop_back();
  }
  if (columns > width) {
    const std::size_t left = width > 2 ? width - 2 : 0;
    if (padding.cut == Padding::Cut::end) value = without_columns(value, left, columns - left);
    if (padding.cut == Padding::Cut::begin) value = without_columns(value, 0, columns - left);
    if (padding.cut == Padding::Cut::middle)
      value = without_columns(value, width / 2 > 0 ? width / 2 - 1 : 0, columns - left);
    out += value;
    return;
  }
  const std::size_t blanks = width - columns;
  const std::size_t before = padding.side == Padding::Side::left   ? 0
                             : padding.side == Padding::Side::both ? blanks / 2
                                                                   : blanks;
  out.append(before, ' ').append(value).append(blanks - before, ' ');
}

}  // namespace

std::string decorated(const std::vector<std::string>& names, bool colour, std::string_view front,
                      std::string_view end) {
  const auto in = [&](std::string_view code, std::string_view text) {
    return colour ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[m"
                  : std::string(text);
  };
  constexpr std::string_view kArrow = "HEAD -> ";
  std::string out;
  for (const std::string& name : names) {
    out += in("33", out.empty() ? front : ", ");
    const std::string shown = escape_controls(name);
    if (shown.starts_with(kArrow))
      out += in("1;36", kArrow) + in("1;32", std::string_view(shown).substr(kArrow.size()));
    else
      out += in(shown == "HEAD" ? "1;36" : shown.starts_with("tag: ") ? "1;33" : "1;32", shown);
  }
  return out + in("33", end);
}

std::string subject_line(const object::Commit& commit) {
  return object::parts_of(commit.message).subject;
}

std::string expanded(std::string_view text, const Context& context, const object::Id& id,
                     const object::Commit& commit, const CommitFormat& format) {
  const Shown g{context, id, commit, format};
  std::string out;
  Padding padding;
  for (;;) {
    const std::size_t percent = text.find('%');
    out += text.substr(0, percent);
    if (percent == text.npos) return out;
    text.remove_prefix(percent + 1);
    if (auto next = padding_of(text)) {
      padding = *next;
      continue;
    }
    std::size_t cut = 0;
    // Colours in front of the field that is padded are no field.
    std::string value;
    bool colour = text.starts_with('C');
    value += next_value(text, &g, out, cut).value_or("");
    while (padding.side != Padding::Side::none && colour && text.starts_with('%')) {
      text.remove_prefix(1);
      colour = text.starts_with('C');
      value += next_value(text, &g, out, cut).value_or("");
    }
    out.resize(out.size() - cut);
    if (padding.side == Padding::Side::none)
      out += value;
    else
      add_padded(out, std::move(value), std::exchange(padding, {}));
  }
}

void require_fields(std::string_view text) {
  for (std::size_t percent = 0; (percent = text.find('%')) != text.npos;) {
    text.remove_prefix(percent + 1);
    std::string_view rest = text;
    std::size_t cut = 0;
    if (padding_of(rest)) {
      text = rest;
      continue;
    }
    if (!next_value(rest, nullptr, "", cut))
      throw Failure(Code::usage, "a format has no field %" + std::string(text.substr(0, 2)),
                    "man hn-log lists them");
    text = rest;
  }
}

}  // namespace hn::cli
