// After git's diffcore-pickaxe.c.
#include "pickaxe.hpp"

#include <algorithm>

#include "hn/merge/unified.hpp"
#include "patch.hpp"

namespace hn::cli {

std::vector<Option> Pickaxe::option_rows() {
  return {{"-S", "TEXT", "files in which TEXT stands more or less often than before"},
          {"-G", "PATTERN", "files of which a line that matches came or went"},
          {"--pickaxe-regex", "", "the text of -S is an extended regular expression"},
          {"--pickaxe-all", "", "of a commit with such a file all files"}};
}

std::shared_ptr<const Pickaxe> Pickaxe::from(const Given& given) {
  const auto text = given.value("S");
  const auto pattern = given.value("G");
  if (!text && !pattern) return nullptr;
  if (text && pattern) throw Failure(Code::usage, "-S and -G exclude each other");
  const bool fixed = text && !given.has("pickaxe-regex");
  const repo::Pattern::Options options{
      fixed ? repo::Pattern::Kind::fixed : repo::Pattern::Kind::extended,
      given.has("regexp-ignore-case"), false};
  return std::shared_ptr<const Pickaxe>(
      new Pickaxe(text ? *text : *pattern, options, pattern.has_value(), given.has("pickaxe-all")));
}

std::uint64_t Pickaxe::count(std::string_view text) const {
  std::uint64_t n = 0;
  const auto in_piece = [&](std::string_view piece) {
    for (std::size_t at = 0; at < piece.size();) {
      const auto match = pattern_.find(piece, at);
      if (!match) return;
      ++n;
      at = std::max(match->end, at + (match->begin == match->end ? match->end - at + 1 : 0));
    }
  };
  if (!empty_) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      in_piece(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  return n;
}

bool Pickaxe::takes(const object::BlockReader& reader, const FileDiff& file) const {
  if (file.before && file.after && file.before->bytes == file.after->bytes) return false;
  const Side before = side_of(reader, file.before);
  const Side after = side_of(reader, file.after);
  if (!lines_) return count(as_text(before.text())) != count(as_text(after.text()));
  if (!is_shown(before) || !is_shown(after)) return false;
  if (!file.before || !file.after)
    return pattern_.matches_a_line(as_text(file.before ? before.text() : after.text()));
  merge::UnifiedOptions options;
  options.context = 0;
  const auto hunks = merge::unified_hunks(before.text(), after.text(), options);
  return std::ranges::any_of(hunks, [&](const merge::UnifiedHunk& hunk) {
    return std::ranges::any_of(hunk.lines, [&](const merge::UnifiedLine& line) {
      std::string_view text = line.text;
      if (text.ends_with('\n')) text.remove_suffix(1);
      return line.sign != ' ' && pattern_.matches(text);
    });
  });
}

void Pickaxe::pick(const object::BlockReader& reader, std::vector<FileDiff>& files) const {
  if (all_) {
    const bool any =
        std::ranges::any_of(files, [&](const FileDiff& file) { return takes(reader, file); });
    if (!any) files.clear();
    return;
  }
  std::erase_if(files, [&](const FileDiff& file) { return !takes(reader, file); });
}

}  // namespace hn::cli
