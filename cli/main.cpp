#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "alias.hpp"
#include "command.hpp"
#include "failure.hpp"
#include "git_verbs.hpp"
#include "hn/node/tree_changes.hpp"
#include "pager.hpp"
#include "quiet.hpp"
#include "spelling.hpp"

namespace hn::cli {
namespace {

// Edits that turn one word into the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

Failure unknown_command(std::string_view verb, const repo::Settings& settings) {
  const std::string what = "'" + std::string(verb) + "' is not a command of hn";
  if (const std::string_view way = way_of_hn(verb); !way.empty())
    return Failure(Code::refused, what, std::string(way));
  std::optional<std::string> nearest;
  // From so many edits on it is another word; of a short one little would be left.
  std::size_t best = verb.size() < 4 ? 2 : 3;
  for (const Command& command : commands()) {
    if (const std::size_t d = distance(verb, command.name); d < best)
      best = d, nearest = std::string(command.name);
  }
  for (const auto& [name, text] : aliases_of(settings)) {
    if (const std::size_t d = distance(verb, name); d < best) best = d, nearest = name;
  }
  if (nearest) return Failure(Code::refused, what, "did you mean: hn " + *nearest);
  return Failure(Code::refused, what, "hn help lists them");
}

std::string key_of(std::string_view names) {
  const std::size_t at = names.rfind("--");
  return std::string(at == std::string_view::npos ? names.substr(1) : names.substr(at + 2));
}

// The library takes a word "[a,b]" for the words a and b, and "{}" for none at all: such a word
// goes past it behind a byte that no word of ours begins with.
constexpr char kGuard = '\x01';
void guard(std::string& word) {
  if (word.starts_with('[') || word.starts_with('{') || word.starts_with(kGuard))
    word.insert(word.begin(), kGuard);
  // Nor does it take an empty value behind "=".
  if (word.starts_with("--") && word.ends_with('=')) word += kGuard;
}
void unguard(std::string& word) {
  if (word.starts_with(kGuard)) word.erase(word.begin());
}

// Parses what follows the verb by the command's row of the table.
std::optional<Given> parse(const Command& command, std::vector<std::string> words) {
  CLI::App app;
  app.set_help_flag();
  bool help = false;
  // Of grep -h is something else.
  app.add_flag(has_option(command, "-h") ? "--help" : "-h,--help", help);
  struct Slot {
    std::string key;
    CLI::Option* option = nullptr;
    std::unique_ptr<std::vector<std::string>> values = std::make_unique<std::vector<std::string>>();
    std::unique_ptr<bool> flag = std::make_unique<bool>(false);
  };
  std::vector<Slot> slots;
  for (const Option& option : command.options) {
    Slot slot{key_of(option.names)};
    if (option.value.empty()) {
      slot.option = app.add_flag(names_both_ways(command, option), *slot.flag);
      slot.option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    } else {
      slot.option = app.add_option(std::string(option.names), *slot.values);
      slot.option->expected(1)->allow_extra_args(false);
      slot.option->multi_option_policy(option.many ? CLI::MultiOptionPolicy::TakeAll
                                                   : CLI::MultiOptionPolicy::TakeLast);
    }
    slots.push_back(std::move(slot));
  }
  for (const Argument& argument : command.arguments) {
    Slot slot{std::string(argument.name)};
    slot.option = app.add_option(std::string(argument.name), *slot.values);
    const int max = argument.max == kMany ? CLI::detail::expected_max_vector_size
                                          : static_cast<int>(argument.max);
    slot.option->allow_extra_args(argument.max == kMany);
    slot.option->expected(static_cast<int>(std::max<std::size_t>(argument.min, 1)), max);
    slot.option->required(argument.min > 0);
    slots.push_back(std::move(slot));
  }
  std::vector<std::string> behind;
  const auto dashes = std::ranges::find(words, "--");
  const bool separated = command.separates && dashes != words.end();
  if (separated) {
    behind.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }
  for (std::string& word : words) guard(word);
  std::ranges::reverse(words);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    std::string what = error.what();
    std::erase(what, kGuard);
    if (!help) throw Failure(Code::usage, what, usage_line(command));
  }
  if (help) return std::nullopt;
  Given given;
  if (separated) given.set("--", std::move(behind));
  // Where each was given last; 0 for what was not.
  std::map<std::string, std::size_t> places;
  std::size_t place = 0;
  for (const CLI::Option* option : app.parse_order()) {
    ++place;
    for (const Slot& slot : slots)
      if (slot.option == option) places[slot.key] = place;
  }
  for (Slot& slot : slots) {
    for (std::string& value : *slot.values) unguard(value);
    const bool taken_back = slot.values->empty() && !*slot.flag;
    const bool overruled = std::ranges::any_of(places, [&](const auto& other) {
      return other.second > places[slot.key] && takes_back(other.first, slot.key);
    });
    if (places[slot.key] != 0 && taken_back) given.take_back(slot.key);
    if (places[slot.key] == 0 || taken_back || overruled) continue;
    given.set(slot.key, std::move(*slot.values));
  }
  return given;
}

// By --color behind the verb, else before it, CLICOLOR_FORCE, CLICOLOR, the setting color.ui and
// NO_COLOR, in this order.
bool wants_colour(bool terminal, const Given& given, const repo::Settings& settings,
                  const std::string& global) {
  const auto when = given.has("no-color") ? "never" : given.value("color").value_or(global);
  if (when == "auto" && (given.has("color-words") || given.value("word-diff") == "color"))
    return true;
  if (when == "always" || when == "never") return when == "always";
  if (when != "auto")
    throw Failure(Code::usage, "'" + when + "' is no time for colours", "always, never or auto");
  const auto is_set = [](const char* name, std::string_view off) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' && value != off;
  };
  const char* no = std::getenv("NO_COLOR");
  if (no == nullptr && is_set("CLICOLOR_FORCE", "0")) return true;
  const char* cli = std::getenv("CLICOLOR");
  if (cli != nullptr && std::string_view(cli) == "0") return false;
  const char* term = std::getenv("TERM");
  const std::string set = settings.get("color.ui").value_or("auto");
  if (set == "always") return true;
  if (set == "never" || set == "false" || set == "no" || set == "off" || set == "0") return false;
  return terminal && (no == nullptr || *no == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

std::size_t terminal_columns() {
  if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    if (const int n = std::atoi(columns); n > 0) return static_cast<std::size_t>(n);
  }
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string current_folder() {
  std::array<char, 65536> path{};
  if (getcwd(path.data(), path.size()) == nullptr)
    throw Failure(Code::io, "the current folder is gone");
  return path.data();
}

// "NAME=VALUE" of -c goes on in the environment, as the last and strongest setting, so that
// programs that this one starts have it too.
void take_setting(const std::string& word) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  if (!repo::config_key(name))
    throw Failure(Code::invalid, "'" + word + "' is no setting", "hn -c NAME=VALUE COMMAND");
  const char* text = std::getenv("HN_CONFIG_COUNT");
  const std::string count = text == nullptr ? "0" : text;
  const std::string value = equals == word.npos ? "true" : word.substr(equals + 1);
  setenv(("HN_CONFIG_KEY_" + count).c_str(), name.c_str(), 1);
  setenv(("HN_CONFIG_VALUE_" + count).c_str(), value.c_str(), 1);
  setenv("HN_CONFIG_COUNT", std::to_string(std::strtoul(count.c_str(), nullptr, 10) + 1).c_str(),
         1);
}

// What stands before the verb.
struct Leading {
  bool paging = false;  // where there is a terminal
  bool quiet = false;
  std::string colour = "auto";
};

// "--quiet" and its like; false for another word.
bool take_flag(std::string_view word, Leading& leading) {
  struct Pathspecs {
    std::string_view option;
    const char* variable;
    const char* value;
  };
  constexpr std::array kPathspecs{Pathspecs{"--literal-pathspecs", "HN_LITERAL_PATHSPECS", "1"},
                                  Pathspecs{"--no-literal-pathspecs", "HN_LITERAL_PATHSPECS", "0"},
                                  Pathspecs{"--glob-pathspecs", "HN_GLOB_PATHSPECS", "1"},
                                  Pathspecs{"--noglob-pathspecs", "HN_NOGLOB_PATHSPECS", "1"},
                                  Pathspecs{"--icase-pathspecs", "HN_ICASE_PATHSPECS", "1"}};
  for (const Pathspecs& one : kPathspecs) {
    if (word != one.option) continue;
    // In the environment, so that programs that this one starts have it too.
    setenv(one.variable, one.value, 1);
    return true;
  }
  if (word == "--no-pager" || word == "-P") {
    leading.paging = false;
  } else if (word == "--quiet" || word == "-q" || word == "--no-verbose") {
    leading.quiet = true;
  } else if (word == "--verbose" || word == "--no-quiet") {
    leading.quiet = false;
  } else if (word == "--color") {
    leading.colour = "always";
  } else if (word == "--no-color") {
    leading.colour = "never";
  } else if (word.starts_with("--color=")) {
    leading.colour = word.substr(word.find('=') + 1);
  } else {
    return false;
  }
  return true;
}

void take_leading_options(Context& context, std::vector<std::string>& words, Leading& leading) {
  while (!words.empty()) {
    const std::string option = words.front();
    if (take_flag(option, leading)) {
      words.erase(words.begin());
      continue;
    }
    if (option != "-C" && option != "-c") return;
    if (words.size() < 2) {
      throw option == "-C" ? Failure(Code::usage, "-C wants a folder", "hn -C DIR COMMAND")
                           : Failure(Code::usage, "-c wants a setting", "hn -c NAME=VALUE COMMAND");
    }
    if (option == "-C") {
      context.folder = context.absolute(words[1]);
      const auto stat = context.world.fs.stat(context.folder);
      if (!stat || !stat->folder) {
        throw Failure(Code::not_found, "there is no folder " + words[1], "hn -C DIR COMMAND");
      }
    } else {
      take_setting(words[1]);
    }
    words.erase(words.begin(), words.begin() + 2);
  }
}

// The first word is no verb: the words that it stands for take its place, or its command is run.
// Failure usage where it stands for nothing.
std::optional<int> expand_alias(const Context& context, std::vector<std::string>& words,
                                std::vector<std::string>& seen) {
  const repo::Settings settings = own_settings(context);
  if (words.empty()) throw Failure(Code::usage, "the alias '" + seen.back() + "' names no command");
  const std::string name = words.front();
  const auto text = alias_of(settings, name);
  if (!text) throw unknown_command(name, settings);
  words.erase(words.begin());
  if (text->starts_with('!')) return run_shell_alias(context, name, text->substr(1), words);
  if (std::ranges::find(seen, name) != seen.end())
    throw Failure(Code::usage, "the alias '" + name + "' stands for itself",
                  "hn config --get-all alias." + name);
  seen.push_back(name);
  const std::vector<std::string> meant = alias_words(name, *text);
  words.insert(words.begin(), meant.begin(), meant.end());
  return std::nullopt;
}

int run(std::vector<std::string> words, Quiet& quiet) {
  Context context{repo::process_world(), current_folder(), std::cout, std::cerr};
  context.world.ask_watcher = [&world = context.world](const std::string& root, const auto& token) {
    return node::ask_tree_changes(world, root, token);
  };
  context.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  context.err_is_terminal = isatty(STDERR_FILENO) == 1;
  context.in_is_terminal = isatty(STDIN_FILENO) == 1;
  context.columns = terminal_columns();
  Leading leading;
  leading.paging = context.out_is_terminal;
  std::vector<std::string> seen;
  take_leading_options(context, words, leading);
  if (words.empty()) {
    std::cerr << overview();
    return kExitUsage;
  }
  if (words.front() == "--version" || words.front() == "-v") words.front() = "version";
  if (words.front() == "--help" || words.front() == "-h") words.front() = "help";
  const Command* command = find_command(words.front());
  while (command == nullptr) {
    if (const auto status = expand_alias(context, words, seen)) return *status;
    take_leading_options(context, words, leading);
    if (!words.empty()) command = find_command(words.front());
  }
  words.erase(words.begin());
  spell_out(*command, words);
  const auto given = parse(*command, std::move(words));
  if (!given) {
    std::cout << help_text(*command);
    return 0;
  }
  const repo::Settings settings = command->pages ? own_settings(context) : repo::Settings();
  context.colour = wants_colour(context.out_is_terminal, *given, settings, leading.colour);
  if (leading.quiet || (given->has("quiet") && quiet_means_silence(command->name))) {
    context.err_is_terminal = false;
    quiet.begin(tells_only(*command, *given));
  }
  std::optional<Pager> pager;
  const auto pager_name = pager_command(context.world.environment, settings.get("core.pager"));
  if (leading.paging && command->pages && pager_name) {
    if (can_start_pager(context.world.environment, *pager_name))
      pager.emplace(*pager_name);
    else
      context.err << "hn: the pager '" << *pager_name << "' cannot be started\n";
  }
  const int status = command->run(context, *given);
  quiet.end();
  std::cout.flush();
  if (!std::cout)
    throw Failure(Code::io, "the output could not be written",
                  "is there space where it goes, and does somebody read it?");
  return status;
}

// Where one of the three is closed, the next file that is opened would take its place: what is said
// would be written into it, and a program that goes on in the background would lack it. Reading
// alone, so that output that goes nowhere is still an error.
void fill_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(file, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != file) _exit(kExitFatal);
  }
}

}  // namespace
}  // namespace hn::cli

int main(int argc, char** argv) {
  hn::cli::fill_standard_files();
  hn::cli::Quiet quiet;
  try {
    return hn::cli::run({argv + 1, argv + argc}, quiet);
  } catch (const hn::Failure& failure) {
    std::cout.flush();
    std::cerr << hn::cli::told(failure);
    return hn::cli::exit_status(failure.code());
  } catch (const std::exception& error) {
    std::cerr << "hn: " << error.what() << "\n";
    return hn::cli::kExitFatal;
  }
}
