#include "hooks.hpp"

#include <unistd.h>

#include "hn/base/error.hpp"
#include "run_program.hpp"

namespace hn::cli {
namespace {

std::string path_of(const repo::Repository& repository, std::string_view name) {
  return repository.layout().hn() + "/hooks/" + std::string(name);
}

bool is_program(const Context& context, const std::string& path) {
  const auto stat = context.world.fs.stat(path);
  return stat && !stat->folder && access(path.c_str(), X_OK) == 0;
}

// In a folder that others can write to, a program of theirs would run with this user's rights.
bool is_trusted(const repo::Repository& repository, const std::string& path) {
  const std::string hn = repository.layout().hn();
  return is_own(hn) && is_own(hn + "/hooks") && is_own(path);
}

}  // namespace

bool has_hook(const Context& context, const repo::Repository& repository, std::string_view name) {
  const std::string path = path_of(repository, name);
  return is_program(context, path) && is_trusted(repository, path);
}

int run_hook(const Context& context, const repo::Repository& repository, std::string_view name,
             const std::vector<std::string>& arguments) {
  const std::string path = path_of(repository, name);
  if (!is_program(context, path)) return 0;
  if (!is_trusted(repository, path)) {
    context.err << "note: the hook " << name << " is another user's, and was not run\n";
    return 0;
  }
  context.out.flush();
  Program program{{path}, repository.layout().root, "HN_ROOT", repository.layout().root, true};
  program.words.insert(program.words.end(), arguments.begin(), arguments.end());
  return run_program(std::move(program));
}

void require_hook(const Context& context, const repo::Repository& repository, std::string_view name,
                  const std::vector<std::string>& arguments) {
  const int status = run_hook(context, repository, name, arguments);
  if (status == 0) return;
  throw Failure(Code::refused,
                "the hook " + std::string(name) + " ended with " + std::to_string(status),
                "mend what it found, or go past it: --no-verify");
}

int run_shell(const std::string& command, const std::string& file) {
  // A shell that waits for a plain command would end of the ^C that the command got over.
  const bool plain = command.find_first_of("|&;<>()$`\\\"'\n*?[#~=%") == command.npos;
  const std::string line = (plain ? "exec " : "") + command + " \"$@\"";
  return run_program({{"sh", "-c", line, command, file}, {}, {}, {}, false, true});
}

}  // namespace hn::cli
