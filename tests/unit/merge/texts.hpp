#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/random.hpp"
#include "hn/merge/text_merge.hpp"

// Texts written as words: "a b c" is the text "a\nb\nc\n".
namespace hn::merge::test {

inline std::string text(std::string_view words) {
  std::string out;
  for (const char c : words) out += c == ' ' ? '\n' : c;
  if (!words.empty()) out += '\n';
  return out;
}

inline std::vector<ByteView> views(const std::vector<std::string>& texts) {
  std::vector<ByteView> out;
  for (const auto& t : texts) out.push_back(as_bytes(t));
  return out;
}

// A merge on one line, words again: resolved hunks joined, conflicts as <term|term|term>.
inline std::string show(const TextMerge& merge) {
  std::string out;
  const auto words = [](std::string_view piece) {
    std::string w;
    for (const char c : piece) w += c == '\n' ? ' ' : c;
    if (!w.empty() && w.back() == ' ') w.pop_back();
    return w;
  };
  for (const auto& hunk : merge.hunks) {
    if (hunk.is_resolved() && hunk.terms[0].empty()) continue;
    if (!out.empty()) out += ' ';
    if (hunk.is_resolved()) {
      out += words(hunk.terms[0]);
      continue;
    }
    out += '<';
    for (std::size_t i = 0; i < hunk.terms.size(); ++i)
      out += (i ? "|" : "") + words(hunk.terms[i]);
    out += '>';
  }
  return out;
}

inline std::string merged(const std::vector<std::string>& words) {
  std::vector<std::string> texts;
  for (const auto& w : words) texts.push_back(text(w));
  return show(merge_texts(views(texts)));
}

inline std::uint64_t seed() {
  const char* given = std::getenv("HN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20240817;
}

// A text of lines out of `words` different ones, and a copy with a few edits.
inline std::vector<std::string> random_lines(Random& random, std::size_t length,
                                             std::uint64_t words) {
  std::vector<std::string> out(length);
  for (auto& line : out) line = "l" + std::to_string(random.below(words));
  return out;
}

inline std::vector<std::string> edited(std::vector<std::string> lines, Random& random,
                                       std::uint64_t edits, std::uint64_t words) {
  for (std::uint64_t i = 0; i < edits; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(lines.size() + 1));
    const auto what = random.below(3);
    const auto word = "l" + std::to_string(random.below(words));
    if (what == 0 || at == static_cast<std::ptrdiff_t>(lines.size())) {
      lines.insert(lines.begin() + at, word);
    } else if (what == 1) {
      lines.erase(lines.begin() + at);
    } else {
      lines[static_cast<std::size_t>(at)] = word;
    }
  }
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines, bool final_newline = true) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += lines[i];
    if (i + 1 < lines.size() || final_newline) out += '\n';
  }
  return out;
}

}  // namespace hn::merge::test
