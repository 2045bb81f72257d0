// After git's grep.c: compile_pattern_expr, match_expr_eval, chk_hit_marker.
#include "grep_expression.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// Far more than anybody nests, far less than a stack holds.
constexpr int kDepthMax = 1000;

void keep_first(std::optional<std::size_t>& column, std::optional<std::size_t> other) {
  if (other && (!column || *other < *column)) column = other;
}

}  // namespace

GrepToken grep_token(std::string_view word) {
  using Kind = GrepToken::Kind;
  constexpr std::array kOperators{std::pair{kGrepAnd, Kind::land}, std::pair{kGrepOr, Kind::lor},
                                  std::pair{kGrepNot, Kind::lnot}, std::pair{kGrepOpen, Kind::open},
                                  std::pair{kGrepClose, Kind::close}};
  for (const auto& [text, kind] : kOperators)
    if (word == text) return {kind, std::string(text.substr(1))};
  return {Kind::pattern, std::string(word)};
}

struct GrepExpression::Node {
  GrepToken::Kind kind = GrepToken::Kind::pattern;
  std::optional<repo::Pattern> pattern;
  std::unique_ptr<Node> left;  // of a "not" the only one
  std::unique_ptr<Node> right;
};

class GrepExpression::Parser {
 public:
  Parser(const std::vector<GrepToken>& tokens, repo::Pattern::Options options)
      : tokens_(tokens), options_(options) {}

  std::unique_ptr<Node> run() {
    auto out = any();
    if (at_ < tokens_.size() || !out) throw incomplete();
    return out;
  }

 private:
  using Kind = GrepToken::Kind;

  static Failure incomplete() {
    return {Code::invalid, "the patterns are no whole expression",
            "such as: hn grep -e A --and '(' -e B --or --not -e C ')'"};
  }

  bool is(Kind kind) const { return at_ < tokens_.size() && tokens_[at_].kind == kind; }

  static std::unique_ptr<Node> joined(Kind kind, std::unique_ptr<Node> left,
                                      std::unique_ptr<Node> right) {
    auto out = std::make_unique<Node>();
    out->kind = kind;
    out->left = std::move(left);
    out->right = std::move(right);
    return out;
  }

  // Patterns beside each other are joined by "or".
  std::unique_ptr<Node> any() {
    std::vector<std::unique_ptr<Node>> all;
    while (at_ < tokens_.size() && !is(Kind::close)) {
      if (is(Kind::lor))
        ++at_;
      else
        all.push_back(both());
    }
    if (all.empty()) throw incomplete();
    std::unique_ptr<Node> out = std::move(all.back());
    for (std::size_t i = all.size() - 1; i-- > 0;)
      out = joined(Kind::lor, std::move(all[i]), std::move(out));
    return out;
  }

  std::unique_ptr<Node> both() {
    std::unique_ptr<Node> out = one();
    while (is(Kind::land)) {
      ++at_;
      out = joined(Kind::land, std::move(out), one());
    }
    return out;
  }

  std::unique_ptr<Node> one() {
    if (++depth_ > kDepthMax) throw incomplete();
    auto out = std::make_unique<Node>();
    if (is(Kind::lnot)) {
      ++at_;
      out->kind = Kind::lnot;
      out->left = one();
    } else if (is(Kind::open)) {
      ++at_;
      out = any();
      if (!is(Kind::close)) throw incomplete();
      ++at_;
    } else if (is(Kind::pattern)) {
      out->pattern.emplace(tokens_[at_++].text, options_);
    } else {
      throw incomplete();
    }
    --depth_;
    return out;
  }

  const std::vector<GrepToken>& tokens_;
  repo::Pattern::Options options_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

GrepExpression::GrepExpression(const std::vector<GrepToken>& tokens, repo::Pattern::Options options,
                               bool columns)
    : root_(Parser(tokens, options).run()), columns_(columns) {}

GrepExpression::~GrepExpression() = default;
GrepExpression::GrepExpression(GrepExpression&&) noexcept = default;

GrepExpression::Found GrepExpression::find(std::string_view line) const {
  return eval(*root_, line);
}

GrepExpression::Found GrepExpression::eval(const Node& node, std::string_view line) const {
  switch (node.kind) {
    case GrepToken::Kind::lnot: {
      const Found found = eval(*node.left, line);
      return {!found.matches, found.inverted_column, found.column};
    }
    case GrepToken::Kind::land:
    case GrepToken::Kind::lor: {
      const bool is_and = node.kind == GrepToken::Kind::land;
      Found out = eval(*node.left, line);
      if (out.matches != is_and && !columns_) return out;
      const Found right = eval(*node.right, line);
      out.matches = is_and ? out.matches && right.matches : out.matches || right.matches;
      keep_first(out.column, right.column);
      keep_first(out.inverted_column, right.inverted_column);
      return out;
    }
    default: {
      const auto match = node.pattern->find(line);
      return {match.has_value(), match ? std::optional(match->begin) : std::nullopt, {}};
    }
  }
}

bool GrepExpression::matches_all(std::string_view text) const {
  std::vector<const Node*> left;
  for (const Node* node = root_.get(); node != nullptr;) {
    const bool is_or = node->kind == GrepToken::Kind::lor;
    left.push_back(is_or ? node->left.get() : node);
    node = is_or ? node->right.get() : nullptr;
  }
  while (!text.empty() && !left.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    std::erase_if(left, [&](const Node* node) { return eval(*node, line).matches; });
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return left.empty();
}

}  // namespace hn::cli
