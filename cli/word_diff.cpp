// After git's diff.c: diff_words_show, fn_out_diff_words_aux.
#include "word_diff.hpp"

#include <ostream>

namespace hn::cli {
namespace {

struct Look {
  std::string_view colour, before, behind;
};

struct Style {
  Look added, removed, same;
  std::string_view newline = "\n";
};

Style style_of(const Paint& p, WordMode mode) {
  switch (mode) {
    case WordMode::porcelain:
      return {{p.green, "+", "\n"}, {p.red, "-", "\n"}, {"", " ", "\n"}, "~\n"};
    case WordMode::plain:
      return {{p.green, "{+", "+}"}, {p.red, "[-", "-]"}, {}};
    default:
      return {{p.green, "", ""}, {p.red, "", ""}, {}};
  }
}

// A text and where its words stand.
struct Text {
  std::string bytes;
  struct Word {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::vector<Word> words;

  void add(std::string_view line) {
    bytes += line;
    if (!line.ends_with('\n')) bytes += '\n';
  }
  std::vector<merge::Line> cut() {
    const auto is_blank = [](char c) { return c == ' ' || (c >= 9 && c <= 13); };
    std::vector<merge::Line> out;
    words.assign(1, {});  // before the first stands an empty one
    for (std::size_t at = 0; at < bytes.size();) {
      if (is_blank(bytes[at])) {
        ++at;
        continue;
      }
      const std::size_t begin = at;
      while (at < bytes.size() && !is_blank(bytes[at])) ++at;
      words.push_back({begin, at});
      out.push_back(std::string_view(bytes).substr(begin, at - begin));
    }
    return out;
  }
};

class Run {
 public:
  Run(std::ostream& out, const Paint& p, WordMode mode)
      : out_(out), off_(p.off), style_(style_of(p, mode)) {}

  Text old;
  Text now;

  void flush() {
    if (now.bytes.empty()) {
      write(style_.removed, old.bytes);
    } else {
      show();
    }
    old = {};
    now = {};
  }

 private:
  void write(const Look& look, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      if (end != 0) {
        out_ << look.colour << look.before << text.substr(0, end) << look.behind;
        if (!look.colour.empty()) out_ << off_;
      }
      if (end == text.npos) return;
      out_ << style_.newline;
      text.remove_prefix(end + 1);
    }
  }

  // From where a run of words begins to where it ends; of none the end of the word before.
  static std::string_view part(const Text& text, std::uint32_t begin, std::uint32_t end,
                               std::size_t& from) {
    from = begin == end ? text.words[begin].end : text.words[begin + 1].begin;
    return std::string_view(text.bytes).substr(from, begin == end ? 0 : text.words[end].end - from);
  }

  void show() {
    const std::vector<merge::Line> a = old.cut();
    const std::vector<merge::Line> b = now.cut();
    std::size_t shown = 0;
    for (const merge::Difference& d : merge::shown_diff(a, b, {merge::Whitespace::exact, false})) {
      std::size_t from = 0;
      const std::string_view removed = part(old, d.a_begin, d.a_end, from);
      const std::string_view added = part(now, d.b_begin, d.b_end, from);
      write(style_.same, std::string_view(now.bytes).substr(shown, from - shown));
      write(style_.removed, removed);
      write(style_.added, added);
      shown = from + added.size();
    }
    write(style_.same, std::string_view(now.bytes).substr(shown));
  }

  std::ostream& out_;
  std::string_view off_;
  Style style_;
};

}  // namespace

void print_words(const Context& context, const merge::UnifiedHunk& hunk, WordMode mode) {
  Run run(context.out, paint(context), mode);
  for (const merge::UnifiedLine& line : hunk.lines) {
    if (line.sign == '-') {
      run.old.add(line.text);
    } else if (line.sign == '+') {
      run.now.add(line.text);
    } else {
      run.flush();
      if (mode == WordMode::porcelain) context.out << ' ';
      context.out << line.text << (line.text.ends_with('\n') ? "" : "\n");
      if (mode == WordMode::porcelain) context.out << "~\n";
    }
  }
  run.flush();
}

}  // namespace hn::cli
