#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hn/base/error.hpp"

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
    Spelling{Form::alone, "--decorate", "--decorate", "short"},
    Spelling{Form::alone, "--stat", "--stat", "0"},
    Spelling{Form::alone, "--untracked-files", "--untracked-files", "all"},
    Spelling{Form::alone, "-u", "--untracked-files", "all"},
    Spelling{Form::stuck, "-u", "--untracked-files", ""},
};

const Option* option_of(const Command& command, std::string_view name) {
  const auto at = std::ranges::find_if(command.options, [&](const Option& option) {
    const std::string names = "," + std::string(option.names) + ",";
    return names.find("," + std::string(name) + ",") != names.npos;
  });
  return at == command.options.end() ? nullptr : &*at;
}

// Whether a word is an option whose value is the next word.
bool wants_value(const Command& command, std::string_view word) {
  const Option* option = option_of(command, word);
  return option != nullptr && !option->value.empty();
}

// The same of a word that may be several short options, of which the last one decides.
bool ends_in_option_with_value(const Command& command, std::string_view word) {
  if (!word.starts_with('-') || word.starts_with("--")) return wants_value(command, word);
  for (std::size_t i = 1; i < word.size(); ++i)
    if (wants_value(command, "-" + std::string(1, word[i]))) return i + 1 == word.size();
  return false;
}

// An option of the same name that takes no value needs none.
bool is_for(const Command& command, const Spelling& spelling) {
  return spelling.value.empty() ? has_option(command, spelling.option)
                                : wants_value(command, spelling.option);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_spelled(const Command& command, std::string_view word) {
  return std::ranges::any_of(kSpellings, [&](const Spelling& spelling) {
    if (!is_for(command, spelling)) return false;
    if (spelling.form == Form::digits) return is_number(word.substr(1));
    return spelling.form == Form::stuck ? word.starts_with(spelling.typed) : word == spelling.typed;
  });
}

// Behind short options that take no value may stand what only this table can read: "-n2" is "-n"
// and "-2", "-su" is "-s" and "-u". Leaves the former.
std::optional<std::string> split_off(const Command& command, std::string& word) {
  if (!word.starts_with('-') || word.starts_with("--") || is_spelled(command, word))
    return std::nullopt;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const Option* option = option_of(command, "-" + std::string(1, word[i]));
    std::string rest = "-" + word.substr(i);
    if (i > 1 && is_spelled(command, rest)) {
      word.resize(i);
      return rest;
    }
    if (option == nullptr || !option->value.empty()) return std::nullopt;
  }
  return std::nullopt;
}

// The parser takes "--force=no" for --force.
void refuse_value_of_flag(const Command& command, std::string_view word) {
  const std::size_t equals = word.find('=');
  if (!word.starts_with("--") || equals == word.npos) return;
  const std::string_view name = word.substr(0, equals);
  const Option* option = option_of(command, name);
  const bool is_help = option == nullptr && name == "--help";
  if (is_help || (option != nullptr && option->value.empty()))
    throw Failure(Code::usage, "option '" + std::string(name.substr(2)) + "' takes no value",
                  usage_line(command));
}

constexpr std::array<std::string_view, 8> kDiffForms{
    "-p", "--patch", "--numstat", "--shortstat", "--name-only", "--name-status", "-U", "--unified"};

bool shows_changes(std::string_view word) {
  if (word.starts_with("--stat") || word.starts_with("-U")) return true;
  return std::ranges::find(kDiffForms, word.substr(0, word.find('='))) != kDiffForms.end();
}

// As in git, -s holds until a form of showing changes is asked for behind it.
void drop_overruled_silence(const Command& command, std::vector<std::string>& words) {
  if (!has_option(command, "--no-patch")) return;
  const auto end = std::ranges::find(words, "--");
  auto last = end;
  for (auto at = words.begin(); at != end; ++at) {
    if (at != words.begin() && ends_in_option_with_value(command, *std::prev(at))) continue;
    if (shows_changes(*at)) last = at;
  }
  if (last == end) return;
  const auto kept = std::remove_if(words.begin(), last, [](const std::string& word) {
    return word == "-s" || word == "--no-patch";
  });
  words.erase(kept, last);
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
  return option_of(command, name) != nullptr;
}

void spell_out(const Command& command, std::vector<std::string>& words) {
  bool is_value = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::exchange(is_value, false)) continue;
    if (words[i] == "--") break;
    if (auto rest = split_off(command, words[i]))
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, *std::move(rest));
    std::string& word = words[i];
    for (const Spelling& spelling : kSpellings)
      if (is_for(command, spelling)) spell_out(spelling, word);
    refuse_value_of_flag(command, word);
    is_value = ends_in_option_with_value(command, word);
  }
  drop_overruled_silence(command, words);
}

}  // namespace hn::cli
