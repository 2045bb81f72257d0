#include "merge_tool.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/lines.hpp"
#include "hn/object/file.hpp"
#include "hn/os/file_system.hpp"
#include "hn/worktree/files.hpp"
#include "report.hpp"
#include "run_program.hpp"

namespace hn::cli {
namespace {

constexpr std::string_view kSection = "mergetool.";
constexpr int kNotFound = 127;

struct Known {
  std::string_view name;
  std::string_view program;  // as a shell looks for it
  std::string_view words;    // behind it
  bool trusted = false;
};

// Vim opens its arguments side by side; the last one, the result, goes below them all.
constexpr std::string_view kVimWords =
    "-f -d -c '4wincmd w | wincmd J' \"$LOCAL\" \"$BASE\" \"$REMOTE\" \"$MERGED\"";

// Programs that come back before their window is closed are waited for at the end of a pipe.
constexpr std::array kKnown{
    Known{"araxis", "compare",
          "-wait -merge -3 -a1 \"$BASE\" \"$LOCAL\" \"$REMOTE\" \"$MERGED\" >/dev/null 2>&1"},
    Known{"bc", "bcompare", "\"$LOCAL\" \"$REMOTE\" \"$BASE\" -mergeoutput=\"$MERGED\""},
    Known{"code", "code", "--wait --merge \"$REMOTE\" \"$LOCAL\" \"$BASE\" \"$MERGED\""},
    Known{"diffuse", "diffuse", "\"$LOCAL\" \"$MERGED\" \"$REMOTE\" \"$BASE\" | cat"},
    Known{"ediff", "emacs",
          "--eval '(ediff-merge-files-with-ancestor (getenv \"LOCAL\") (getenv \"REMOTE\") "
          "(getenv \"BASE\") nil (getenv \"MERGED\"))'"},
    Known{"emerge", "emacs",
          "-f emerge-files-with-ancestor-command \"$LOCAL\" \"$REMOTE\" \"$BASE\" \"$MERGED\"",
          true},
    Known{"gvimdiff", "gvim", kVimWords, true},
    Known{"kdiff3", "kdiff3",
          "--auto --L1 \"$MERGED (Base)\" --L2 \"$MERGED (Local)\" --L3 \"$MERGED (Remote)\" "
          "-o \"$MERGED\" \"$BASE\" \"$LOCAL\" \"$REMOTE\" >/dev/null 2>&1",
          true},
    Known{"meld", "meld", "--output=\"$MERGED\" \"$LOCAL\" \"$BASE\" \"$REMOTE\""},
    Known{"nvimdiff", "nvim", kVimWords, true},
    Known{"opendiff", "opendiff",
          "\"$LOCAL\" \"$REMOTE\" -ancestor \"$BASE\" -merge \"$MERGED\" | cat"},
    Known{"p4merge", "p4merge", "\"$BASE\" \"$REMOTE\" \"$LOCAL\" \"$MERGED\""},
    Known{"smerge", "smerge", "mergetool \"$BASE\" \"$LOCAL\" \"$REMOTE\" -o \"$MERGED\""},
    Known{"tkdiff", "tkdiff", "-a \"$BASE\" -o \"$MERGED\" \"$LOCAL\" \"$REMOTE\"", true},
    Known{"vimdiff", "vim", kVimWords, true},
    Known{"vscode", "code", "--wait --merge \"$REMOTE\" \"$LOCAL\" \"$BASE\" \"$MERGED\""},
    Known{"winmerge", "WinMergeU", "-u -e -dl Local -dr Remote \"$LOCAL\" \"$REMOTE\" \"$MERGED\""},
    Known{"xxdiff", "xxdiff",
          "-X --show-merged-pane --merged-file \"$MERGED\" \"$LOCAL\" \"$BASE\" \"$REMOTE\""},
};

bool is_true(const std::optional<std::string>& value) {
  return value && (*value == "true" || *value == "yes" || *value == "on" || *value == "1");
}

// The setting of a tool, as git calls them.
std::string setting(const std::string& name, std::string_view what) {
  return std::string(kSection) + name + "." + std::string(what);
}

MergeTool made(const repo::Settings& settings, const std::string& name,
               const std::string& command) {
  return {name, command, is_true(settings.get(setting(name, "trustexitcode"))), true};
}

MergeTool made(const repo::Settings& settings, const Known& known) {
  const std::string name(known.name);
  const auto trust = settings.get(setting(name, "trustexitcode"));
  return {name, std::string(known.program) + " " + std::string(known.words),
          trust ? is_true(trust) : known.trusted, false};
}

// The files that the tool reads, in a folder that goes with this object.
class Versions {
 public:
  Versions(const Context& context, const repo::Repository& repository, const std::string& path)
      : fs_(context.world.fs), folder_(repository.layout().staging() + "/" + unique_name(context)) {
    fs_.make_folder(repository.layout().staging());
    fs_.make_folder(folder_);
    // As git calls them, with the ending by which an editor knows the language.
    const std::string name = path.substr(path.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    stem_ = dot == 0 || dot == name.npos ? name : name.substr(0, dot);
    ending_ = name.substr(stem_.size());
  }
  ~Versions() {
    for (const std::string& file : files_) ::unlink(file.c_str());
    ::rmdir(folder_.c_str());
  }
  Versions(const Versions&) = delete;
  Versions& operator=(const Versions&) = delete;

  const std::string& add(std::string_view role, ByteView bytes) {
    files_.push_back(folder_ + "/" + stem_ + "_" + std::string(role) + ending_);
    fs_.open(files_.back(), os::Access::create_new)->write_at(0, bytes);
    return files_.back();
  }

 private:
  os::FileSystem& fs_;
  std::string folder_;
  std::string stem_;
  std::string ending_;
  std::vector<std::string> files_;
};

Bytes bytes_of(const repo::Repository& repository, const std::optional<object::Value>& value) {
  if (!value) return {};
  return repo::require(object::read_file(repository.store(), value->id(), merge::kTextBytesMax),
                       "reading a side of the conflict");
}

void require_text_of_two(const repo::Repository& repository, const repo::OpenConflict& conflict) {
  const std::string shown = "'" + conflict.path + "'";
  const std::size_t sides = conflict.terms.terms.size() / 2 + 1;
  if (sides != 2) {
    throw Failure(Code::refused,
                  shown + " has " + std::to_string(sides) + " sides, and a tool shows two",
                  "edit it, or take one: hn resolve --side N");
  }
  const auto was = repo::require(merge::materialise(repository.store(), conflict.terms, "file"),
                                 "reading the conflict");
  const worktree::Files files(repository.layout().root);
  if (!was.is_marked() || files.look(conflict.path) != worktree::Files::Kind::file) {
    throw Failure(Code::refused, shown + " stands in no text that a tool could work on",
                  "take a side: --ours, --theirs, --base or --side N");
  }
}

bool asks_whether_done(const Context& context, const std::string& path) {
  if (!context.in_is_terminal) return false;
  context.out.flush();
  context.err << shown_path(path) << " is as it was. Is it merged [y/n]? " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  return line == "y" || line == "yes";
}

void put_back(os::FileSystem& fs, const std::string& file, ByteView bytes) {
  const auto open = fs.open(file, os::Access::update);
  open->truncate(0);
  open->write_at(0, bytes);
}

}  // namespace

std::vector<MergeTool> merge_tools(const repo::Settings& settings) {
  std::map<std::string, MergeTool> by_name;
  for (const Known& known : kKnown) by_name[std::string(known.name)] = made(settings, known);
  for (const repo::ConfigSource& source : settings.hn) {
    for (const repo::ConfigEntry& entry : source.file.all()) {
      if (!entry.key.starts_with(kSection) || !entry.key.ends_with(".cmd")) continue;
      if (entry.key.size() <= kSection.size() + 4) continue;
      const std::string name =
          entry.key.substr(kSection.size(), entry.key.size() - kSection.size() - 4);
      if (const auto command = settings.get(entry.key))
        by_name[name] = made(settings, name, *command);
    }
  }
  std::vector<MergeTool> out;
  for (auto& [name, tool] : by_name) out.push_back(std::move(tool));
  return out;
}

MergeTool merge_tool(const repo::Settings& settings, const std::string& name) {
  for (MergeTool& tool : merge_tools(settings))
    if (tool.name == name) return std::move(tool);
  throw Failure(
      Code::not_found, "no merge tool is called '" + name + "'",
      "hn resolve --list-tools; or set one up: hn config mergetool." + name + ".cmd LINE");
}

bool is_installed(const MergeTool& tool) {
  const std::string program = tool.command.substr(0, tool.command.find(' '));
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string file = std::string(rest.substr(0, end)) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool run_merge_tool(const Context& context, repo::Repository& repository, const MergeTool& tool,
                    const repo::OpenConflict& conflict) {
  require_text_of_two(repository, conflict);
  os::FileSystem& fs = context.world.fs;
  const std::string merged = repository.layout().root + "/" + conflict.path;
  const Bytes before = os::read_file(fs, merged);
  Versions versions(context, repository, conflict.path);
  const auto& terms = conflict.terms.terms;
  Program program{{"sh", "-c", tool.command, "hn-" + tool.name}, repository.layout().root, {}, {}};
  program.has_keyboard = true;
  program.variables = {{"BASE", versions.add("BASE", bytes_of(repository, terms[1]))},
                       {"LOCAL", versions.add("LOCAL", bytes_of(repository, terms[0]))},
                       {"REMOTE", versions.add("REMOTE", bytes_of(repository, terms[2]))},
                       {"MERGED", merged}};
  const int status = run_program(std::move(program));
  if (status == kNotFound) {
    throw Failure(Code::not_found, "the merge tool " + tool.name + " could not be started",
                  "hn resolve --list-tools says which are here");
  }
  if (!fs.stat(merged)) return true;  // whoever removes it means that it is deleted
  const bool changed = os::read_file(fs, merged) != before;
  if (tool.trusted ? status == 0 : changed || asks_whether_done(context, conflict.path))
    return true;
  if (changed) put_back(fs, merged, before);
  return false;
}

}  // namespace hn::cli
