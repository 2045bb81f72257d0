#include "git/hash.hpp"

#include <doctest/doctest.h>

using namespace hn;

namespace {

std::string sha1(ByteView bytes) {
  return git::to_hex(git::GitHash(20).update(bytes).finish());
}

}  // namespace

TEST_CASE("SHA-1 and SHA-256 are those of FIPS 180-4") {
  CHECK(sha1({}) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(sha1(as_bytes("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(sha1(Bytes(1000000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(git::to_hex(git::GitHash(32).update(as_bytes("a")).update(as_bytes("bc")).finish()) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("git's ids of nothing are the known ones") {
  CHECK(git::to_hex(git::git_id_of(git::Type::blob, {})) ==
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(git::to_hex(git::git_id_of(git::Type::tree, {})) ==
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  CHECK(git::to_hex(git::git_id_of(git::Type::blob, {}, 32)) ==
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813");
}
