#include <ostream>

#include "alias.hpp"
#include "command.hpp"
#include "hn/base/error.hpp"
#include "hn/base/text.hpp"

namespace hn::cli {
namespace {

void print_aliases(const Context& context) {
  const auto all = aliases_of(own_settings(context));
  if (!all.empty()) context.out << "\naliases\n\n";
  for (const auto& [name, text] : all) {
    const std::size_t blanks = name.size() < 11 ? 12 - name.size() : 1;
    context.out << "  " << escape_controls(name) << std::string(blanks, ' ')
                << escape_controls(text) << "\n";
  }
}

int run(Context& context, const Given& given) {
  const auto name = given.value("COMMAND");
  if (!name) {
    context.out << overview();
    if (given.has("all")) print_aliases(context);
    return 0;
  }
  const Command* command = find_command(*name);
  if (command == nullptr) {
    if (const auto text = alias_of(own_settings(context), *name)) {
      context.out << "'" << escape_controls(*name) << "' stands for '" << escape_controls(*text)
                  << "'\n";
      return 0;
    }
  }
  if (command == nullptr)
    throw Failure(Code::usage, "'" + *name + "' is not a command of hn", "hn help lists them");
  context.out << help_text(*command);
  return 0;
}

int run_or_complete(Context& context, const Given& given) {
  const auto shell = given.value("completion");
  if (!shell) return run(context, given);
  context.out << completion_script(*shell);
  return 0;
}

}  // namespace

Command cmd_help() {
  return {"help",
          "Say what a command does",
          {{"-a,--all", "", "list the aliases too"},
           {"--completion", "SHELL", "print the completions for bash, zsh or fish", Offers::words,
            "bash zsh fish"}},
          {{"COMMAND", "the command", 0, 1, Offers::words}},
          run_or_complete};
}

}  // namespace hn::cli
