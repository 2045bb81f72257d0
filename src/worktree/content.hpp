#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hn/object/file.hpp"
#include "worktree/root.hpp"

// Contents of files in the working tree, as ids and as bytes.
namespace hn::worktree {

struct Content {
  enum class State { read, absent, not_content, unreadable, unstable };
  State state = State::read;
  object::Value value;  // file, executable or symlink
  Witness witness;      // of the bytes that were read
};

// A file that keeps changing is given up after so many readings.
inline constexpr int kReadingsMax = 5;

// Reads the file or symlink `name` and writes it to `writer`; `old` is its last version. Where stat
// differs before and after, it is read again.
Content read_content(int folder, const std::string& name, object::BlockWriter& writer,
                     const object::BlockReader* reader, const std::optional<object::Id>& old);

// A regular file that came whole in one reading; its bytes lie in the buffer it was given.
struct WholeFile {
  ByteView bytes;
  object::Mode mode = object::Mode::file;
  Witness witness;  // of the bytes
};
// nullopt for what is none, is longer than the buffer or changed meanwhile: then read_content()
// finds out what it is.
std::optional<WholeFile> read_whole(int folder, const std::string& name, std::span<Byte> buffer);

// Calls `sink` with the bytes of a regular file in parts until it answers false. What the last call
// got stays until this thread reads the next file.
Content::State stream(int folder, const std::string& name,
                      const std::function<bool(ByteView)>& sink, Entry& entry);

// A small regular file; nullopt where it is none, cannot be read or is longer than `max`. `state`
// says which: read, of one that is too long.
std::optional<Bytes> read_small(int folder, const std::string& name, std::uint64_t max,
                                Content::State* state = nullptr);

// Where a symlink leads; nullopt with errno.
std::optional<std::string> read_link(int folder, const std::string& name);

}  // namespace hn::worktree
