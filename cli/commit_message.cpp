#include "commit_message.hpp"

#include "alias.hpp"
#include "hn/base/error.hpp"
#include "hn/repo/commit.hpp"
#include "hooks.hpp"

namespace hn::cli {
namespace {

constexpr std::string_view kScissors = " ------------------------ >8 ------------------------\n";

std::string without_comments(std::string_view text, char comment) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (text.front() != comment) out += text.substr(0, end);
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::optional<Cleanup> cleanup_of(const Given& given) {
  const auto word = given.value("cleanup");
  if (!word || *word == "default") return std::nullopt;
  if (*word == "strip") return Cleanup::strip;
  if (*word == "whitespace") return Cleanup::whitespace;
  if (*word == "verbatim") return Cleanup::verbatim;
  if (*word == "scissors") return Cleanup::scissors;
  throw Failure(Code::usage, "--cleanup knows no '" + *word + "'",
                "it takes strip, whitespace, verbatim, scissors or default");
}

std::string cleaned(std::string_view text, Cleanup cleanup, char comment) {
  switch (cleanup) {
    case Cleanup::strip:
      return repo::cleaned_message(without_comments(text, comment));
    case Cleanup::whitespace:
      return repo::cleaned_message(text);
    case Cleanup::verbatim:
      return std::string(text);
    case Cleanup::scissors:
      return repo::cleaned_message(above_scissors(text, comment));
  }
  return std::string(text);
}

char comment_char(const repo::Settings& settings, std::string_view text) {
  const std::string set = settings.get("core.commentchar").value_or("#");
  if (set == "auto") {
    constexpr std::string_view kCandidates = "#;@!$%^&|:";  // as git has them
    const std::string lines = "\n" + std::string(text);
    for (const char c : kCandidates)
      if (lines.find(std::string("\n") + c) == lines.npos) return c;
    throw Failure(Code::refused, "with each character that could begin a comment a line begins",
                  "hn config core.commentChar CHARACTER");
  }
  const auto c = static_cast<unsigned char>(set.front());
  if (set.size() > 1 || c < 32 || c >= 127)
    throw Failure(Code::invalid, "core.commentChar is '" + set + "', no single ASCII character",
                  "hn config core.commentChar ';', or auto");
  return set.front();
}

std::string commented(std::string_view text, char comment) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    (out += comment) += text.front() == '\n' || text.front() == '\t' ? "" : " ";
    out += text.substr(0, end);
    text.remove_prefix(end);
  }
  return out;
}

std::string_view above_scissors(std::string_view text, char comment) {
  const std::string line = comment + std::string(kScissors);
  for (std::size_t at = text.find(line); at != text.npos; at = text.find(line, at + 1))
    if (at == 0 || text[at - 1] == '\n') return text.substr(0, at);
  return text;
}

std::string scissors(char comment) {
  return comment + std::string(kScissors) +
         commented(
             "Do not modify or remove the line above.\nEverything below it will be ignored.\n",
             comment);
}

std::optional<std::string> editor_command(const Context& context) {
  const auto set = [&](const char* name) {
    const auto value = context.world.environment(name);
    return value && !value->empty() ? value : std::nullopt;
  };
  if (auto own = set("HN_EDITOR")) return own;
  if (!context.in_is_terminal) return std::nullopt;
  if (auto usual = own_settings(context).get("core.editor")) return usual;
  const auto term = set("TERM");
  const bool dumb = !term || *term == "dumb";
  if (auto visual = set("VISUAL"); visual && !dumb) return visual;
  if (auto plain = set("EDITOR")) return plain;
  return dumb ? std::nullopt : std::optional<std::string>("vi");
}

void write_text(const Context& context, const std::string& file, std::string_view text) {
  const auto open = context.world.fs.open(file, os::Access::create);
  open->truncate(0);
  open->write_at(0, as_bytes(text));
}

std::string edited(const Context& context, const std::string& editor, const std::string& file,
                   std::string_view text) {
  write_text(context, file, text);
  if (editor != ":" && run_shell(editor, file) != 0)
    throw Failure(Code::refused, "the editor '" + editor + "' failed",
                  "say which one: HN_EDITOR; or give the message: hn commit -m MESSAGE");
  return to_string(os::read_file(context.world.fs, file));
}

}  // namespace hn::cli
