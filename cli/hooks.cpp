#include "hooks.hpp"

#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "commit_message.hpp"
#include "hn/base/error.hpp"
#include "hn/repo/setting_value.hpp"
#include "run_program.hpp"

namespace hn::cli {
namespace {

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> out(realpath(path.c_str(), nullptr),
                                                        &std::free);
  return out ? out.get() : path;
}

bool is_in(const std::string& folder, const std::string& path) {
  return path == folder || path.starts_with(folder + "/");
}

// Where hooks stand.
struct Hooks {
  std::string folder;
  bool is_set;  // by core.hooksPath

  // The setting counts where it stands in files of the user's own.
  static Hooks of(const Context& context, const repo::Repository& repository) {
    const repo::Layout& layout = repository.layout();
    const std::string config = layout.hn() + "/config";
    auto set = repository.settings().get("core.hookspath");
    if (set && !(is_own(layout.hn()) && (!context.world.fs.stat(config) || is_own(config))))
      set = repo::read_settings(context.world, std::nullopt).get("core.hookspath");
    if (!set || set->empty()) return {layout.hn() + "/hooks", false};
    const auto path = repo::path_of(context.world, *set);
    if (!path)
      throw Failure(Code::invalid, "core.hooksPath is '" + *set + "': there is no such home",
                    "hn config core.hooksPath FOLDER, or hn config --unset core.hooksPath");
    return {path->starts_with('/') ? *path : layout.root + "/" + *path, true};
  }

  std::string path_of(std::string_view name) const { return folder + "/" + std::string(name); }

  // Why a hook that stands there is left alone; empty: it is run. In a folder that others can write
  // to a program of theirs would run with this user's rights, and so it would among the files that
  // a sync brings.
  std::string_view why_not(const repo::Repository& repository, const std::string& path) const {
    const repo::Layout& layout = repository.layout();
    if (!is_own(folder) || !is_own(path) || (!is_set && !is_own(layout.hn())))
      return "is another user's";
    const std::string place = resolved(path);
    const bool is_shared =
        is_set && is_in(resolved(layout.root), place) && !is_in(resolved(layout.hn()), place);
    return is_shared ? "stands among the files that others change too" : "";
  }
};

bool is_program(const Context& context, const std::string& path) {
  const auto stat = context.world.fs.stat(path);
  return stat && !stat->folder && access(path.c_str(), X_OK) == 0;
}

// The hook, where there is one; says so where it is left alone.
std::optional<std::string> runnable(const Context& context, const repo::Repository& repository,
                                    std::string_view name) {
  const Hooks hooks = Hooks::of(context, repository);
  std::string path = hooks.path_of(name);
  if (!is_program(context, path)) return std::nullopt;
  const std::string_view why = hooks.why_not(repository, path);
  if (why.empty()) return path;
  context.err << "note: the hook " << name << " " << why << ", and was not run\n";
  return std::nullopt;
}

int run(const Context& context, const repo::Repository& repository, const std::string& path,
        const std::vector<std::string>& arguments) {
  context.out.flush();
  Program program{{path}, repository.layout().root, "HN_ROOT", repository.layout().root, true};
  program.words.insert(program.words.end(), arguments.begin(), arguments.end());
  return run_program(std::move(program));
}

void require_done(std::string_view name, int status) {
  if (status == 0) return;
  throw Failure(Code::refused,
                "the hook " + std::string(name) + " ended with " + std::to_string(status),
                name == "prepare-commit-msg" ? "mend what it found"
                                             : "mend what it found, or go past it: --no-verify");
}

}  // namespace

bool has_hook(const Context& context, const repo::Repository& repository, std::string_view name) {
  const Hooks hooks = Hooks::of(context, repository);
  const std::string path = hooks.path_of(name);
  return is_program(context, path) && hooks.why_not(repository, path).empty();
}

int run_hook(const Context& context, const repo::Repository& repository, std::string_view name,
             const std::vector<std::string>& arguments) {
  const auto path = runnable(context, repository, name);
  return path ? run(context, repository, *path, arguments) : 0;
}

void require_hook(const Context& context, const repo::Repository& repository, std::string_view name,
                  const std::vector<std::string>& arguments) {
  require_done(name, run_hook(context, repository, name, arguments));
}

std::string text_by_hook(const Context& context, const repo::Repository& repository,
                         std::string_view name, const std::string& file, std::string text,
                         const std::vector<std::string>& arguments) {
  const auto path = runnable(context, repository, name);
  if (!path) return text;
  if (!text.ends_with('\n')) text += '\n';
  write_text(context, file, text);
  std::vector<std::string> words{file};
  words.insert(words.end(), arguments.begin(), arguments.end());
  require_done(name, run(context, repository, *path, words));
  return to_string(os::read_file(context.world.fs, file));
}

int run_checkout_hook(const Context& context, const repo::Repository& repository,
                      const std::optional<object::Id>& before,
                      const std::optional<object::Id>& after, bool branch) {
  const auto text = [](const std::optional<object::Id>& id) {
    return id ? object::to_hex(*id) : std::string(64, '0');
  };
  return run_hook(context, repository, "post-checkout",
                  {text(before), text(after), branch ? "1" : "0"});
}

int run_shell(const std::string& command, const std::string& file) {
  // A shell that waits for a plain command would end of the ^C that the command got over.
  const bool plain = command.find_first_of("|&;<>()$`\\\"'\n*?[#~=%") == command.npos;
  const std::string line = (plain ? "exec " : "") + command + " \"$@\"";
  return run_program({{"sh", "-c", line, command, file}, {}, {}, {}, false, true});
}

}  // namespace hn::cli
