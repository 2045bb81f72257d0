#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hn/repo/repository.hpp"

// What a command is: a row of a table, from which the parser, the help, the completions and the
// check of the man pages are made.
namespace hn::cli {

// What a completion offers for a value.
enum class Offers { nothing, files, folders, branches, revisions, members, words };

struct Option {
  std::string_view names;  // "-m,--message" or "--json"
  std::string_view value;  // "MSG"; empty for a flag
  std::string_view help;   // one line without a full stop
  Offers offers = Offers::nothing;
  std::string_view words = "";  // for Offers::words, separated by spaces
  bool many = false;            // may be given several times
};

struct Argument {
  std::string_view name;  // "REV"
  std::string_view help;
  std::size_t min = 0;
  std::size_t max = 1;  // kMany for any number
  Offers offers = Offers::nothing;
  std::string_view words = "";
};
inline constexpr std::size_t kMany = SIZE_MAX;

// What was given on the command line, checked against the table.
class Given {
 public:
  bool has(std::string_view name) const { return values_.contains(std::string(name)); }
  std::optional<std::string> value(std::string_view name) const;  // the last one
  std::vector<std::string> values(std::string_view name) const;
  // Of a flag: whether it was given, or taken back as --no-NAME; nullopt where neither.
  std::optional<bool> flag(std::string_view name) const;
  // A count in [0, max]; Failure (usage) for anything else.
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t max) const;

  // By the long name of an option without its dashes, or the name of an argument.
  void set(std::string name, std::vector<std::string> values) {
    values_[std::move(name)] = std::move(values);
  }
  void take_back(std::string name) { taken_back_.insert(std::move(name)); }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::set<std::string> taken_back_;
};

// The process as a command sees it.
struct Context {
  repo::World world;
  std::string folder;  // absolute: the current one, or that of -C
  std::ostream& out;   // results
  std::ostream& err;   // messages and progress
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool in_is_terminal = false;
  bool colour = false;
  std::size_t columns = 80;  // of a line of output

  // And what its settings say of how things are shown.
  repo::Repository open() const;
  // A path from the command line, absolute.
  std::string absolute(const std::string& path) const;
  // The folder that the command runs in, from the repository's root; "" for the root itself.
  std::string folder_in(const repo::Repository& repository) const;
  // The same relative to the repository's root. Failure (usage) for one outside.
  std::string in_repository(const repo::Repository& repository, const std::string& path) const;
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line without a full stop
  std::vector<Option> options;
  std::vector<Argument> arguments;
  int (*run)(Context&, const Given&);  // the exit status
  bool separates = false;              // what stands behind "--" is given as "--"
  bool pages = false;                  // on a terminal its output goes through the pager
};

// All commands, by name. Built from one function per file.
const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

// "hn commit [options] [PATH...]" and the options, as help prints them.
std::string usage_line(const Command& command);
std::string help_text(const Command& command);
std::string overview();

// The completion script of a shell: bash, zsh or fish.
std::string completion_script(std::string_view shell);

}  // namespace hn::cli
