// Changes a file as git's config.c does: git_config_set_multivar_in_file.
#include <algorithm>
#include <utility>

#include "hn/base/error.hpp"
#include "hn/repo/config.hpp"
#include "repo/config_parser.hpp"

namespace hn::repo {
namespace {

using Piece = ConfigParser::Piece;

std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> out;
  ConfigParser parser(text);
  for (;;) {
    auto piece = parser.next();
    if (!piece)
      throw Failure(Code::invalid, "the settings cannot be understood to their end",
                    "mend the file by hand first");
    out.push_back(std::move(*piece));
    if (out.back().kind == Piece::Kind::end) return out;
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else
      out += c;
  }
  return out;
}

std::string line_of(std::string_view key, std::string_view value) {
  const bool quoted =
      value.starts_with(' ') || value.ends_with(' ') || value.find_first_of(";#\r") != value.npos;
  const std::string quote = quoted ? "\"" : "";
  return "\t" + std::string(key) + " = " + quote + escaped(value) + quote + "\n";
}

std::string header_of(std::string_view section) {
  const std::size_t dot = section.find('.');
  if (dot == section.npos) return "[" + std::string(section) + "]\n";
  std::string out = "[" + std::string(section.substr(0, dot)) + " \"";
  for (const char c : section.substr(dot + 1)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"]\n";
}

// The name in the header that a text begins with, in capitals as they are: git takes these for
// another name here, and nowhere else.
std::string section_written_in(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = text.find('[') + 1; i < text.size(); ++i) {
    if (text[i] == ' ' || text[i] == '\t') {
      if (quoted) out += text[i];
    } else if (text[i] == '"') {
      if (std::exchange(quoted, true)) return out;
      out += '.';
    } else if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (!quoted && text[i] == ']') {
      return out;
    } else {
      out += text[i];
    }
  }
  return out;
}

// A part of the text that goes.
struct Cut {
  std::size_t begin;
  std::size_t end;
};

// Without the blanks before it in its line.
Cut cut_of(const std::string& text, std::size_t begin, std::size_t end) {
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  return {begin, end};
}

// The section around what is removed, where nothing else is in it and no comment near.
std::optional<Cut> emptied_section(const std::vector<Piece>& pieces, std::size_t at,
                                   const std::vector<std::size_t>& removed) {
  const auto goes = [&](std::size_t i) { return std::ranges::find(removed, i) != removed.end(); };
  std::size_t first = at;
  while (first > 0 && pieces[first].kind == Piece::Kind::entry) {
    if (pieces[first].comments || !goes(first)) return std::nullopt;
    --first;
  }
  if (pieces[first].kind != Piece::Kind::section || pieces[first].comments) return std::nullopt;
  std::size_t last = at + 1;
  while (pieces[last].kind == Piece::Kind::entry) {
    if (pieces[last].comments || !goes(last)) return std::nullopt;
    ++last;
  }
  if (pieces[last].comments) return std::nullopt;
  return Cut{pieces[first].begin, pieces[last].begin};
}

std::string without(const std::string& text, const std::vector<Cut>& cuts) {
  std::string out;
  std::size_t at = 0;
  for (const Cut& cut : cuts) {
    if (cut.begin > at) out += text.substr(at, cut.begin - at);
    if (cut.begin > at && !out.ends_with('\n')) out += '\n';
    at = std::max(at, cut.end);
  }
  return out + text.substr(at);
}

// Behind the last setting of the section, or as a new section.
std::string inserted(const std::string& text, const std::vector<Piece>& pieces,
                     const std::string& section, const std::string& name, const std::string& line) {
  std::size_t place = text.size();
  bool there = false;
  std::string current;
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::section) current = piece.key;
    if (piece.kind == Piece::Kind::end || current != section) continue;
    place = piece.end;
    there = true;
  }
  std::string out = text.substr(0, place);
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  if (!there) out += header_of(name.substr(0, name.rfind('.')));
  // What stands behind a header in its line goes on in a line of its own.
  std::string_view rest = std::string_view(text).substr(place);
  if (there && place > 0 && text[place - 1] != '\n' && rest.starts_with('\n'))
    rest.remove_prefix(1);
  return out + line + std::string(rest);
}

// Ends a value that goes on at the end of the file: it would take in what is added behind it, as
// happens to git.
std::string finished(std::string text) {
  std::string_view line = text;
  const bool has_end = line.ends_with('\n');
  if (has_end) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t other = line.find_last_not_of('\\');
  const std::size_t slashes = line.size() - (other == line.npos ? 0 : other + 1);
  if (slashes % 2 == 1) text += has_end ? "\n" : "\n\n";
  return text;
}

}  // namespace

std::optional<std::string> edited_config(const std::string& given, const std::string& name,
                                         ConfigEdit edit, const std::string& value) {
  const std::string text = finished(given);
  const auto key = config_key(name);
  if (!key)
    throw Failure(Code::refused, "'" + name + "' is no name of a setting", "such as user.name");
  const std::vector<Piece> pieces = pieces_of(text);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].kind == Piece::Kind::entry && pieces[i].key == *key) found.push_back(i);
  }
  const std::string line = line_of(name.substr(name.rfind('.') + 1), value);
  const std::string section = key->substr(0, key->rfind('.'));
  const bool all = edit == ConfigEdit::unset_all || edit == ConfigEdit::replace_all;
  const bool sets = edit == ConfigEdit::set || edit == ConfigEdit::replace_all;
  if (edit == ConfigEdit::add || (sets && found.empty()))
    return inserted(text, pieces, section, name, line);
  if (found.empty() || (found.size() > 1 && !all)) return std::nullopt;
  std::vector<Cut> cuts;
  if (sets) {
    // In place of the last.
    for (const std::size_t at : found)
      cuts.push_back(cut_of(text, pieces[at].begin, pieces[at].end));
    const std::size_t end = cuts.back().end;
    std::string out = without(text.substr(0, end), cuts);
    if (!out.empty() && !out.ends_with('\n')) out += '\n';
    return out + line + text.substr(end);
  }
  for (const std::size_t at : found) {
    const auto whole = emptied_section(pieces, at, found);
    cuts.push_back(whole ? *whole : cut_of(text, pieces[at].begin, pieces[at].end));
  }
  return without(text, cuts);
}

std::optional<std::string> edited_sections(const std::string& given, const std::string& name,
                                           const std::optional<std::string>& new_name) {
  for (const std::string& one : {name, new_name.value_or(name)})
    if (!config_key(one + ".key"))
      throw Failure(Code::invalid, "'" + one + "' is no name of a section", "such as alias");
  const std::string text = finished(given);
  const std::vector<Piece> pieces = pieces_of(text);
  const auto is_meant = [&](const Piece& piece) {
    return piece.kind == Piece::Kind::section &&
           section_written_in(std::string_view(text).substr(piece.begin)) == name;
  };
  const auto line_begin = [&](const Piece& piece) {
    return piece.begin == 0 ? 0 : text.rfind('\n', piece.begin - 1) + 1;
  };
  std::string out;
  std::size_t at = 0;
  bool found = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!is_meant(pieces[i])) continue;
    found = true;
    out += text.substr(at, std::max(at, line_begin(pieces[i])) - at);
    if (!new_name) {
      // With the comments up to the next header, as git does.
      do ++i;
      while (pieces[i].kind == Piece::Kind::entry);
      at = pieces[i].kind == Piece::Kind::end ? text.size() : line_begin(pieces[i]);
      --i;
      continue;
    }
    out += header_of(*new_name);
    at = std::min(text.find_first_not_of(" \t", pieces[i].end), text.size());
    if (at < text.size() && text[at] == '\n')
      ++at;
    else if (at < text.size())
      out += '\t';
  }
  return found ? std::optional(out + text.substr(at)) : std::nullopt;
}

}  // namespace hn::repo
