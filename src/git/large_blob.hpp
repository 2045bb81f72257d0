#pragma once

#include <functional>
#include <memory>
#include <string>

#include "git/cat_file.hpp"
#include "git/hash.hpp"

// Files too long to be held: read and hashed in pieces.
namespace hn::git {

// What is longer is not held as a whole, nor is it anybody's delta base.
inline constexpr std::uint64_t kLargeBytes = std::uint64_t{8} << 20;

// A hash that has taken what git puts in front of an object of this type and length.
GitHash object_hash(Type type, std::uint64_t bytes, std::uint8_t id_bytes);

// Large blobs of a repository. Libgit2 1.5 reads what is packed only as a whole; git itself
// (git-cat-file(1)) hands it out in pieces, unless it is a delta. Started with the first question.
// One thread at a time, the same for all. Throws Failure(io).
class LargeBlobs {
 public:
  // `folder` is .git.
  LargeBlobs(std::string folder, std::string shown);

  // Whether git is installed; without it nothing here may be called.
  static bool are_readable();

  // Calls `take` with the bytes, piece by piece. False where there is no such blob or, known at the
  // end, its bytes are not what its id says.
  bool read(const Oid& oid, const std::function<void(ByteView piece)>& take);

 private:
  std::string folder_;
  std::string shown_;
  std::unique_ptr<CatFile> batch_;
};

}  // namespace hn::git
