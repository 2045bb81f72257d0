#pragma once

// A library of the system that is loaded when it is first needed: what loads of itself with the
// program costs each start of each command 4 ms, git or not (src/README.md, Decisions).
namespace hn::git {

// One that was loaded stays to the end of the process.
class LateLibrary {
 public:
  // By the name that its file says of itself. Failure (io) where there is none to load.
  explicit LateLibrary(const char* soname);

  // Failure (io) where it has no such function.
  template <class F>
  void bind(F*& function, const char* name) const {
    function = reinterpret_cast<F*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const;

  void* handle_;
};

}  // namespace hn::git
