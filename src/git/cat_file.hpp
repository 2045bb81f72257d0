#pragma once

#include <functional>
#include <optional>
#include <string>

#include "git/child.hpp"
#include "git/oid.hpp"

namespace hn::git {

// One `git cat-file --batch` or `--batch-check` (git-cat-file(1), BATCH OUTPUT), asked object after
// object. One thread at a time; lives with the thread that made it. Throws Failure(io) for what is
// no answer; where git has ended early it calls `ended` first, which may throw what it knows.
class CatFile {
 public:
  CatFile(const ChildOptions& command, std::string shown, std::function<void()> ended = {});

  struct Header {
    Type type = Type::blob;
    std::uint64_t size = 0;
  };
  // nullopt for one that is missing. Of a batch with contents these follow, and are to be read
  // whole before the next question.
  std::optional<Header> ask(const Oid& oid);

  // The contents, in pieces as they come: `take` is called until all of `size` were there.
  void contents(std::uint64_t size, const std::function<void(ByteView piece)>& take);
  Bytes contents(std::uint64_t size);

 private:
  [[noreturn]] void fail(std::string_view what) const;
  [[noreturn]] void fail_ended() const;
  Byte next_byte();
  void fill();
  std::string line();

  std::string shown_;
  std::function<void()> ended_;
  Child child_;
  Bytes buffer_;
  std::size_t at_ = 0;
};

}  // namespace hn::git
