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

Offers first_offer(const Command& command, std::string& words) {
  for (const Argument& argument : command.arguments) {
    if (argument.offers == Offers::nothing) continue;
    words = argument.words;
    return argument.offers;
  }
  return Offers::nothing;
}

std::string bash() {
  std::ostringstream out;
  out << "# bash completion for hn, printed by: hn help --completion bash\n"
         "_hn() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= i=1\n"
         "  while [ $i -lt $COMP_CWORD ]; do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      -C) i=$((i + 1)) ;;\n"
         "      -*) ;;\n"
         "      *) verb=${COMP_WORDS[i]}; break ;;\n"
         "    esac\n"
         "    i=$((i + 1))\n"
         "  done\n"
         "  case $verb in\n"
         "    '')\n"
         "      COMPREPLY=($(compgen -W '"
      << names_of_all(" ") << "' -- \"$cur\")) ;;\n";
  for (const Command& command : commands()) {
    out << "    " << command.name << ")\n      case $prev in\n";
    std::string all;
    for (const Option& option : command.options) {
      const std::vector<std::string> names = split(option.names, ',');
      for (const std::string& name : names) all += (all.empty() ? "" : " ") + name;
      if (option.value.empty()) continue;
      std::string pattern;
      for (const std::string& name : names) pattern += (pattern.empty() ? "" : "|") + name;
      out << "        " << pattern << ") ";
      if (option.offers == Offers::files) {
        out << "COMPREPLY=($(compgen -f -- \"$cur\"))";
      } else {
        out << "COMPREPLY=($(compgen -W \"" << words_for(option.offers, option.words)
            << "\" -- \"$cur\"))";
      }
      out << "; return ;;\n";
    }
    out << "      esac\n      case $cur in\n        -*) COMPREPLY=($(compgen -W '" << all
        << "' -- \"$cur\")) ;;\n";
    std::string words;
    const Offers offers = first_offer(command, words);
    if (offers == Offers::files || offers == Offers::folders) {
      out << "        *) COMPREPLY=($(compgen " << (offers == Offers::files ? "-f" : "-d")
          << " -- \"$cur\")) ;;\n";
    } else if (offers != Offers::nothing) {
      out << "        *) COMPREPLY=($(compgen -W \"" << words_for(offers, words)
          << "\" -- \"$cur\")) ;;\n";
    }
    out << "      esac ;;\n";
  }
  out << "  esac\n}\ncomplete -o filenames -F _hn hn\n";
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
    case Offers::words:
      return "(" + words_for(offers, words) + ")";
    default:
      return "(" + words_for(offers, words) + ")";
  }
}

std::string zsh() {
  std::ostringstream out;
  out << "#compdef hn\n# zsh completion for hn, printed by: hn help --completion zsh\n"
         "_hn() {\n  local context state line\n  _arguments -C '-C[run in this "
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
          out << ":" << option.value << ":" << zsh_action(option.offers, option.words);
        out << "'";
      }
    }
    for (const Argument& argument : command.arguments) {
      std::string name(argument.name.substr(0, argument.name.find(':')));
      std::string action = zsh_action(argument.offers, argument.words);
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

std::string fish() {
  std::ostringstream out;
  out << "# fish completion for hn, printed by: hn help --completion fish\n"
         "complete -c hn -f\n"
         "complete -c hn -n __fish_use_subcommand -s C -r -d 'run in this folder'\n";
  for (const Command& command : commands()) {
    out << "complete -c hn -n __fish_use_subcommand -a " << command.name << " -d '"
        << quoted(command.summary) << "'\n";
  }
  for (const Command& command : commands()) {
    const std::string when =
        "complete -c hn -n '__fish_seen_subcommand_from " + std::string(command.name) + "'";
    for (const Option& option : command.options) {
      out << when;
      for (const std::string& name : split(option.names, ',')) {
        if (name.starts_with("--"))
          out << " -l " << name.substr(2);
        else
          out << " -s " << name.substr(1);
      }
      if (!option.value.empty()) out << " -r";
      if (option.offers == Offers::files) out << " -F";
      if (option.offers == Offers::words)
        out << " -a '" << words_for(option.offers, option.words) << "'";
      out << " -d '" << quoted(option.help) << "'\n";
    }
    std::string words;
    switch (first_offer(command, words)) {
      case Offers::files:
      case Offers::folders:
        out << when << " -F\n";
        break;
      case Offers::words:
        out << when << " -a '" << words_for(Offers::words, words) << "'\n";
        break;
      case Offers::branches:
      case Offers::revisions:
        out << when
            << " -a \"(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')\"\n";
        break;
      case Offers::members:
        out << when
            << " -a \"(hn members 2>/dev/null | string sub -s 3 | string replace -r ' .*' '')\"\n";
        break;
      case Offers::nothing:
        break;
    }
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
