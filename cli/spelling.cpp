#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hn::cli {
namespace {

enum class Form {
  digits,  // a dash and a number
  alone,   // the option without the value that it may have
  stuck,   // a short option with its value behind it
};

struct Spelling {
  Form form;
  std::string_view typed;
  std::string_view option;  // the command has it
  std::string_view value;   // for Form::alone
};

constexpr std::array kSpellings{
    Spelling{Form::digits, "-", "--number", ""},
    Spelling{Form::digits, "-", "--context", ""},
    Spelling{Form::alone, "--color", "--color", "always"},
    Spelling{Form::alone, "--pretty", "--format", "medium"},
    Spelling{Form::alone, "--find-renames", "-M", ""},
    Spelling{Form::alone, "--color-moved", "--color-moved", "default"},
    Spelling{Form::alone, "--bool", "--type", "bool"},
    Spelling{Form::alone, "--int", "--type", "int"},
    Spelling{Form::alone, "--bool-or-int", "--type", "bool-or-int"},
    Spelling{Form::alone, "--path", "--type", "path"},
    Spelling{Form::alone, "--word-diff", "--word-diff", "plain"},
    Spelling{Form::stuck, "-M", "--find-renames", ""},
    Spelling{Form::alone, "--porcelain", "--porcelain", "v1"},
    Spelling{Form::alone, "--ignored", "--ignored", "traditional"},
    Spelling{Form::alone, "--untracked-files", "--untracked-files", "all"},
    Spelling{Form::alone, "-u", "--untracked-files", "all"},
    Spelling{Form::stuck, "-u", "--untracked-files", ""},
};

// Whether a word is an option whose value is the next word.
bool wants_value(const Command& command, std::string_view word) {
  return std::ranges::any_of(command.options, [&](const Option& option) {
    const std::string names = "," + std::string(option.names) + ",";
    return !option.value.empty() && names.find("," + std::string(word) + ",") != names.npos;
  });
}

// An option of the same name that takes no value needs none.
bool is_for(const Command& command, const Spelling& spelling) {
  return spelling.value.empty() ? has_option(command, spelling.option)
                                : wants_value(command, spelling.option);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void spell_out(const Spelling& spelling, std::string& word) {
  const std::string option(spelling.option);
  switch (spelling.form) {
    case Form::digits:
      if (word.starts_with('-') && is_number(std::string_view(word).substr(1)))
        word = option + "=" + word.substr(1);
      break;
    case Form::alone:
      if (word == spelling.typed)
        word = spelling.value.empty() ? option : option + "=" + std::string(spelling.value);
      break;
    case Form::stuck:
      if (word.starts_with(spelling.typed) && word.size() > spelling.typed.size())
        word = option + "=" + word.substr(spelling.typed.size());
      break;
  }
}

}  // namespace

bool has_option(const Command& command, std::string_view name) {
  return std::ranges::any_of(command.options, [&](const Option& option) {
    const std::string names = "," + std::string(option.names) + ",";
    return names.find("," + std::string(name) + ",") != names.npos;
  });
}

void spell_out(const Command& command, std::vector<std::string>& words) {
  bool is_value = false;
  for (std::string& word : words) {
    if (std::exchange(is_value, false)) continue;
    if (word == "--") return;
    for (const Spelling& spelling : kSpellings)
      if (is_for(command, spelling)) spell_out(spelling, word);
    is_value = word.starts_with('-') && wants_value(command, word);
  }
}

}  // namespace hn::cli
