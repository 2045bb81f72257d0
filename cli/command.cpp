#include "command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "hn/base/assert.hpp"
#include "hn/base/error.hpp"
#include "output.hpp"
#include "quiet.hpp"

namespace hn::cli {

// Each command is defined in the file of its name.
Command cmd_add();
Command cmd_archive();
Command cmd_blame();
Command cmd_branch();
Command cmd_bundle();
Command cmd_cat();
Command cmd_check_attr();
Command cmd_check_ignore();
Command cmd_clean();
Command cmd_clone();
Command cmd_commit();
Command cmd_config();
Command cmd_conflicts();
Command cmd_daemon();
Command cmd_describe();
Command cmd_device();
Command cmd_diff();
Command cmd_doctor();
Command cmd_export();
Command cmd_fsck();
Command cmd_gc();
Command cmd_grep();
Command cmd_help();
Command cmd_id();
Command cmd_import();
Command cmd_init();
Command cmd_invite();
Command cmd_log();
Command cmd_members();
Command cmd_merge();
Command cmd_merge_tree();
Command cmd_mv();
Command cmd_peer();
Command cmd_resolve();
Command cmd_restore();
Command cmd_revoke();
Command cmd_rm();
Command cmd_serve();
Command cmd_share();
Command cmd_show();
Command cmd_status();
Command cmd_switch();
Command cmd_sync();
Command cmd_tag();
Command cmd_version();
Command cmd_wait();

namespace {

// A row is made when its verb is named: all of them together would cost a start a tenth of its
// time.
struct Verb {
  std::string_view name;
  Command (*make)();
};
constexpr std::array kVerbs{
    Verb{"add", cmd_add},
    Verb{"archive", cmd_archive},
    Verb{"blame", cmd_blame},
    Verb{"branch", cmd_branch},
    Verb{"bundle", cmd_bundle},
    Verb{"cat", cmd_cat},
    Verb{"check-attr", cmd_check_attr},
    Verb{"check-ignore", cmd_check_ignore},
    Verb{"clean", cmd_clean},
    Verb{"clone", cmd_clone},
    Verb{"commit", cmd_commit},
    Verb{"config", cmd_config},
    Verb{"conflicts", cmd_conflicts},
    Verb{"daemon", cmd_daemon},
    Verb{"describe", cmd_describe},
    Verb{"device", cmd_device},
    Verb{"diff", cmd_diff},
    Verb{"doctor", cmd_doctor},
    Verb{"export", cmd_export},
    Verb{"fsck", cmd_fsck},
    Verb{"gc", cmd_gc},
    Verb{"grep", cmd_grep},
    Verb{"help", cmd_help},
    Verb{"id", cmd_id},
    Verb{"import", cmd_import},
    Verb{"init", cmd_init},
    Verb{"invite", cmd_invite},
    Verb{"log", cmd_log},
    Verb{"members", cmd_members},
    Verb{"merge", cmd_merge},
    Verb{"merge-tree", cmd_merge_tree},
    Verb{"mv", cmd_mv},
    Verb{"peer", cmd_peer},
    Verb{"resolve", cmd_resolve},
    Verb{"restore", cmd_restore},
    Verb{"revoke", cmd_revoke},
    Verb{"rm", cmd_rm},
    Verb{"serve", cmd_serve},
    Verb{"share", cmd_share},
    Verb{"show", cmd_show},
    Verb{"status", cmd_status},
    Verb{"switch", cmd_switch},
    Verb{"sync", cmd_sync},
    Verb{"tag", cmd_tag},
    Verb{"version", cmd_version},
    Verb{"wait", cmd_wait},
};

// Options that several verbs have in common with git's.
constexpr std::array<std::string_view, 2> kColourVerbs{"branch", "tag"};

Command made(const Verb& verb) {
  Command command = verb.make();
  std::vector<Option> more;
  if (quiet_means_silence(verb.name))
    more.push_back({"-q,--quiet", "", "say nothing where it was done"});
  if (std::ranges::find(kColourVerbs, verb.name) != kColourVerbs.end()) {
    more.push_back(
        {"--color", "WHEN", "colours: always, never or auto", Offers::words, "always never auto"});
    more.push_back({"--no-color", "", "no colours"});
  }
  const auto json = std::ranges::find(command.options, "--json", &Option::names);
  command.options.insert(json, more.begin(), more.end());
  return command;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> rows;
    for (const Verb& verb : kVerbs) {
      rows.push_back(made(verb));
      HN_ASSERT(rows.back().name == verb.name);
    }
    return rows;
  }();
  return all;
}

const Command* find_command(std::string_view name) {
  static std::map<std::string_view, Command> rows;
  const auto verb = std::ranges::find(kVerbs, name, &Verb::name);
  if (verb == kVerbs.end()) return nullptr;
  const auto at = rows.find(verb->name);
  return at != rows.end() ? &at->second : &rows.emplace(verb->name, made(*verb)).first->second;
}

std::optional<std::string> Given::value(std::string_view name) const {
  const auto at = values_.find(std::string(name));
  if (at == values_.end() || at->second.empty()) return std::nullopt;
  return at->second.back();
}

std::vector<std::string> Given::values(std::string_view name) const {
  const auto at = values_.find(std::string(name));
  return at == values_.end() ? std::vector<std::string>() : at->second;
}

std::optional<bool> Given::flag(std::string_view name) const {
  if (has(name)) return true;
  return taken_back_.contains(std::string(name)) ? std::optional(false) : std::nullopt;
}

std::optional<std::uint64_t> Given::number(std::string_view name, std::uint64_t max) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (error != std::errc{} || end != text->data() + text->size() || n > max) {
    throw Failure(Code::usage, "'" + *text + "' is not a number from 0 to " + std::to_string(max));
  }
  return n;
}

namespace {

std::string without_dot(const std::string& path) {
  std::vector<std::string> names;
  std::stringstream in(path);
  for (std::string name; std::getline(in, name, '/');) {
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      if (!names.empty()) names.pop_back();
    } else {
      names.push_back(name);
    }
  }
  std::string out;
  for (const std::string& name : names) out += "/" + name;
  return out.empty() ? "/" : out;
}

std::string argument_text(const Argument& argument) {
  std::string text(argument.name);
  if (argument.max > 1) text += "...";
  return argument.min == 0 ? "[" + text + "]" : text;
}

}  // namespace

repo::Repository Context::open() const {
  repo::Repository repository = repo::Repository::open(world, folder);
  show_as(repository.settings());
  return repository;
}

std::string Context::absolute(const std::string& path) const {
  return without_dot(path.starts_with('/') ? path : folder + "/" + path);
}

std::string Context::folder_in(const repo::Repository& repository) const {
  const std::string& root = repository.layout().root;
  return folder.starts_with(root + "/") ? folder.substr(root.size() + 1) : "";
}

std::string Context::in_repository(const repo::Repository& repository,
                                   const std::string& path) const {
  const std::string full = absolute(path);
  const std::string& root = repository.layout().root;
  if (full == root) return "";
  if (!full.starts_with(root + "/")) {
    throw Failure(Code::invalid, "'" + path + "' is outside of the repository at " + root);
  }
  return full.substr(root.size() + 1);
}

std::string usage_line(const Command& command) {
  std::string out = "usage: hn " + std::string(command.name);
  if (!command.options.empty()) out += " [options]";
  for (const Argument& argument : command.arguments) out += " " + argument_text(argument);
  return out;
}

std::string help_text(const Command& command) {
  std::ostringstream out;
  out << usage_line(command) << "\n\n" << command.summary << ".\n";
  const auto row = [&](const std::string& left, std::string_view right) {
    constexpr std::size_t kColumn = 26;
    out << "  " << left;
    if (left.size() + 1 >= kColumn)
      out << "\n  " << std::string(kColumn, ' ');
    else
      out << std::string(kColumn - left.size(), ' ');
    out << right << "\n";
  };
  if (!command.arguments.empty()) out << "\n";
  for (const Argument& argument : command.arguments) row(std::string(argument.name), argument.help);
  if (!command.options.empty()) out << "\n";
  for (const Option& option : command.options) {
    std::string left(option.names);
    for (std::size_t comma = 0; (comma = left.find(',', comma)) != left.npos; ++comma)
      left.insert(comma + 1, " ");
    if (!option.value.empty()) left += " " + std::string(option.value);
    row(left, option.help);
  }
  out << "\nMore: man hn-" << command.name << "\n";
  return out.str();
}

std::string overview() {
  std::ostringstream out;
  out << "hn: version control with no server\n\nusage: hn [-C DIR] [-c NAME=VALUE] [-q] "
         "[--color[=WHEN]] "
         "COMMAND [options]\n\n";
  for (const Command& command : commands()) {
    out << "  " << command.name << std::string(14 - command.name.size(), ' ') << command.summary
        << "\n";
  }
  out << "\nhn help COMMAND says more; so does man hn.\n";
  return out.str();
}

}  // namespace hn::cli
