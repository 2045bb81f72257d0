// After git's diff.c (emit_line_0, emit_line_ws_markup, check_blank_at_eof) and ws.c.
#include "patch_line.hpp"

#include <algorithm>
#include <ostream>

namespace hn::cli {
namespace {

// What goes out together: a hunk may be as long as its file.
constexpr std::size_t kPlainBytes = 64U << 10U;

constexpr std::string_view kError = "\x1b[41m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kDimAlternate = "\x1b[2;3m";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, is_space);
}

std::uint64_t lines_of(std::string_view text) {
  const auto ends = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  return ends + (!text.empty() && !text.ends_with('\n') ? 1 : 0);
}

// Lines of blanks at the end; the first line of a text never counts.
std::uint64_t blank_lines_at_end(std::string_view text) {
  std::uint64_t count = 0;
  if (text.ends_with('\n')) text.remove_suffix(1);
  while (text.size() > 1) {
    const std::size_t end = text.rfind('\n');
    const std::size_t begin = end == text.npos ? 0 : end + 1;
    if (!is_blank(text.substr(begin))) break;
    ++count;
    if (end == text.npos) break;
    text = text.substr(0, end);
  }
  return count;
}

std::string_view colour_of(const Paint& p, const PatchLine& line) {
  const bool added = line.sign == '+';
  if (!line.moved) return added ? p.green : p.red;
  if (line.dim) return line.alternate ? kDimAlternate : kDim;
  if (added) return line.alternate ? "\x1b[1;33m" : "\x1b[1;36m";
  return line.alternate ? "\x1b[1;34m" : "\x1b[1;35m";
}

// What stands before the newline, carriage return last.
void put(std::ostream& out, std::string_view colour, char sign, std::string_view text,
         std::string_view off) {
  const bool returns = text.ends_with('\r');
  if (returns) text.remove_suffix(1);
  out << colour << sign << text << off << (returns ? "\r\n" : "\n");
}

}  // namespace

std::optional<std::uint64_t> first_blank_line_at_end(ByteView old_text, ByteView new_text) {
  const std::uint64_t old_count = blank_lines_at_end(as_text(old_text));
  const std::uint64_t new_count = blank_lines_at_end(as_text(new_text));
  if (new_count <= old_count) return std::nullopt;
  return lines_of(as_text(new_text)) - new_count + 1;
}

LinePrinter::LinePrinter(std::ostream& out, const Paint& paint, ByteView old_text,
                         ByteView new_text)
    : out_(out), paint_(paint) {
  if (paint.off.empty()) return;
  const auto first = first_blank_line_at_end(old_text, new_text);
  if (!first) return;
  const std::uint64_t old_count = blank_lines_at_end(as_text(old_text));
  old_blank_ = lines_of(as_text(old_text)) - old_count + 1;
  new_blank_ = *first;
}

void LinePrinter::begin(const merge::UnifiedHunk& hunk) {
  old_line_ = hunk.old_begin;
  new_line_ = hunk.new_begin;
}

void LinePrinter::end() {
  out_.write(plain_.data(), static_cast<std::streamsize>(plain_.size()));
  plain_.clear();
}

void LinePrinter::print(const PatchLine& line) {
  if (paint_.off.empty()) {
    plain_ += line.sign;
    plain_ += line.text;
    plain_ += '\n';
    if (plain_.size() >= kPlainBytes) end();
    return;
  }
  if (line.sign == '+') {
    ++new_line_;
    print_added(line);
    return;
  }
  ++old_line_;
  if (line.sign == '-') return put(out_, colour_of(paint_, line), '-', line.text, paint_.off);
  if (line.sign == ' ') ++new_line_;
  put(out_, "", line.sign, line.text, paint_.off);
}

bool LinePrinter::is_blank_at_end(std::string_view text) const {
  return old_blank_ > 0 && new_blank_ > 0 && old_blank_ <= old_line_ && new_blank_ <= new_line_ &&
         is_blank(text);
}

void LinePrinter::print_added(const PatchLine& line) {
  const std::string_view off = paint_.off;
  if (is_blank_at_end(line.text)) return put(out_, kError, '+', line.text, off);
  const std::string_view colour = colour_of(paint_, line);
  std::string_view text = line.text;
  out_ << colour << '+' << off;
  std::size_t end = text.size();
  while (end > 0 && is_space(text[end - 1])) --end;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < end && (text[i] == ' ' || text[i] == '\t'); ++i) {
    if (text[i] == ' ') continue;
    if (shown < i) out_ << kError << text.substr(shown, i - shown) << off;
    out_ << '\t';
    shown = i + 1;
  }
  if (shown < end) out_ << colour << text.substr(shown, end - shown) << off;
  if (end < text.size()) out_ << kError << text.substr(end) << off;
  out_ << '\n';
}

}  // namespace hn::cli
