#include <sstream>

#include "command.hpp"
#include "hn/base/error.hpp"

// The completion scripts, made from the table of commands. The ones in completions/ are what this
// prints; a test holds them together.
namespace hn::cli {
namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  std::stringstream in{std::string(text)};
  for (std::string word; std::getline(in, word, at);) {
    if (!word.empty()) out.push_back(word);
  }
  return out;
}

std::string names_of_all(std::string_view joined_by) {
  std::string out;
  for (const Command& command : commands()) {
    if (!out.empty()) out += joined_by;
    out += command.name;
  }
  return out;
}

// What a value is completed with: words from the table, or from the repository at hand.
std::string words_for(Offers offers, std::string_view words) {
  switch (offers) {
    case Offers::words:
      return words.empty() ? names_of_all(" ") : std::string(words);
    case Offers::branches:
    case Offers::revisions:
      return "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')";
    case Offers::members:
      return "$(hn members 2>/dev/null | sed 's/^[* ] //; s/ .*//')";
    default:
      return "";
  }
}

// The options of a command that take a value, separated by spaces.
std::string valued(const Command& command) {
  std::string out;
  for (const Option& option : command.options) {
    if (option.value.empty()) continue;
    for (const std::string& name : split(option.names, ',')) out += (out.empty() ? "" : " ") + name;
  }
  return out;
}

// How bash completes a value; empty where it cannot.
std::string bash_action(Offers offers, std::string_view words) {
  switch (offers) {
    case Offers::nothing:
      return "";
    case Offers::files:
      return "_hn_files -f";
    case Offers::folders:
      return "_hn_files -d";
    default:
      return "_hn_words \"" + words_for(offers, words) + "\"";
  }
}

void bash_options(std::ostream& out, const Command& command) {
  std::string all;
  std::string cases;
  for (const Option& option : command.options) {
    std::string pattern;
    for (const std::string& name : split(option.names, ',')) {
      all += (all.empty() ? "" : " ") + name;
      pattern += (pattern.empty() ? "" : "|") + name;
    }
    if (option.value.empty()) continue;
    const std::string action = bash_action(option.offers, option.words);
    cases += "        " + pattern + ") " + (action.empty() ? "" : action + "; ") + "return ;;\n";
  }
  if (!cases.empty()) out << "      case $prev in\n" << cases << "      esac\n";
  if (!all.empty()) out << "      case $cur in -*) _hn_words '" << all << "'; return ;; esac\n";
}

// What stands at which place among the arguments: `hn bundle create FILE` wants a word, then a
// file.
void bash_arguments(std::ostream& out, const Command& command) {
  std::string cases;
  std::size_t place = 0;
  for (const Argument& argument : command.arguments) {
    const std::string action = bash_action(argument.offers, argument.words);
    const std::string at = argument.max == kMany ? "*" : std::to_string(place++);
    if (action.empty()) continue;
    cases.append("        ").append(at).append(") ").append(action);
    // Where many revisions may stand, paths may follow.
    if (argument.offers == Offers::revisions && argument.max == kMany)
      cases += "; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f";
    cases += " ;;\n";
  }
  if (cases.empty()) return;
  out << "      _hn_place '" << valued(command) << "'\n      case $place in\n"
      << cases << "      esac\n";
}

// Words are not completed as file names: readline would put a slash behind a word that is also the
// name of a folder here.
constexpr std::string_view kBashHead =
    R"(# bash completion for hn, printed by: hn help --completion bash
_hn_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_hn_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
# Which argument of the command the word at the cursor is; $1 are the options with a value.
_hn_place() {
  local at=$((i + 1))
  place=0
  while [ $at -lt $COMP_CWORD ]; do
    case " $1 " in
      *" ${COMP_WORDS[at]} "*) at=$((at + 1)) ;;
      *) case ${COMP_WORDS[at]} in -*) ;; *) place=$((place + 1)) ;; esac ;;
    esac
    at=$((at + 1))
  done
}
_hn() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= place=0 i=1
  COMPREPLY=()
  while [ $i -lt $COMP_CWORD ]; do
    case ${COMP_WORDS[i]} in
      -C) i=$((i + 1)) ;;
      -*) ;;
      *) verb=${COMP_WORDS[i]}; break ;;
    esac
    i=$((i + 1))
  done
  case $verb in
    '')
      case $prev in -C) _hn_files -d; return ;; esac
      case $cur in -*) _hn_words '-C --help --version'; return ;; esac
      _hn_words ')";

std::string bash() {
  std::ostringstream out;
  out << kBashHead << names_of_all(" ") << "' ;;\n";
  for (const Command& command : commands()) {
    out << "    " << command.name << ")\n";
    bash_options(out, command);
    bash_arguments(out, command);
    out << "      ;;\n";
  }
  out << "  esac\n}\ncomplete -F _hn hn\n";
  return out.str();
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

// zsh's own escapes inside a description.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : quoted(text)) {
    if (c == '[' || c == ']' || c == ':') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(Offers offers, std::string_view words) {
  switch (offers) {
    case Offers::files:
      return "_files";
    case Offers::folders:
      return "_files -/";
    case Offers::nothing:
      return "";
    default:
      return "(" + words_for(offers, words) + ")";
  }
}

std::string zsh() {
  std::ostringstream out;
  out << "#compdef hn\n# zsh completion for hn, printed by: hn help --completion zsh\n"
         "_hn() {\n  local context curcontext=$curcontext state line\n  typeset -A opt_args\n  "
         "_arguments -C '-C[run in this "
         "folder]:folder:_files -/' "
         "'1:command:->command' '*::argument:->argument'\n  case $state in\n    command)\n      "
         "local -a verbs\n      verbs=(\n";
  for (const Command& command : commands()) {
    out << "        '" << command.name << ":" << zsh_text(command.summary) << "'\n";
  }
  out << "      )\n      _describe command verbs ;;\n    argument)\n      case $line[1] in\n";
  for (const Command& command : commands()) {
    out << "        " << command.name << ") _arguments";
    for (const Option& option : command.options) {
      for (const std::string& name : split(option.names, ',')) {
        out << " \\\n          '" << (option.many ? "*" : "") << name << "["
            << zsh_text(option.help) << "]";
        if (!option.value.empty())
          out << ":" << zsh_text(option.value) << ":" << zsh_action(option.offers, option.words);
        out << "'";
      }
    }
    for (const Argument& argument : command.arguments) {
      std::string name(argument.name.substr(0, argument.name.find(':')));
      std::string action = zsh_action(argument.offers, argument.words);
      // Where many revisions may stand, paths may follow.
      if (argument.offers == Offers::revisions && argument.max == kMany)
        action = "{ compadd -- " + words_for(argument.offers, argument.words) + "; _files }";
      // Single quotes within the specification of one argument.
      std::string escaped;
      for (const char c : action) escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
      out << " \\\n          '" << (argument.max == kMany ? "*" : "") << ":" << name << ":"
          << escaped << "'";
    }
    out << " ;;\n";
  }
  out << "      esac ;;\n  esac\n}\n_hn \"$@\"\n";
  return out.str();
}

// How fish completes a value, as the end of a line.
std::string fish_action(Offers offers, std::string_view words) {
  switch (offers) {
    case Offers::nothing:
      return "";
    case Offers::files:
      return " -F";
    case Offers::folders:
      return " -a '(__fish_complete_directories)'";
    case Offers::words:
      return " -a '" + words_for(offers, words) + "'";
    case Offers::branches:
    case Offers::revisions:
      return " -a \"(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')\"";
    case Offers::members:
      return " -a \"(hn members 2>/dev/null | string sub -s 3 | string replace -r ' .*' '')\"";
  }
  return "";
}

void fish_options(std::ostream& out, const Command& command) {
  for (const Option& option : command.options) {
    out << "complete -c hn -n '__hn_at " << command.name << "'";
    for (const std::string& name : split(option.names, ',')) {
      if (name.starts_with("--"))
        out << " -l " << name.substr(2);
      else
        out << " -s " << name.substr(1);
    }
    if (!option.value.empty()) {
      out << (option.offers == Offers::files ? " -r" : " -x")
          << fish_action(option.offers, option.words);
    }
    out << " -d '" << quoted(option.help) << "'\n";
  }
}

void fish_arguments(std::ostream& out, const Command& command) {
  const std::string skip = valued(command);
  std::size_t place = 0;
  for (const Argument& argument : command.arguments) {
    const bool many = argument.max == kMany;
    const std::string at = std::to_string(place++) + (many ? "+" : "");
    if (argument.offers == Offers::nothing) continue;
    const std::string when = "complete -c hn -n '__hn_at " + std::string(command.name) + " " + at +
                             (skip.empty() ? "" : " " + skip) + "'";
    out << when << fish_action(argument.offers, argument.words) << "\n";
    // Where many revisions may stand, paths may follow.
    if (argument.offers == Offers::revisions && many) out << when << " -F\n";
  }
}

// fish's own __fish_seen_subcommand_from takes any word for the verb, and a folder behind -C too.
constexpr std::string_view kFishHead =
    R"(# fish completion for hn, printed by: hn help --completion fish
# __hn_at [VERB [PLACE [OPTION...]]]: no verb was given yet; or this one was; and the word at the
# cursor is the argument number PLACE of it ("2+": that or a later one), where OPTIONs take a value.
function __hn_at
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]; and string match -q -- '-*' $words[1]
        test $words[1] = -C; and set -q words[2]; and set -e words[2]
        set -e words[1]
    end
    if not set -q argv[1]
        not set -q words[1]
        return
    end
    set -q words[1]; and test $words[1] = $argv[1]; or return 1
    set -q argv[2]; or return 0
    set -e words[1]
    set -l place 0
    set -l skip no
    for word in $words
        if test $skip = yes
            set skip no
        else if contains -- $word $argv[3..]
            set skip yes
        else if not string match -q -- '-*' $word
            set place (math $place + 1)
        end
    end
    if string match -q -- '*+' $argv[2]
        test $place -ge (string trim -r -c + -- $argv[2])
    else
        test $place -eq $argv[2]
    end
end
complete -c hn -f
complete -c hn -n __hn_at -s C -x -a '(__fish_complete_directories)' -d 'run in this folder'
)";

std::string fish() {
  std::ostringstream out;
  out << kFishHead;
  for (const Command& command : commands()) {
    out << "complete -c hn -n __hn_at -a " << command.name << " -d '" << quoted(command.summary)
        << "'\n";
  }
  for (const Command& command : commands()) {
    fish_options(out, command);
    fish_arguments(out, command);
  }
  return out.str();
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  throw Failure(Code::usage, "'" + std::string(shell) + "' is not bash, zsh or fish");
}

}  // namespace hn::cli
