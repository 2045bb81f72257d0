#include "hn/os/file_system.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "hn/base/error.hpp"
#include "support/temp_folder.hpp"

using namespace hn;
using namespace hn::os;

namespace {
Code code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.code();
  }
  return Code::usage;
}
}  // namespace

TEST_CASE("a file gives back what was written at each place") {
  const test::TempFolder tmp;
  const auto file = posix().open(tmp.path("a"), Access::create);
  file->write_at(0, as_bytes("hello"));
  file->write_at(8, as_bytes("world"));
  CHECK(to_string(read_file(posix(), tmp.path("a"))) == std::string("hello\0\0\0world", 13));
  CHECK(file->stat().size == 13);
  file->truncate(4);
  Bytes out(10);
  CHECK(file->read_at(2, out) == 2);
  CHECK(file->read_at(100, out) == 0);
  file->sync();
  posix().sync_folder(tmp.path());
}

TEST_CASE("errors say what happened to what") {
  const test::TempFolder tmp;
  CHECK(code_of([&] { posix().open(tmp.path("none"), Access::read); }) == Code::not_found);
  CHECK(code_of([&] { posix().open(tmp.path("none/x"), Access::create); }) == Code::not_found);
  posix().open(tmp.path("a"), Access::create_new);
  CHECK(code_of([&] { posix().open(tmp.path("a"), Access::create_new); }) == Code::exists);
  CHECK(code_of([&] { posix().make_folder(tmp.path("a")); }) == Code::exists);
  CHECK(code_of([&] { posix().list(tmp.path("none")); }) == Code::not_found);
  try {
    posix().open(tmp.path("none"), Access::read);
  } catch (const Failure& failure) {
    CHECK(failure.context().find(tmp.path("none")) != std::string::npos);
  }
}

TEST_CASE("a full disk is told from other failures") {
  const auto full = posix().open("/dev/full", Access::update);
  CHECK(code_of([&] { full->write_at(0, as_bytes("x")); }) == Code::no_space);
}

TEST_CASE("names are listed in order, renamed over others and removed") {
  const test::TempFolder tmp;
  for (const char* name : {"b", "a", "c"}) posix().open(tmp.path(name), Access::create);
  posix().make_folder(tmp.path("d"));
  posix().make_folder(tmp.path("d"));
  CHECK(posix().list(tmp.path()) == std::vector<std::string>{"a", "b", "c", "d"});
  posix().rename(tmp.path("a"), tmp.path("b"));
  posix().remove(tmp.path("c"));
  posix().remove(tmp.path("d"));
  CHECK(posix().list(tmp.path()) == std::vector<std::string>{"b"});
  CHECK_FALSE(posix().stat(tmp.path("a")));
  CHECK(posix().stat(tmp.path())->folder);
}

TEST_CASE("a mapping holds the bytes although the file is removed") {
  const test::TempFolder tmp;
  auto file = posix().open(tmp.path("a"), Access::create);
  file->write_at(0, as_bytes("hello"));
  const auto mapping = file->map(4);
  posix().remove(tmp.path("a"));
  file.reset();
  CHECK(to_string(mapping->bytes()) == "hell");
}

TEST_CASE("a mapping beyond the end is refused, an empty one is empty") {
  const test::TempFolder tmp;
  const auto file = posix().open(tmp.path("a"), Access::create);
  CHECK(file->map(0)->bytes().empty());
  CHECK(code_of([&] { file->map(1); }) == Code::io);
}

TEST_CASE("parents of paths") {
  CHECK(parent_of("a/b/c") == "a/b");
  CHECK(parent_of("/a") == "/");
  CHECK(parent_of("a") == ".");
}

#ifdef __linux__
namespace {
// Of files, in this process (proc(5), statm).
std::size_t mapped_pages() {
  std::ifstream in("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  std::size_t shared = 0;
  in >> size >> resident >> shared;
  return shared;
}
}  // namespace

TEST_CASE("a mapping that is looked at again and again gives its memory back, and stays the same") {
  constexpr std::size_t kBytes = std::size_t{96} << 20;
  constexpr std::size_t kPage = 4096;
  const test::TempFolder tmp;
  const auto file = posix().open(tmp.path("a"), Access::create);
  file->write_at(0, Bytes(kBytes, 'x'));
  const auto mapping = file->map(kBytes);
  const auto sum = [&] {
    std::size_t out = 0;
    for (std::size_t at = 0; at < kBytes; at += kPage) out += mapping->bytes()[at];
    return out;
  };
  const std::size_t before = mapped_pages();
  const std::size_t seen = sum();
  CHECK(mapped_pages() > before + kBytes / kPage / 2);
  // The same again and again brings in nothing.
  for (int i = 0; i < 4096; ++i) mapping->note_look(5 * kPage, kPage);
  CHECK(mapped_pages() > before + kBytes / kPage / 2);
  for (std::size_t at = 0; at < kBytes; at += kPage) mapping->note_look(at);
  CHECK(mapped_pages() < before + kBytes / kPage / 4);
  CHECK(sum() == seen);
  for (std::size_t at = 0; at < kBytes; at += 1U << 20U) mapping->note_look(at, 1U << 20U);
  CHECK(mapped_pages() < before + kBytes / kPage / 4);
  mapping->note_look(2 * kBytes);
}
#endif
