// The work that a version control program cannot avoid, with nothing around it: what the benchmarks
// hold hn against beside git.
//
//   bare_loop commit FOLDER OUT   read all files, BLAKE2b, zstd -3, write, fsync
//   bare_loop checkout OUT FOLDER what commit wrote, back into files
//   bare_loop status FOLDER       lstat of all files
//
// On all processors; each thread writes a file of its own.
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;

[[noreturn]] void die(const std::string& what) {
  std::cerr << "bare_loop: " << what << '\n';
  std::exit(1);
}

std::vector<std::string> files_of(const fs::path& folder) {
  std::vector<std::string> out;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::end(at); ++at) {
    if (at->path().filename() == ".hn" || at->path().filename() == ".git")
      at.disable_recursion_pending();
    else if (at->is_regular_file() && !at->is_symlink())
      out.push_back(at->path().lexically_relative(folder).string());
  }
  return out;
}

void on_all(const std::function<void(unsigned)>& work) {
  std::vector<std::thread> threads;
  const unsigned count = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

void write_whole(int file, const void* bytes, std::size_t size) {
  for (std::size_t at = 0; at < size;) {
    const auto n = write(file, static_cast<const char*>(bytes) + at, size - at);
    if (n <= 0) die("cannot write");
    at += static_cast<std::size_t>(n);
  }
}

std::vector<char> read_whole(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat st {};
  if (file < 0 || fstat(file, &st) != 0) die("cannot read " + path.string());
  std::vector<char> bytes(static_cast<std::size_t>(st.st_size));
  for (std::size_t at = 0; at < bytes.size();) {
    const auto n = read(file, bytes.data() + at, bytes.size() - at);
    if (n <= 0) die("cannot read " + path.string());
    at += static_cast<std::size_t>(n);
  }
  close(file);
  return bytes;
}

struct Head {
  std::uint32_t name = 0;
  std::uint64_t plain = 0;
  std::uint64_t stored = 0;
};

void commit(const fs::path& folder, const fs::path& out) {
  const auto files = files_of(folder);
  fs::create_directories(out);
  std::atomic<std::size_t> next{0};
  on_all([&](unsigned thread) {
    const fs::path path = out / std::to_string(thread);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) die("cannot make " + path.string());
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                       ZSTD_freeCCtx);
    std::vector<char> waiting;
    std::vector<char> stored;
    for (std::size_t i = next++; i < files.size(); i = next++) {
      const auto bytes = read_whole(folder / files[i]);
      std::array<unsigned char, 32> hash{};
      crypto_generichash(hash.data(), hash.size(),
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                         nullptr, 0);
      stored.resize(ZSTD_compressBound(bytes.size()));
      const auto size = ZSTD_compressCCtx(context.get(), stored.data(), stored.size(), bytes.data(),
                                          bytes.size(), 3);
      if (ZSTD_isError(size) != 0) die("cannot compress");
      const Head head{static_cast<std::uint32_t>(files[i].size()), bytes.size(), size};
      const auto* raw = reinterpret_cast<const char*>(&head);
      waiting.insert(waiting.end(), raw, raw + sizeof head);
      waiting.insert(waiting.end(), files[i].begin(), files[i].end());
      waiting.insert(waiting.end(), hash.begin(), hash.end());
      waiting.insert(waiting.end(), stored.begin(),
                     stored.begin() + static_cast<std::ptrdiff_t>(size));
      if (waiting.size() > (1U << 20U)) {
        write_whole(file, waiting.data(), waiting.size());
        waiting.clear();
      }
    }
    write_whole(file, waiting.data(), waiting.size());
    if (fsync(file) != 0) die("cannot sync");
    close(file);
  });
}

void checkout(const fs::path& from, const fs::path& folder) {
  on_all([&](unsigned thread) {
    const auto all = read_whole(from / std::to_string(thread));
    fs::path made;
    std::vector<char> plain;
    for (std::size_t at = 0; at < all.size();) {
      Head head;
      std::memcpy(&head, all.data() + at, sizeof head);
      at += sizeof head;
      const fs::path path = folder / std::string(all.data() + at, head.name);
      at += head.name + 32;
      plain.resize(head.plain);
      if (ZSTD_decompress(plain.data(), plain.size(), all.data() + at, head.stored) != head.plain)
        die("cannot decompress");
      at += head.stored;
      if (path.parent_path() != made) fs::create_directories(made = path.parent_path());
      const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file < 0) die("cannot make " + path.string());
      write_whole(file, plain.data(), plain.size());
      close(file);
    }
  });
}

void status(const fs::path& folder) {
  const auto files = files_of(folder);
  const int root = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> sum{0};
  on_all([&](unsigned) {
    std::uint64_t own = 0;
    for (std::size_t from = (next += 256) - 256; from < files.size(); from = (next += 256) - 256) {
      for (std::size_t i = from; i < std::min(from + 256, files.size()); ++i) {
        struct stat st {};
        if (fstatat(root, files[i].c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0)
          own += static_cast<std::uint64_t>(st.st_mtim.tv_nsec);
      }
    }
    sum += own;
  });
  std::cout << sum << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "commit" && argc == 4) {
    commit(argv[2], argv[3]);
  } else if (verb == "checkout" && argc == 4) {
    checkout(argv[2], argv[3]);
  } else if (verb == "status" && argc == 3) {
    status(argv[2]);
  } else {
    die("usage: bare_loop commit FOLDER OUT | checkout OUT FOLDER | status FOLDER");
  }
  return 0;
}
