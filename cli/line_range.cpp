#include "line_range.hpp"

#include <charconv>

#include "hn/base/error.hpp"
#include "hn/merge/unified.hpp"
#include "hn/repo/pattern.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

class Reader {
 public:
  Reader(const std::string& text, const std::vector<merge::Line>& lines)
      : text_(text), rest_(text), lines_(lines) {}

  LineRange range(std::uint32_t from) {
    if (text_.starts_with(':') || text_.starts_with("^:")) return function(from);
    const auto count = static_cast<std::uint32_t>(lines_.size());
    // Both counted from 1.
    std::uint32_t first = place(from + 1, 1);
    std::uint32_t last = count;
    const bool to_the_end = rest_.empty() || rest_ == ",";
    if (!rest_.empty()) {
      if (rest_.front() != ',') throw bad();
      rest_.remove_prefix(1);
      last = end_of(first, count);
    }
    if (!rest_.empty()) throw bad();
    if (last < first && !to_the_end) std::swap(first, last);
    if (first > count)
      throw Failure(Code::invalid, "the file has " + count_of(count, "line") + " only");
    return {first - 1, std::min(last, count)};
  }

 private:
  LineRange function(std::uint32_t from) {
    if (rest_.starts_with('^')) {
      rest_.remove_prefix(1);
      from = 0;
    }
    rest_.remove_prefix(1);
    if (rest_.empty()) throw bad();
    std::string pattern;
    for (std::size_t i = 0; i < rest_.size(); ++i)
      if (rest_[i] != '\\' || i + 1 == rest_.size() || rest_[i + 1] != ':') pattern += rest_[i];
    const repo::Pattern wanted(pattern, {});
    const auto count = static_cast<std::uint32_t>(lines_.size());
    std::uint32_t first = std::min(from, count);
    while (first < count && !(merge::begins_function(lines_[first]) &&
                              wanted.matches(without_newline(lines_[first]))))
      ++first;
    if (first == count) {
      throw Failure(Code::invalid, "no function from line " + std::to_string(from + 1) +
                                       " on matches '" + pattern + "'");
    }
    std::uint32_t end = first + 1;
    while (end < count && !merge::begins_function(lines_[end])) ++end;
    return {first, end};
  }

  static std::string_view without_newline(merge::Line line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
  }

  Failure bad() const {
    return Failure(Code::usage, "'" + text_ + "' is no range of lines",
                   "-L FIRST,LAST, -L FIRST,+COUNT, -L /PATTERN/,+COUNT or -L :FUNCTION");
  }

  std::uint32_t end_of(std::uint32_t first, std::uint32_t count) {
    if (rest_.empty()) return count;
    const char sign = rest_.front();
    if (sign != '+' && sign != '-') return place(first + 1, count);
    rest_.remove_prefix(1);
    const std::uint32_t n = number();
    if (sign == '-') return n > first ? 1 : first - n + 1;
    return n > UINT32_MAX - first ? UINT32_MAX : first + n - 1;
  }

  // A number or a pattern, looked for from a line on.
  std::uint32_t place(std::uint32_t from, std::uint32_t otherwise) {
    if (rest_.starts_with("^/")) {
      rest_.remove_prefix(1);
      from = 1;
    }
    if (rest_.starts_with('/')) return matching(from);
    return rest_.empty() || rest_.front() == ',' ? otherwise : number();
  }

  std::uint32_t number() {
    std::uint32_t n = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), n);
    if (error != std::errc{} || n == 0) throw bad();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return n;
  }

  std::uint32_t matching(std::uint32_t from) {
    std::string pattern;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '/') {
      if (rest_.starts_with("\\/"))
        rest_.remove_prefix(1);
      else if (rest_.front() == '\\' && rest_.size() > 1) {
        pattern += rest_.front();
        rest_.remove_prefix(1);
      }
      pattern += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) throw bad();
    rest_.remove_prefix(1);
    const repo::Pattern wanted(pattern, {});
    for (std::size_t i = from - 1; i < lines_.size(); ++i) {
      if (wanted.matches(without_newline(lines_[i]))) return static_cast<std::uint32_t>(i + 1);
    }
    throw Failure(Code::invalid,
                  "no line from " + std::to_string(from) + " on matches '" + pattern + "'");
  }

  const std::string& text_;
  std::string_view rest_;
  const std::vector<merge::Line>& lines_;
};

}  // namespace

LineRange line_range(const std::string& text, const std::vector<merge::Line>& lines,
                     std::uint32_t from) {
  return Reader(text, lines).range(from);
}

std::pair<std::string, std::string> range_and_path(const std::string& word) {
  const auto part_end = [&](std::size_t at, std::string_view ends) {
    while (at < word.size() && ends.find(word[at]) == ends.npos)
      at += word[at] == '\\' ? std::size_t{2} : 1;
    return std::min(at, word.size());
  };
  std::size_t at = word.starts_with('^') ? 1 : 0;
  if (word.substr(at).starts_with(':')) {
    at = part_end(at + 1, ":");
  } else {
    // A place, or two with a comma in between; a pattern may hold colons.
    for (bool more = true; more;) {
      if (at < word.size() && word[at] == '^') ++at;
      if (at < word.size() && word[at] == '/') at = part_end(at + 1, "/") + 1;
      at = part_end(std::min(at, word.size()), ",:");
      more = at < word.size() && word[at] == ',';
      if (more) ++at;
    }
  }
  if (at + 1 >= word.size() || at == 0) {
    throw Failure(Code::usage, "'" + word + "' is not RANGE:PATH",
                  "-L FIRST,LAST:PATH, -L /PATTERN/,+COUNT:PATH or -L :FUNCTION:PATH");
  }
  return {word.substr(0, at), word.substr(at + 1)};
}

}  // namespace hn::cli
