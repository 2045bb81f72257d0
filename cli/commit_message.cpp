#include "commit_message.hpp"

#include "hn/base/error.hpp"
#include "hn/repo/commit.hpp"
#include "hooks.hpp"

namespace hn::cli {
namespace {

constexpr std::string_view kScissors = "# ------------------------ >8 ------------------------\n";

std::string without_comments(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (text.front() != '#') out += text.substr(0, end);
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

std::string cleaned(std::string_view text, Cleanup cleanup) {
  switch (cleanup) {
    case Cleanup::strip:
      return repo::cleaned_message(without_comments(text));
    case Cleanup::whitespace:
      return repo::cleaned_message(text);
    case Cleanup::verbatim:
      return std::string(text);
    case Cleanup::scissors:
      return repo::cleaned_message(above_scissors(text));
  }
  return std::string(text);
}

std::string_view above_scissors(std::string_view text) {
  for (std::size_t at = text.find(kScissors); at != text.npos; at = text.find(kScissors, at + 1))
    if (at == 0 || text[at - 1] == '\n') return text.substr(0, at);
  return text;
}

std::string scissors() {
  return std::string(kScissors) +
         "# Do not modify or remove the line above.\n"
         "# Everything below it will be ignored.\n";
}

std::optional<std::string> editor_command(const Context& context) {
  const auto set = [&](const char* name) {
    const auto value = context.world.environment(name);
    return value && !value->empty() ? value : std::nullopt;
  };
  if (auto own = set("HN_EDITOR")) return own;
  if (!context.in_is_terminal) return std::nullopt;
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
