#include "unfinished.hpp"

#include "hn/repo/init.hpp"

namespace hn::cli {

Unfinished::Unfinished(const Context& context, const std::string& folder)
    : context_(context), layout_{folder}, kept_(context.world.fs.stat(layout_.hn()).has_value()) {
  for (std::string at = folder; at != "/" && !context.world.fs.stat(at); at = os::parent_of(at))
    folders_.push_back(at);
}

void Unfinished::made(const repo::Repository& repository) {
  instance_ = repository.record().instance;
}

// A failure on the way is not worth hiding the one that led here.
Unfinished::~Unfinished() {
  if (kept_) return;
  try {
    repo::remove_repository(context_.world, layout_, instance_);
    for (const std::string& folder : folders_)
      if (context_.world.fs.stat(folder)) context_.world.fs.remove(folder);
  } catch (const std::exception&) {
    return;
  }
}

}  // namespace hn::cli
