#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hn::repo {

// Reads one file, piece by piece; git's config syntax (git-config(1), SYNTAX).
class ConfigParser {
 public:
  struct Piece {
    enum class Kind { section, entry, end } kind = Kind::end;
    std::string key;  // of a section "section" or "section.subsection"
    std::string value;
    std::size_t begin = 0;  // of what stands for it, without blanks before it
    std::size_t end = 0;
    bool comments = false;  // there were some before it
  };

  explicit ConfigParser(std::string_view text) : text_(text), rest_(text) {}
  // nullopt where the text cannot be understood.
  std::optional<Piece> next();

 private:
  void skip_spaces();
  void skip_line();
  bool skip_blank();
  std::string name();
  bool section();
  std::optional<std::string> value_text();
  bool escape(std::string& out);

  std::string_view text_;
  std::string_view rest_;
  std::string section_;
  bool comments_ = false;
};

}  // namespace hn::repo
