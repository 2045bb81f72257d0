// After git's grep.c: grep_source_1, show_line.
#include "grep_text.hpp"

#include <algorithm>

#include "hn/merge/lines.hpp"
#include "hn/merge/unified.hpp"

namespace hn::cli {
namespace {

constexpr std::string_view kName = "\x1b[35m";
constexpr std::string_view kNumber = "\x1b[32m";
constexpr std::string_view kSeparator = "\x1b[36m";
constexpr std::string_view kMatch = "\x1b[1;31m";
constexpr std::string_view kOff = "\x1b[m";

class Search {
 public:
  Search(const GrepOptions& options, const GrepSearch& search, const GrepSource& source)
      : options_(options),
        search_(search.any),
        expression_(search.expression ? &*search.expression : nullptr),
        source_(source),
        text_(source.text) {}

  GrepOutput run() {
    const std::string_view probe = text_.substr(0, merge::kBinaryProbeBytes);
    const bool binary =
        options_.binary != GrepOptions::Binary::as_text && probe.find('\0') != probe.npos;
    if (binary && options_.binary == GrepOptions::Binary::skip) return {};
    if (options_.all_match && !expression_->matches_all(text_)) return {};
    binary_ = binary;
    std::size_t at = 0;
    while (at < text_.size() && !done_ && !has_enough()) {
      if (!skip(at)) break;
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      line(text_.substr(at, end - at));
      at = end + 1;
      ++number_;
    }
    if (!done_) finish();
    return std::move(out_);
  }

 private:
  bool has_enough() const {
    return count_ >= options_.most && !in_function_ && number_ > last_hit_ + options_.after;
  }

  // Goes to the next line that may have to be looked at; false where there is none.
  bool skip(std::size_t& at) {
    if (options_.invert || expression_ != nullptr || in_function_ ||
        (last_hit_ != 0 && number_ <= last_hit_ + options_.after))
      return true;
    const auto candidate = search_.candidate(text_, at);
    if (!candidate) return false;
    std::size_t begin = *candidate == 0 ? text_.npos : text_.rfind('\n', *candidate - 1);
    begin = begin == text_.npos || begin < at ? at : begin + 1;
    number_ += static_cast<std::uint64_t>(
        std::count(text_.begin() + static_cast<std::ptrdiff_t>(at),
                   text_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    at = begin;
    known_ = true;
    return true;
  }

  // Where a search that went to this line stopped, it is a candidate.
  bool matches(std::string_view text) {
    if (expression_ != nullptr) {
      found_ = expression_->find(text);
      return found_.matches;
    }
    const bool candidate = std::exchange(known_, false);
    if (candidate) return search_.matches(text);
    const auto at = search_.candidate(text, 0);
    if (at) return search_.matches(text);
    // An empty line is no text that the search looks at.
    return text.empty() && search_.find(text).has_value();
  }

  void line(std::string_view text) {
    hit_begin_ = text.data();
    const bool hit = matches(text) != options_.invert && count_ < options_.most;
    if (in_function_ && !hit && ends_function(text)) in_function_ = false;
    if (!hit) {
      // With -v it is the lines around a hit that match somewhere.
      if (in_function_ || (last_hit_ != 0 && number_ <= last_hit_ + options_.after))
        show(text, number_, column_around(text), '-');
      return;
    }
    if (options_.names_without) return stop(false);
    ++count_;
    if (options_.quiet) return stop(true);
    if (options_.names) {
      if (options_.json)
        json({});
      else
        name_line();
      return stop(true);
    }
    if (options_.count) return;
    if (binary_) {
      if (options_.json) {
        json({});
      } else {
        out_.text += "Binary file ";
        paint(source_.name, kName);
        out_.text += " matches\n";
      }
      return stop(true);
    }
    if (options_.json) {
      json(text);
    } else {
      show_before();
      show(text, number_, options_.invert && expression_ == nullptr ? 1 : column_in(text), ':');
      in_function_ = options_.function_body;
    }
    last_hit_ = number_;
  }

  // Of a line that is no hit, from 1; 0: none. As in git half of an "and" may match there.
  std::size_t column_around(std::string_view text) const {
    if (expression_ != nullptr) return found_.column ? *found_.column + 1 : 0;
    return options_.invert ? column_in(text) : 0;
  }

  // Of the first match, from 1.
  std::size_t column_in(std::string_view text) const {
    if (expression_ != nullptr)
      return (options_.invert ? found_.inverted_column : found_.column).value_or(0) + 1;
    const auto match = options_.columns ? search_.find(text) : std::nullopt;
    return match ? match->begin + 1 : 1;
  }

  void stop(bool hit) {
    out_.hit = hit;
    done_ = true;
  }

  void finish() {
    if (options_.names_without) {
      if (!options_.quiet && options_.json) json({});
      if (!options_.quiet && !options_.json) name_line();
      out_.hit = true;
    } else if (options_.count && count_ > 0) {
      if (options_.json) {
        json({});
      } else {
        if (options_.show_name) {
          paint(source_.name, kName);
          separator(':');
        }
        out_.text += std::to_string(count_) + "\n";
      }
      out_.hit = true;
    } else {
      out_.hit = last_hit_ != 0;
    }
  }

  void json(std::string_view text) {
    Json row;
    if (!source_.revision.empty()) put_text(row, "revision", source_.revision);
    put_text(row, "path", source_.path);
    if (options_.count) row["count"] = count_;
    if (!options_.names && !options_.names_without && !options_.count) {
      row["binary"] = binary_;
      if (!binary_) {
        row["line"] = number_;
        put_text(row, "text", text);
        row["spans"] = Json::array();
        each_match(text, [&](std::size_t begin, std::size_t end) {
          row["spans"].push_back({begin, end});
        });
      }
    }
    if (!out_.text.empty()) out_.text += ",\n";
    out_.text += row.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  template <class Visit>
  void each_match(std::string_view text, Visit visit) const {
    std::size_t at = 0;
    while (at < text.size()) {
      const auto match = search_.find(text, at);
      if (!match || match->begin == match->end) return;
      visit(match->begin, match->end);
      at = match->end;
    }
  }

  void paint(std::string_view text, std::string_view colour) {
    if (options_.colour) out_.text += colour;
    out_.text += text;
    if (options_.colour) out_.text += kOff;
  }

  void separator(char sign) {
    if (options_.null_after_name)
      out_.text += '\0';
    else
      paint(std::string_view(&sign, 1), kSeparator);
  }

  void name_line() {
    paint(source_.name, kName);
    out_.text += options_.null_after_name ? '\0' : '\n';
  }

  // Whether the next function begins here, or behind the empty lines that begin here.
  bool ends_function(std::string_view text) const {
    auto begin = static_cast<std::size_t>(text.data() - text_.data());
    std::size_t end = begin + text.size();
    while (begin < text_.size() && is_empty(text_.substr(begin, end - begin))) {
      begin = std::min(end + 1, text_.size());
      end = std::min(text_.find('\n', begin), text_.size());
    }
    return merge::begins_function(text_.substr(begin, end - begin));
  }

  static bool is_empty(std::string_view text) {
    return text.find_first_not_of(" \t\r\v\f") == text.npos;
  }

  // The lines above the hit, from behind.
  class Above {
   public:
    Above(std::string_view text, std::size_t end, std::uint64_t number)
        : text_(text), end_(end), number_(number) {}

    bool step() {
      if (end_ == 0) return false;
      const std::size_t newline = end_ < 2 ? text_.npos : text_.rfind('\n', end_ - 2);
      const std::size_t begin = newline == text_.npos ? 0 : newline + 1;
      line = text_.substr(begin, end_ - 1 - begin);
      end_ = begin;
      --number_;
      return true;
    }
    std::uint64_t number() const { return number_; }
    bool begins_function() const { return merge::begins_function(line); }

    std::string_view line;

   private:
    std::string_view text_;
    std::size_t end_;
    std::uint64_t number_;
  };

  void show_before() {
    const std::uint64_t unseen = last_shown_ + 1;
    std::uint64_t from = number_ > options_.before ? number_ - options_.before : 1;
    from = std::max(from, unseen);
    Above above(text_, line_begin_of_hit(), number_);
    std::vector<std::string_view> lines;
    std::uint64_t named = 0;  // the line that begins the function
    if (options_.function_body)
      take_function(above, from, lines, named);
    else
      take_lines(above, from, lines, named);
    if (options_.function_name && named == 0) show_name_above(above, unseen);
    for (std::size_t i = lines.size(); i-- > 0;) {
      const std::uint64_t number = number_ - i - 1;
      show(lines[i], number, 0, number == named ? '=' : '-');
    }
  }

  void take_lines(Above& above, std::uint64_t from, std::vector<std::string_view>& lines,
                  std::uint64_t& named) const {
    while (above.number() > from && above.step()) {
      lines.push_back(above.line);
      if (options_.function_name && named == 0 && above.begins_function()) named = above.number();
    }
  }

  // Up to the line that begins the function, and the comment that stands on it; not less than
  // from `from` on.
  void take_function(Above& above, std::uint64_t from, std::vector<std::string_view>& lines,
                     std::uint64_t& named) const {
    std::uint64_t until = last_shown_ + 1;
    const bool begins_here = merge::begins_function(text_.substr(line_begin_of_hit()));
    bool in_body = !begins_here || options_.function_name;
    bool in_comment = begins_here;
    while (above.number() > until) {
      const Above before = above;
      if (!above.step()) break;
      if (in_comment && (is_empty(above.line) || above.begins_function())) {
        in_comment = false;
        until = from;
        if (above.number() < from) {
          above = before;
          break;
        }
      }
      lines.push_back(above.line);
      if (in_body && above.begins_function()) {
        named = above.number();
        in_body = false;
        in_comment = true;
      }
    }
  }

  void show_name_above(Above& above, std::uint64_t unseen) {
    while (above.number() > unseen && above.step()) {
      if (!above.begins_function()) continue;
      show(above.line, above.number(), 0, '=');
      return;
    }
  }

  std::size_t line_begin_of_hit() const {
    return static_cast<std::size_t>(hit_begin_ - text_.data());
  }

  void show_mark(std::uint64_t number) {
    const auto dashes = [&] {
      paint("--", kSeparator);
      out_.text += '\n';
    };
    if (options_.file_break && last_shown_ == 0) {
      out_.text += '\n';
      if (out_.mark == 0) out_.mark = out_.text.size();
    } else if (options_.sets_off()) {
      if (last_shown_ == 0 || number > last_shown_ + 1) dashes();
      if (out_.mark == 0) out_.mark = out_.text.size();
    }
  }

  void show_header(std::uint64_t number, std::size_t column, char sign) {
    if (options_.heading && last_shown_ == 0) {
      paint(source_.name, kName);
      out_.text += '\n';
    }
    last_shown_ = number;
    if (!options_.heading && options_.show_name) {
      paint(source_.name, kName);
      separator(sign);
    }
    if (options_.line_numbers) {
      paint(std::to_string(number), kNumber);
      separator(sign);
    }
    if (options_.columns && column != 0) {
      paint(std::to_string(column), kNumber);
      separator(sign);
    }
  }

  void show(std::string_view text, std::uint64_t number, std::size_t column, char sign) {
    show_mark(number);
    if (!options_.only_matching) show_header(number, column, sign);
    std::size_t shown = 0;
    if (options_.colour || options_.only_matching) {
      each_match(text, [&](std::size_t begin, std::size_t end) {
        if (options_.only_matching)
          show_header(number, column, sign);
        else
          out_.text += text.substr(shown, begin - shown);
        paint(text.substr(begin, end - begin), kMatch);
        if (options_.only_matching) out_.text += '\n';
        column += end - shown;
        shown = end;
      });
    }
    if (options_.only_matching) return;
    out_.text += text.substr(shown);
    out_.text += '\n';
  }

  const GrepOptions& options_;
  const repo::LineSearch& search_;
  const GrepExpression* expression_;  // or none
  GrepExpression::Found found_ = {};  // in the line
  const GrepSource& source_;
  std::string_view text_;
  GrepOutput out_;
  const char* hit_begin_ = nullptr;
  std::uint64_t number_ = 1;
  std::uint64_t count_ = 0;
  std::uint64_t last_hit_ = 0;
  std::uint64_t last_shown_ = 0;
  bool binary_ = false;
  bool known_ = false;
  bool in_function_ = false;  // of a hit, whose lines are all shown
  bool done_ = false;
};

}  // namespace

GrepSearch::GrepSearch(const GrepOptions& options) : any(options.patterns, options.pattern) {
  if (!options.expression.empty())
    expression.emplace(options.expression, options.pattern, options.columns);
}

GrepOutput grep_text(const GrepOptions& options, const GrepSearch& search,
                     const GrepSource& source) {
  return Search(options, search, source).run();
}

}  // namespace hn::cli
