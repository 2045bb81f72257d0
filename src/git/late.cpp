#include "git/late.hpp"

#include <dlfcn.h>

#include "hn/base/error.hpp"

namespace hn::git {
namespace {

// What dlerror says begins with the name of the file.
[[noreturn]] void fail() {
  const char* why = dlerror();
  throw Failure(Code::io, "a library cannot be loaded: " + std::string(why == nullptr ? "" : why),
                "install it (again): git repositories are read and written with it");
}

}  // namespace

LateLibrary::LateLibrary(const char* soname) : handle_(dlopen(soname, RTLD_LAZY | RTLD_LOCAL)) {
  if (handle_ == nullptr) fail();
}

void* LateLibrary::symbol(const char* name) const {
  void* const found = dlsym(handle_, name);
  if (found == nullptr) fail();
  return found;
}

}  // namespace hn::git
