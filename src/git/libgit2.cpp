#include "git/libgit2.hpp"

#include "git/late.hpp"

namespace hn::git {

#define HN_LIBGIT2_DEFINE(name) constinit decltype(&::name) name = nullptr;
HN_LIBGIT2_FUNCTIONS(HN_LIBGIT2_DEFINE)
#undef HN_LIBGIT2_DEFINE

void load_libgit2() {
  const LateLibrary library(HN_LIBGIT2_SONAME);
#define HN_LIBGIT2_BIND(name) library.bind(name, #name);
  HN_LIBGIT2_FUNCTIONS(HN_LIBGIT2_BIND)
#undef HN_LIBGIT2_BIND
}

}  // namespace hn::git
