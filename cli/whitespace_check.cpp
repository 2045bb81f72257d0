// After git's diff.c (checkdiff_consume, builtin_checkdiff) and ws.c.
#include "whitespace_check.hpp"

#include <algorithm>
#include <ostream>

#include "patch.hpp"
#include "patch_line.hpp"

namespace hn::cli {
namespace {

constexpr std::size_t kMarkerBytes = 7;

bool is_conflict_marker(std::string_view line) {
  if (line.size() < kMarkerBytes) return false;
  const char c = line.front();
  if (c != '<' && c != '>' && c != '=' && c != '|') return false;
  if (line.find_first_not_of(c) < kMarkerBytes) return false;
  return line.size() == kMarkerBytes || line[kMarkerBytes] == ' ' || line[kMarkerBytes] == '\t' ||
         line[kMarkerBytes] == '\r';
}

// What is wrong with the blanks of a line; empty where nothing is.
std::string fault_of(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t\r");
  const std::size_t end = last == line.npos ? 0 : last + 1;
  std::string out = end < line.size() ? "trailing whitespace" : "";
  const std::string_view indent = line.substr(0, std::min(end, line.find_first_not_of(" \t")));
  if (indent.find(" \t") != indent.npos)
    out += std::string(out.empty() ? "" : ", ") + "space before tab in indent";
  return out;
}

class Checker {
 public:
  Checker(const Context& context, const object::BlockReader& reader)
      : context_(context), reader_(reader) {}

  void check(const FileDiff& file) {
    if (!file.after || (file.before && file.before->bytes == file.after->bytes)) return;
    const Side before = side_of(reader_, file.before);
    const Side after = side_of(reader_, file.after);
    if (!is_shown(after)) return;
    merge::UnifiedOptions options;
    options.context = 1;
    for (const merge::UnifiedHunk& hunk :
         merge::unified_hunks(before.text(), after.text(), options)) {
      std::uint32_t line = hunk.new_begin;
      for (const merge::UnifiedLine& each : hunk.lines) {
        if (each.sign == '+') check_line(file.new_path, line, each.text);
        line += each.sign != '-' ? 1 : 0;
      }
    }
    if (const auto line = first_blank_line_at_end(before.text(), after.text()))
      say(file.new_path, *line) << "new blank line at EOF.\n";
  }

  bool clean() const { return clean_; }

 private:
  std::ostream& say(const std::string& path, std::uint64_t line) {
    clean_ = false;
    return context_.out << escape_controls(path) << ":" << line << ": ";
  }

  void check_line(const std::string& path, std::uint32_t at, std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (is_conflict_marker(line)) say(path, at) << "leftover conflict marker\n";
    const std::string fault = fault_of(line);
    if (fault.empty()) return;
    say(path, at) << fault << ".\n";
    const Paint p = paint(context_);
    LinePrinter printer(context_.out, p, {}, {});
    printer.print({'+', line});
    printer.end();
  }

  const Context& context_;
  const object::BlockReader& reader_;
  bool clean_ = true;
};

}  // namespace

bool print_check(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files) {
  Checker checker(context, reader);
  for (const FileDiff& file : files) checker.check(file);
  return checker.clean();
}

}  // namespace hn::cli
