#include "repo/expression.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "hn/base/error.hpp"

namespace hn::repo {
namespace {

constexpr std::uint32_t kUnlimited = UINT32_MAX;
constexpr std::uint32_t kRepeatsMax = 32767;  // RE_DUP_MAX

struct Term;
using TermPtr = std::unique_ptr<Term>;
struct Term {
  enum class Kind { empty, set, border, sequence, choice, repeat };
  Kind kind = Kind::empty;
  ByteSet set;
  Border border = Border::line_begin;
  std::vector<TermPtr> parts;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::size_t depth = 1;
};

ByteSet class_named(std::string_view name, bool ignore_case) {
  const auto in = [](unsigned c, char a, char b) {
    return c >= static_cast<unsigned>(a) && c <= static_cast<unsigned>(b);
  };
  ByteSet out;
  if (ignore_case && (name == "upper" || name == "lower")) name = "alpha";
  for (unsigned c = 0; c < 128; ++c) {
    const bool upper = in(c, 'A', 'Z');
    const bool small = in(c, 'a', 'z');
    const bool digit = in(c, '0', '9');
    const bool graph = c > 32 && c < 127;
    bool is = false;
    if (name == "alpha")
      is = upper || small;
    else if (name == "upper")
      is = upper;
    else if (name == "lower")
      is = small;
    else if (name == "digit")
      is = digit;
    else if (name == "alnum")
      is = upper || small || digit;
    else if (name == "space")
      is = c == ' ' || (c >= 9 && c <= 13);
    else if (name == "blank")
      is = c == ' ' || c == '\t';
    else if (name == "punct")
      is = graph && !upper && !small && !digit;
    else if (name == "print")
      is = graph || c == ' ';
    else if (name == "graph")
      is = graph;
    else if (name == "cntrl")
      is = c < 32 || c == 127;
    else if (name == "xdigit")
      is = digit || in(c, 'a', 'f') || in(c, 'A', 'F');
    out[c] = is;
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, ExpressionOptions options) : text_(text), options_(options) {}

  TermPtr run() {
    if (options_.fixed) return literal();
    TermPtr out = choice(0);
    if (at_ < text_.size()) fail("unmatched ) or \\)");
    return out;
  }

 private:
  // What stands at a place: a byte as it is, or with a meaning.
  struct Token {
    enum class Kind {
      end,
      byte,
      any,
      open,
      close,
      bar,
      star,
      plus,
      query,
      brace,
      bracket,
      border,
      words,
      no_words,
      spaces,
      no_spaces
    };
    Kind kind = Kind::end;
    char byte = 0;
    Border border = Border::line_begin;
    std::size_t length = 1;
  };
  using Kind = Token::Kind;

  [[noreturn]] void fail(const char* why) const {
    throw Failure(Code::invalid, "'" + std::string(text_) + "' is no regular expression: " + why);
  }

  Token escaped(char c) const {
    switch (c) {
      case 'w':
        return {Kind::words, c, {}, 2};
      case 'W':
        return {Kind::no_words, c, {}, 2};
      case 's':
        return {Kind::spaces, c, {}, 2};
      case 'S':
        return {Kind::no_spaces, c, {}, 2};
      case 'b':
        return {Kind::border, c, Border::word_border, 2};
      case 'B':
        return {Kind::border, c, Border::no_word_border, 2};
      case '<':
        return {Kind::border, c, Border::word_begin, 2};
      case '>':
        return {Kind::border, c, Border::word_end, 2};
      case '`':
        return {Kind::border, c, Border::line_begin, 2};
      case '\'':
        return {Kind::border, c, Border::line_end, 2};
      default:
        break;
    }
    if (c >= '1' && c <= '9') {
      throw Failure(Code::invalid, "'" + std::string(text_) + "' refers back to a group",
                    "hn grep -P knows such expressions");
    }
    if (!options_.extended) {
      switch (c) {
        case '(':
          return {Kind::open, c, {}, 2};
        case ')':
          return {Kind::close, c, {}, 2};
        case '|':
          return {Kind::bar, c, {}, 2};
        case '+':
          return {Kind::plus, c, {}, 2};
        case '?':
          return {Kind::query, c, {}, 2};
        case '{':
          return {Kind::brace, c, {}, 2};
        default:
          break;
      }
    }
    return {Kind::byte, c, {}, 2};
  }

  Token look() const {
    if (at_ >= text_.size()) return {Kind::end, 0, {}, 0};
    const char c = text_[at_];
    if (c == '\\') {
      if (at_ + 1 == text_.size()) fail("trailing backslash");
      return escaped(text_[at_ + 1]);
    }
    switch (c) {
      case '.':
        return {Kind::any, c};
      case '[':
        return {Kind::bracket, c};
      case '*':
        return {Kind::star, c};
      case '^':
        if (options_.extended || at_ == 0 || caret_here_)
          return {Kind::border, c, Border::line_begin};
        break;
      case '$':
        if (options_.extended || dollar_here()) return {Kind::border, c, Border::line_end};
        break;
      default:
        break;
    }
    if (options_.extended) {
      switch (c) {
        case '(':
          return {Kind::open, c};
        case ')':
          return {Kind::close, c};
        case '|':
          return {Kind::bar, c};
        case '+':
          return {Kind::plus, c};
        case '?':
          return {Kind::query, c};
        case '{':
          return {Kind::brace, c};
        default:
          break;
      }
    }
    return {Kind::byte, c};
  }

  bool dollar_here() const {
    const std::string_view rest = text_.substr(at_ + 1);
    return rest.empty() || rest.starts_with("\\)") || rest.starts_with("\\|");
  }

  void take(const Token& token, bool caret_here = false) {
    at_ += token.length;
    caret_here_ = caret_here;
  }

  TermPtr literal() const {
    auto out = std::make_unique<Term>();
    out->kind = Term::Kind::sequence;
    for (const char c : text_) out->parts.push_back(byte_term(c));
    return out;
  }

  TermPtr choice(std::size_t depth) {
    if (depth > kExpressionDepthMax) fail("groups within too many groups");
    auto out = std::make_unique<Term>();
    out->kind = Term::Kind::choice;
    for (;;) {
      out->parts.push_back(branch(depth));
      const Token token = look();
      if (token.kind != Kind::bar) break;
      take(token, true);
    }
    if (out->parts.size() == 1) return std::move(out->parts.front());
    return deepened(std::move(out));
  }

  static TermPtr deepened(TermPtr term) {
    for (const TermPtr& part : term->parts) term->depth = std::max(term->depth, part->depth + 1);
    return term;
  }

  TermPtr branch(std::size_t depth) {
    auto out = std::make_unique<Term>();
    out->kind = Term::Kind::sequence;
    for (;;) {
      const Token token = look();
      if (token.kind == Kind::end || token.kind == Kind::bar) break;
      if (token.kind == Kind::close && depth > 0) break;
      if (token.kind == Kind::close && !options_.extended) fail("unmatched ) or \\)");
      out->parts.push_back(repeated(depth));
    }
    return deepened(std::move(out));
  }

  TermPtr repeated(std::size_t depth) {
    const Token first = look();
    TermPtr term = one(depth);
    // An anchor is not repeated: what follows stands at a beginning.
    if (first.kind == Kind::border) return term;
    for (;;) {
      const Token token = look();
      std::uint32_t min = 0;
      std::uint32_t max = kUnlimited;
      if (token.kind == Kind::plus)
        min = 1;
      else if (token.kind == Kind::query)
        max = 1;
      else if (token.kind != Kind::star && token.kind != Kind::brace)
        return term;
      take(token);
      if (token.kind == Kind::brace) interval(min, max);
      const Kind after = look().kind;
      if (!options_.extended && (after == Kind::star || after == Kind::brace))
        fail("invalid preceding regular expression");
      auto outer = std::make_unique<Term>();
      outer->kind = Term::Kind::repeat;
      outer->min = min;
      outer->max = max;
      outer->parts.push_back(std::move(term));
      term = deepened(std::move(outer));
      if (term->depth > 2 * kExpressionDepthMax) fail("repeated too often");
    }
  }

  std::optional<std::uint32_t> number() {
    std::uint32_t n = 0;
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      n = std::min<std::uint32_t>(n * 10 + static_cast<std::uint32_t>(text_[at_] - '0'), 1'000'000);
      ++at_;
    }
    if (at_ == begin) return std::nullopt;
    return n;
  }

  void interval(std::uint32_t& min, std::uint32_t& max) {
    const auto first = number();
    const bool comma = at_ < text_.size() && text_[at_] == ',';
    if (!first && !comma) fail("invalid content of \\{\\}");
    min = first.value_or(0);
    max = min;
    if (comma) {
      ++at_;
      max = number().value_or(kUnlimited);
    }
    const std::string_view end = options_.extended ? "}" : "\\}";
    if (at_ == text_.size()) fail("unmatched { or \\{");
    if (!text_.substr(at_).starts_with(end)) fail("invalid content of \\{\\}");
    at_ += end.size();
    if (max != kUnlimited && (max < min || max > kRepeatsMax)) fail("invalid content of \\{\\}");
    if (min > kRepeatsMax) fail("regular expression too big");
  }

  TermPtr set_of(ByteSet set) const {
    auto out = std::make_unique<Term>();
    out->kind = Term::Kind::set;
    if (options_.ignore_case) {
      for (std::size_t c = 'a'; c <= 'z'; ++c) {
        if (set[c] || set[c - 32]) set[c] = set[c - 32] = true;
      }
    }
    out->set = set;
    return out;
  }
  TermPtr byte_term(char c) const { return set_of(ByteSet().set(static_cast<unsigned char>(c))); }
  static TermPtr border_term(Border border) {
    auto out = std::make_unique<Term>();
    out->kind = Term::Kind::border;
    out->border = border;
    return out;
  }

  TermPtr one(std::size_t depth) {
    const Token token = look();
    switch (token.kind) {
      case Kind::open: {
        take(token, true);
        TermPtr inner = choice(depth + 1);
        const Token end = look();
        if (end.kind != Kind::close) fail("unmatched ( or \\(");
        take(end);
        return inner;
      }
      case Kind::bracket: {
        take(token);
        return set_of(bracket());
      }
      case Kind::border:
        take(token);
        return border_term(token.border);
      case Kind::any: {
        take(token);
        ByteSet all;
        all.set();
        all.reset('\n').reset(0);
        return set_of(all);
      }
      case Kind::words:
      case Kind::no_words:
      case Kind::spaces:
      case Kind::no_spaces: {
        take(token);
        const bool word = token.kind == Kind::words || token.kind == Kind::no_words;
        ByteSet set = class_named(word ? "alnum" : "space", false);
        if (word) set.set('_');
        if (token.kind == Kind::no_words || token.kind == Kind::no_spaces) set.flip();
        set.reset('\n');
        return set_of(set);
      }
      case Kind::star:
      case Kind::plus:
      case Kind::query:
      case Kind::brace:
        if (options_.extended || token.kind == Kind::brace)
          fail("invalid preceding regular expression");
        break;
      default:
        break;
    }
    take(token);
    return byte_term(token.byte);
  }

  // "[:alpha:]", "[=a=]" and "[.a.]" behind their "["; nullopt where it is no such thing.
  std::optional<std::string_view> named(char kind) {
    if (at_ + 1 >= text_.size() || text_[at_] != '[' || text_[at_ + 1] != kind) return std::nullopt;
    const std::size_t end = text_.find(std::string{kind, ']'}, at_ + 2);
    if (end == text_.npos) fail("unmatched [, [^, [:, [., or [=");
    const std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
    at_ = end + 2;
    return name;
  }

  unsigned char element() {
    for (const char kind : {'.', '='}) {
      if (const auto name = named(kind)) {
        if (name->size() != 1) fail("invalid collation character");
        return static_cast<unsigned char>(name->front());
      }
    }
    return static_cast<unsigned char>(text_[at_++]);
  }

  ByteSet bracket() {
    const bool inverted = at_ < text_.size() && text_[at_] == '^';
    if (inverted) ++at_;
    ByteSet set;
    for (bool first = true;; first = false) {
      if (at_ >= text_.size()) fail("unmatched [, [^, [:, [., or [=");
      if (text_[at_] == ']' && !first) break;
      if (const auto name = named(':')) {
        const ByteSet named_set = class_named(*name, options_.ignore_case);
        if (named_set.none()) fail("invalid character class name");
        set |= named_set;
        continue;
      }
      const unsigned char from = element();
      unsigned char to = from;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        ++at_;
        to = element();
        if (to < from) fail("invalid range end");
      }
      for (unsigned c = from; c <= to; ++c) set.set(c);
    }
    ++at_;
    if (inverted) {
      if (options_.ignore_case) set = set_of(set)->set;
      set.flip().reset('\n');
    }
    return set;
  }

  std::string_view text_;
  ExpressionOptions options_;
  std::size_t at_ = 0;
  bool caret_here_ = false;
};

// Makes the program, from behind.
class Builder {
 public:
  std::uint32_t node(ExpressionNode node) {
    if (out.nodes.size() >= kExpressionNodesMax)
      throw Failure(Code::invalid, "that regular expression is too large");
    out.nodes.push_back(node);
    return static_cast<std::uint32_t>(out.nodes.size() - 1);
  }

  std::uint32_t split(std::uint32_t a, std::uint32_t b) {
    return node({ExpressionNode::Kind::split, {}, 0, a, b});
  }

  // The node to enter for `term` and then `next`.
  std::uint32_t build(const Term& term, std::uint32_t next) {
    switch (term.kind) {
      case Term::Kind::empty:
        return next;
      case Term::Kind::set:
        return node({ExpressionNode::Kind::set, {}, place_of(term.set), next, 0});
      case Term::Kind::border:
        return node({ExpressionNode::Kind::border, term.border, 0, next, 0});
      case Term::Kind::sequence:
        for (auto part = term.parts.rbegin(); part != term.parts.rend(); ++part)
          next = build(**part, next);
        return next;
      case Term::Kind::choice: {
        std::uint32_t entry = build(*term.parts.back(), next);
        for (std::size_t i = term.parts.size() - 1; i-- > 0;)
          entry = split(build(*term.parts[i], next), entry);
        return entry;
      }
      case Term::Kind::repeat:
        return repeat(term, next);
    }
    return next;
  }

  Expression out;

 private:
  std::uint32_t repeat(const Term& term, std::uint32_t next) {
    const Term& inner = *term.parts.front();
    std::uint32_t entry = next;
    std::uint32_t copies = term.min;
    if (term.max == kUnlimited) {
      entry = split(0, next);
      const std::uint32_t loop = entry;
      const std::uint32_t body = build(inner, loop);
      out.nodes[loop].next = body;
      if (copies > 0) entry = body, --copies;
    } else {
      for (std::uint32_t i = term.min; i < term.max; ++i) entry = split(build(inner, entry), next);
    }
    for (; copies > 0; --copies) {
      const std::size_t before = out.nodes.size();
      entry = build(inner, entry);
      // Copies of nothing are nothing.
      if (out.nodes.size() == before) break;
    }
    return entry;
  }

  std::uint32_t place_of(const ByteSet& set) {
    const auto at = std::ranges::find(out.sets, set);
    if (at != out.sets.end()) return static_cast<std::uint32_t>(at - out.sets.begin());
    out.sets.push_back(set);
    return static_cast<std::uint32_t>(out.sets.size() - 1);
  }
};

// The longest run of single bytes that every match has.
class Required {
 public:
  std::string best;

  void walk(const Term& term) {
    switch (term.kind) {
      case Term::Kind::empty:
      case Term::Kind::border:
        return;
      case Term::Kind::set:
        if (term.set.count() == 1) {
          run_ += byte_of(term.set);
          if (run_.size() > best.size()) best = run_;
        } else {
          run_.clear();
        }
        return;
      case Term::Kind::sequence:
        for (const TermPtr& part : term.parts) walk(*part);
        return;
      case Term::Kind::choice:
        run_.clear();
        return;
      case Term::Kind::repeat:
        run_.clear();
        if (term.min > 0) walk(*term.parts.front());
        run_.clear();
        return;
    }
  }

 private:
  static char byte_of(const ByteSet& set) {
    for (std::size_t c = 0; c < 256; ++c) {
      if (set[c]) return static_cast<char>(c);
    }
    return 0;
  }
  std::string run_;
};

}  // namespace

bool is_word_byte(unsigned char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Expression parse_expressions(const std::vector<std::string>& texts, ExpressionOptions options) {
  Builder builder;
  const std::uint32_t match = builder.node({});
  std::optional<std::uint32_t> start;
  for (const std::string& text : texts) {
    const TermPtr term = Parser(text, options).run();
    const std::uint32_t entry = builder.build(*term, match);
    start = start ? builder.split(*start, entry) : entry;
    if (texts.size() > 1) continue;
    Required required;
    required.walk(*term);
    builder.out.required = required.best;
  }
  builder.out.start = start.value_or(match);
  return std::move(builder.out);
}

}  // namespace hn::repo
