#include <ostream>

#include "command.hpp"
#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  const auto name = given.value("COMMAND");
  if (!name) {
    context.out << overview();
    return 0;
  }
  const Command* command = find_command(*name);
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
          {{"--completion", "SHELL", "print the completions for bash, zsh or fish", Offers::words,
            "bash zsh fish"}},
          {{"COMMAND", "the command", 0, 1, Offers::words}},
          run_or_complete};
}

}  // namespace hn::cli
