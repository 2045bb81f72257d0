// The scanner of hn-merge(7), KEYS AND VALUES, and what writes such a file. There is no one format:
// what some program takes for a continued line, a second value or an operator is not read here, and
// the file is merged by lines. Comments are members too, as they would be lost with the layout.
#include "merge/key_values.hpp"

#include <algorithm>
#include <map>

#include "hn/base/bytes.hpp"

namespace hn::merge {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kNeverInKeys = "\"'`\\:#;";
constexpr std::string_view kOperators = "!%&*+-/<>?@^|~$,(){}";
constexpr char kCommentKey = '#';  // no other key begins so

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}
std::string_view without_blanks_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

// Of an entry or heading, and not one that stands alone.
bool is_comment_of_another(std::string_view key) {
  return key.starts_with(kCommentKey) && key.substr(1, 1) != "\n";
}

bool ends_with_comment(const TextMember& member) {
  const auto& inner = member.value.members;
  return inner.empty() ? member.key.starts_with(kCommentKey) && !is_comment_of_another(member.key)
                       : ends_with_comment(inner.back());
}

bool is_key(std::string_view key) {
  return !key.empty() && key.find_first_of(kNeverInKeys) == key.npos && key.front() != '[' &&
         key.front() != '!' && kOperators.find(key.back()) == kOperators.npos;
}

std::size_t count_unescaped(std::string_view text, char what) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == what)
      ++out;
  }
  return out;
}

// It ends with its line.
bool is_value(std::string_view value) {
  if (value.empty()) return true;
  if (value.back() == '\\' || count_unescaped(value, '"') % 2 != 0) return false;
  const char first = value.front();
  return (first != '\'' && first != '`') || std::ranges::count(value, first) % 2 == 0;
}

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t members_max)
      : text_(text), members_max_(members_max) {}

  std::optional<MemberText> run() {
    if (text_.starts_with("\xef\xbb\xbf")) return std::nullopt;
    out_.top.is_object = true;
    if (!begin_section({}, text_.substr(0, 0), text_.substr(0, 0))) return std::nullopt;
    while (at_ < text_.size()) {
      if (!line()) return std::nullopt;
    }
    if (!end_section() || !has_each_key_once(out_.top)) return std::nullopt;
    out_.after = text_.substr(blanks_);
    out_.top.bytes = text_;
    out_.top.end = out_.canonical.size();
    return std::move(out_);
  }

 private:
  // A line, and what ends it.
  struct Line {
    std::size_t begin = 0;
    std::string_view said;
    std::string_view end;
  };

  bool take_line(Line& out) {
    out.begin = at_;
    const std::size_t newline = std::min(text_.find('\n', at_), text_.size());
    at_ = std::min(newline + 1, text_.size());
    out.said = text_.substr(out.begin, newline - out.begin);
    if (newline < text_.size() && out.said.ends_with('\r')) out.said.remove_suffix(1);
    out.end = text_.substr(out.begin + out.said.size(), at_ - out.begin - out.said.size());
    return std::ranges::all_of(out.said, [](char c) {
      return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t';
    });
  }

  bool line() {
    Line line;
    if (!take_line(line)) return false;
    const auto said = without_blanks_before(line.said);
    if (said.empty()) return blank();
    if (said.front() == '#' || said.front() == ';') return comment(line);
    if (said.front() == '[') return heading(line);
    return entry(line);
  }

  bool blank() { return comment_.empty() || end_comment_alone(); }

  bool comment(const Line& line) {
    comment_.push_back(line);
    return true;
  }

  bool heading(const Line& line) {
    const auto said = without_blanks_behind(line.said);
    if (said.front() != '[' || said.find_first_of("[]", 1) != said.size() - 1 ||
        said.back() != ']' || said.size() < 3)
      return false;
    std::vector<Line> comment;
    comment.swap(comment_);
    if (!end_section()) return false;
    const std::string key(said);
    if (!comment.empty() && !add_comment(out_.top, kCommentKey + key, comment)) return false;
    const auto lead = text_.substr(blanks_, line.begin - blanks_);
    return begin_section(key, lead, text_.substr(line.begin, at_ - line.begin));
  }

  bool entry(const Line& line) {
    const auto said = without_blanks_before(line.said);
    const auto indent = line.said.substr(0, line.said.size() - said.size());
    if (!indent_) indent_ = indent;
    const std::size_t equals = said.find('=');
    if (equals == said.npos) return false;
    const auto key = without_blanks_behind(said.substr(0, equals));
    const auto value = without_blanks_before(said.substr(equals + 1));
    if (*indent_ != indent || !is_key(key) || !is_value(value)) return false;
    if (!comment_.empty()) {
      std::vector<Line> comment;
      comment.swap(comment_);
      if (!add_comment(section_.value, kCommentKey + std::string(key), comment)) return false;
    }
    TextMember member;
    member.key = key;
    member.lead = text_.substr(blanks_, line.begin - blanks_);
    member.head = line.said.substr(0, line.said.size() - value.size());
    member.value.bytes = value;
    member.trail = line.end;
    blanks_ = at_;
    return add(section_.value, std::move(member), value);
  }

  // A comment with a blank line behind it, or nothing, is known by what it says.
  bool end_comment_alone() {
    std::vector<Line> comment;
    comment.swap(comment_);
    std::string key = kCommentKey + std::string("\n") + said_by(comment);
    key += "\n" + std::to_string(++alone_[key]);
    return add_comment(section_.value, std::move(key), comment);
  }

  static std::string said_by(const std::vector<Line>& comment) {
    std::string out;
    for (const Line& line : comment) {
      out += without_blanks_behind(without_blanks_before(line.said));
      out += '\n';
    }
    return out;
  }

  bool add_comment(MemberValue& to, std::string key, const std::vector<Line>& comment) {
    const Line& last = comment.back();
    const std::size_t begin = comment.front().begin;
    const std::size_t end = last.begin + last.said.size();
    TextMember member;
    member.key = std::move(key);
    member.lead = text_.substr(blanks_, begin - blanks_);
    member.head = text_.substr(begin, 0);
    member.value.bytes = text_.substr(begin, end - begin);
    member.trail = last.end;
    blanks_ = end + last.end.size();
    return add(to, std::move(member), said_by(comment));
  }

  bool add(MemberValue& to, TextMember member, std::string_view said) {
    if (++out_.members > members_max_) return false;
    begin_canonical(member);
    out_.canonical += said;
    end_canonical(member);
    to.members.push_back(std::move(member));
    return true;
  }

  void begin_canonical(TextMember& member) {
    out_.canonical += std::to_string(member.key.size()) + ":" + member.key;
    member.value.begin = out_.canonical.size();
  }
  void end_canonical(TextMember& member) {
    member.value.end = out_.canonical.size();
    out_.canonical += '\0';
  }

  bool begin_section(std::string key, std::string_view lead, std::string_view head) {
    if (++out_.members > members_max_) return false;
    section_ = {};
    section_.key = std::move(key);
    section_.lead = lead;
    section_.head = head;
    section_.value.is_object = true;
    begin_canonical(section_);
    body_ = blanks_ = at_;
    indent_.reset();
    alone_.clear();
    return true;
  }

  bool end_section() {
    if (!comment_.empty() && !end_comment_alone()) return false;
    section_.value.bytes = text_.substr(body_, blanks_ - body_);
    end_canonical(section_);
    const bool is_good = has_each_key_once(section_.value);
    out_.top.members.push_back(std::move(section_));
    return is_good;
  }

  // Many readers take no notice of the case of letters.
  static bool has_each_key_once(const MemberValue& object) {
    std::vector<std::string> keys;
    for (const auto& member : object.members) {
      if (!member.key.starts_with(kCommentKey)) keys.push_back(in_small_letters(member.key));
    }
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) == keys.end();
  }

  std::string_view text_;
  std::size_t members_max_;
  std::size_t at_ = 0;
  std::size_t blanks_ = 0;     // behind the last member
  std::size_t body_ = 0;       // of the section
  std::vector<Line> comment_;  // lines that nothing stands behind yet
  std::optional<std::string_view> indent_;
  std::map<std::string, std::size_t> alone_;
  TextMember section_;
  MemberText out_;
};

// The members' own lines.
class Writer {
 public:
  explicit Writer(const MemberText& first)
      : line_end_(first.top.bytes.find("\r\n") == std::string_view::npos ? "\n" : "\r\n") {}

  void write(const MergedObject& object) {
    for (const MergedMember* member : order_of(object)) {
      const std::string& key = member->source->key;
      if (is_comment_of_another(key)) continue;
      const auto comment = object.members.find(kCommentKey + key);
      const bool is_alone = comment == object.members.end();
      if (!is_alone) write(comment->second, comment->second.source->lead);
      // What belongs together stays so, and apart what does not.
      write(*member, is_alone ? member->source->lead : std::string_view());
    }
  }

  // The last line of a file may have no end.
  void begin_line() {
    if (!text.empty() && !text.ends_with('\n')) text += line_end_;
  }

  std::string text;

 private:
  void write(const MergedMember& member, std::string_view lead) {
    begin_line();
    text += is_below_comment_ && lead.empty() ? line_end_ : lead;
    text += member.source->head;
    is_below_comment_ = member.object.empty() && ends_with_comment(*member.source);
    if (member.object.empty())
      text += member.source->value.bytes;
    else
      write(member.object.front());
    text += member.source->trail;
  }

  std::string_view line_end_;
  bool is_below_comment_ = false;  // that stands alone
};

std::string write_key_values(const MemberText& first, const MergedObject& merged) {
  Writer writer(first);
  writer.write(merged);
  if (!first.after.empty()) writer.begin_line();
  writer.text += first.after;
  return std::move(writer.text);
}

}  // namespace

std::optional<MemberText> scan_key_values(std::string_view text, std::size_t members_max) {
  return Scanner(text, members_max).run();
}

MemberMerge merge_key_values(const Terms<Terms<std::optional<ByteView>>>& nested) {
  return merge_members(nested, {scan_key_values, write_key_values});
}

}  // namespace hn::merge
