// The %-fields of git-log(1), PRETTY FORMATS, as far as hn has what they stand for.
#include <algorithm>
#include <array>

#include "commit_format.hpp"
#include "hn/object/message.hpp"
#include "hn/repo/dates.hpp"

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

struct Colour {
  std::string_view name;
  std::string_view code;
};
constexpr std::array kColours{
    Colour{"red", "\x1b[31m"},   Colour{"green", "\x1b[32m"},   Colour{"yellow", "\x1b[33m"},
    Colour{"blue", "\x1b[34m"},  Colour{"magenta", "\x1b[35m"}, Colour{"cyan", "\x1b[36m"},
    Colour{"white", "\x1b[37m"}, Colour{"black", "\x1b[30m"},   Colour{"bold", "\x1b[1m"},
    Colour{"dim", "\x1b[2m"},    Colour{"ul", "\x1b[4m"},       Colour{"reverse", "\x1b[7m"},
    Colour{"reset", "\x1b[m"},   Colour{"normal", ""},          Colour{"auto", ""}};

struct Shown {
  const Context& context;
  const object::Id& id;
  const object::Commit& commit;
  const CommitFormat& format;
};

std::optional<std::string> of_person(const object::Person& who, char what, const Shown& g) {
  const WallTime now = g.context.world.clock.wall();
  const auto shown = [&](const char* mode) { return DateMode::parse(mode).shown(who.time, now); };
  switch (what) {
    case 'n':
      return who.name;
    case 'e':
      return who.email;
    case 'l':
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
    default:
      return std::nullopt;
  }
}

std::string joined(const std::vector<object::Id>& ids, bool brief) {
  std::string out;
  for (const object::Id& id : ids)
    out += (out.empty() ? "" : " ") + (brief ? short_id(id) : object::to_hex(id));
  return out;
}

std::string names_at(const Shown& g) {
  const auto at = g.format.names.find(g.id);
  std::string out;
  if (at == g.format.names.end()) return out;
  for (const std::string& name : at->second) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// One field at the front of `rest`, without its %; nullopt where there is none of that name.
// Without a commit only whether there is one.
class Field {
 public:
  explicit Field(std::string_view& rest) : rest_(rest) {}

  std::optional<std::string> value(const Shown* g) {
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    if (c == 'x') return byte();
    if (c == 'C') return colour(g);
    if (c == 'a' || c == 'c') return person(g, c);
    rest_.remove_prefix(1);
    if (std::string_view("HhTtPpsfbBeDdn%m").find(c) == std::string_view::npos) return std::nullopt;
    return g == nullptr ? "" : plain(c, *g);
  }

 private:
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
    std::string out;
    if (rest_.starts_with('(')) {
      const std::size_t end = rest_.find(')');
      if (end == rest_.npos) return std::nullopt;
      std::string words(rest_.substr(1, end - 1));
      std::ranges::replace(words, ',', ' ');
      rest_.remove_prefix(end + 1);
      std::string_view left = words;
      while (!left.empty()) {
        const std::size_t space = std::min(left.find(' '), left.size());
        const auto* at = std::ranges::find(kColours, left.substr(0, space), &Colour::name);
        if (space > 0 && at == kColours.end()) return std::nullopt;
        if (space > 0) out += at->code;
        left.remove_prefix(std::min(space + 1, left.size()));
      }
    } else {
      const auto* at = std::ranges::find_if(
          kColours, [&](const Colour& one) { return rest_.starts_with(one.name); });
      if (at == kColours.end()) return std::nullopt;
      rest_.remove_prefix(at->name.size());
      out = at->code;
    }
    return g != nullptr && g->context.colour ? out : "";
  }

  std::optional<std::string> person(const Shown* g, char whose) {
    if (rest_.size() < 2) return std::nullopt;
    const char what = rest_[1];
    rest_.remove_prefix(2);
    if (std::string_view("neldDrtiIs").find(what) == std::string_view::npos) return std::nullopt;
    if (g == nullptr) return "";
    return of_person(whose == 'a' ? g->commit.author : g->commit.committer, what, *g);
  }

  static std::string plain(char c, const Shown& g) {
    const object::Commit& commit = g.commit;
    switch (c) {
      case 'H':
        return object::to_hex(g.id);
      case 'h':
        return short_id(g.id);
      case 'T':
        return object::to_hex(commit.tree);
      case 't':
        return short_id(commit.tree);
      case 'P':
        return joined(commit.parents, false);
      case 'p':
        return joined(commit.parents, true);
      case 's':
        return object::parts_of(commit.message).subject;
      case 'f':
        return as_file_name(first_line(commit.message));
      case 'b':
        return std::string(object::parts_of(commit.message).body);
      case 'B':
        return commit.message;
      case 'D':
        return names_at(g);
      case 'd':
        return names_at(g).empty() ? "" : " (" + names_at(g) + ")";
      case 'e':
        for (const object::Header& header : commit.headers)
          if (header.key == "encoding") return header.value;
        return "";
      case 'n':
        return "\n";
      case 'm':
        return ">";
      default:
        return std::string(1, c);
    }
  }

  std::string_view& rest_;
};

std::optional<std::string> next_value(std::string_view& rest, const Shown* g,
                                      const std::string& before, std::size_t& cut) {
  char magic = 0;
  if (!rest.empty() && std::string_view("+- ").find(rest.front()) != std::string_view::npos) {
    magic = rest.front();
    rest.remove_prefix(1);
  }
  auto value = Field(rest).value(g);
  if (!value || magic == 0) return value;
  if (magic == '-' && value->empty()) {
    while (cut < before.size() && before[before.size() - 1 - cut] == '\n') ++cut;
  }
  if (magic == '+' && !value->empty()) value->insert(0, "\n");
  if (magic == ' ' && !value->empty()) value->insert(0, " ");
  return value;
}

}  // namespace

std::string subject_line(const object::Commit& commit) {
  return object::parts_of(commit.message).subject;
}

std::string expanded(std::string_view text, const Context& context, const object::Id& id,
                     const object::Commit& commit, const CommitFormat& format) {
  const Shown g{context, id, commit, format};
  std::string out;
  for (;;) {
    const std::size_t percent = text.find('%');
    out += text.substr(0, percent);
    if (percent == text.npos) return out;
    text.remove_prefix(percent + 1);
    std::size_t cut = 0;
    const auto value = next_value(text, &g, out, cut);
    out.resize(out.size() - cut);
    out += value.value_or("");
  }
}

void require_fields(std::string_view text) {
  for (std::size_t percent = 0; (percent = text.find('%')) != text.npos;) {
    text.remove_prefix(percent + 1);
    std::string_view rest = text;
    std::size_t cut = 0;
    if (!next_value(rest, nullptr, "", cut))
      throw Failure(Code::usage, "a format has no field %" + std::string(text.substr(0, 2)),
                    "man hn-log lists them");
    text = rest;
  }
}

}  // namespace hn::cli
