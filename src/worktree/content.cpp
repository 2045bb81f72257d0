#include "worktree/content.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <memory>

namespace hn::worktree {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

// O_NONBLOCK, so that a fifo put in the file's place does not hold us up.
constexpr int kReadFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Content::State state_of_errno(int error) {
  if (error == ENOENT || error == ENOTDIR) return Content::State::absent;
  if (error == ELOOP || error == ENXIO) return Content::State::not_content;
  return Content::State::unreadable;
}

// Up to `size` bytes; negative with errno where reading fails.
ssize_t read_some(int file, Byte* out, std::size_t size) {
  ssize_t n = -1;
  do {
    n = ::read(file, out, size);
  } while (n < 0 && errno == EINTR);
  return n;
}

Content read_symlink(int folder, const std::string& name, object::BlockWriter& writer) {
  Content out;
  for (int i = 0; i < kReadingsMax; ++i) {
    Entry before = look(folder, name);
    std::optional<std::string> target = read_link(folder, name);
    if (!target) {
      out.state = errno == EINVAL ? Content::State::not_content : state_of_errno(errno);
      return out;
    }
    Entry after = look(folder, name);
    if (before.kind != Entry::Kind::symlink || before.witness != after.witness) continue;
    out.value =
        object::Value::of(object::Mode::symlink, object::write_file(writer, as_bytes(*target)));
    out.witness = after.witness;
    return out;
  }
  out.state = Content::State::unstable;
  return out;
}

// stream() through this buffer.
Content::State stream_by(std::span<Byte> buffer, int folder, const std::string& name,
                         const std::function<bool(ByteView)>& sink, Entry& entry) {
  Descriptor file(::openat(folder, name.c_str(), kReadFlags));
  if (!file) return state_of_errno(errno);
  entry = entry_of(file.get());
  if (entry.kind != Entry::Kind::file) return Content::State::not_content;
  std::uint64_t total = 0;
  for (;;) {
    ssize_t n = read_some(file.get(), buffer.data(), buffer.size());
    if (n < 0) return Content::State::unreadable;
    if (n == 0) break;
    total += static_cast<std::uint64_t>(n);
    if (!sink(buffer.first(static_cast<std::size_t>(n)))) return Content::State::read;
    // Stat told the size: one more read to see the end would cost every small file a call.
    if (total == entry.witness.size) break;
  }
  Entry after = entry_of(file.get());
  bool same = after.witness == entry.witness && total == after.witness.size &&
              after.executable == entry.executable;
  return same ? Content::State::read : Content::State::unstable;
}

// A thread for each part, which is little beside the part; where there is none, ids come when they
// are asked for.
object::IdsLater ids_beside(const std::vector<object::BlockView>& blocks) {
  return [ids = std::async([&blocks] { return object::ids_of(blocks); }).share()] {
    return ids.get();
  };
}

}  // namespace

// readlinkat cuts what does not fit, so the buffer grows until it does.
std::optional<std::string> read_link(int folder, const std::string& name) {
  for (std::size_t size = 256; size <= (std::size_t{1} << 20); size *= 4) {
    std::string out(size, '\0');
    ssize_t n = ::readlinkat(folder, name.c_str(), out.data(), out.size());
    if (n < 0) return std::nullopt;
    if (static_cast<std::size_t>(n) == size) continue;
    out.resize(static_cast<std::size_t>(n));
    return out;
  }
  errno = ENAMETOOLONG;
  return std::nullopt;
}

Content::State stream(int folder, const std::string& name,
                      const std::function<bool(ByteView)>& sink, Entry& entry) {
  thread_local const std::unique_ptr<Byte[]> buffer(new Byte[kReadBytes]);
  return stream_by({buffer.get(), kReadBytes}, folder, name, sink, entry);
}

std::optional<WholeFile> read_whole(int folder, const std::string& name, std::span<Byte> buffer) {
  std::optional<ByteView> whole;
  Entry entry;
  const auto take = [&](ByteView bytes) {
    if (bytes.size() == entry.witness.size) whole = bytes;
    return whole.has_value();
  };
  if (stream_by(buffer, folder, name, take, entry) != Content::State::read) return std::nullopt;
  if (entry.witness.size == 0) whole = ByteView();
  if (!whole) return std::nullopt;
  return WholeFile{*whole, entry.mode(), entry.witness};
}

Content read_content(int folder, const std::string& name, object::BlockWriter& writer,
                     const object::BlockReader* reader, const std::optional<object::Id>& old) {
  Content out;
  for (int i = 0; i < kReadingsMax; ++i) {
    std::optional<object::FileWriter> parts;
    ByteView whole;  // of a new file that came in one piece: it needs no further buffer
    Entry entry;
    const auto take = [&](ByteView bytes) {
      if (!old && bytes.size() == entry.witness.size) {
        whole = bytes;
      } else {
        if (!parts) parts.emplace(writer, reader, old, ids_beside);
        parts->add(bytes);
      }
      return true;
    };
    out.state = stream(folder, name, take, entry);
    if (out.state == Content::State::not_content)
      return look(folder, name).kind == Entry::Kind::symlink ? read_symlink(folder, name, writer)
                                                             : out;
    if (out.state == Content::State::unstable) continue;
    if (out.state != Content::State::read) return out;
    out.value = object::Value::of(entry.mode(),
                                  parts ? parts->finish() : object::write_file(writer, whole));
    out.witness = entry.witness;
    return out;
  }
  return out;
}

std::optional<Bytes> read_small(int folder, const std::string& name, std::uint64_t max,
                                Content::State* told) {
  Content::State unused{};
  Content::State& state = told == nullptr ? unused : *told;
  for (int i = 0; i < kReadingsMax; ++i) {
    Bytes out;
    Entry entry;
    bool fits = true;
    state = stream(
        folder, name,
        [&](ByteView bytes) {
          fits = out.size() + bytes.size() <= max;
          if (fits) out.insert(out.end(), bytes.begin(), bytes.end());
          return fits;
        },
        entry);
    if (!fits) return std::nullopt;
    if (state == Content::State::read) return out;
    if (state != Content::State::unstable) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace hn::worktree
