// Stands in for libFuzzer where the compiler has none: replays a corpus, then seeded mutations of
// it. It has no feedback from coverage, so it finds what is near the corpus: a regression, a bound
// that was forgotten. It promises the same inputs for the same corpus and seed on every machine.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "hn/base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using hn::Byte;
using hn::Bytes;

constexpr std::size_t kInputBytesMax = 64 * 1024;

Bytes current;
std::string crash_file;

// What the sanitizers and HN_ASSERT end in. Leaves the input behind, then dies as it would have.
void on_abort(int signal) {
  if (std::FILE* out = std::fopen(crash_file.c_str(), "wb")) {
    std::fwrite(current.data(), 1, current.size(), out);
    std::fclose(out);
  }
  std::fprintf(stderr, "the input is in %s\n", crash_file.c_str());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::vector<Bytes> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> corpus;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

  Bytes next() {
    Bytes bytes = pick();
    // Mostly one or two steps: what is far from every valid input dies at the first check.
    for (std::uint64_t steps = 1 + random_.below(1 + random_.below(8)); steps > 0; --steps)
      step(bytes);
    if (bytes.size() > kInputBytesMax) bytes.resize(kInputBytesMax);
    return bytes;
  }

 private:
  const Bytes& pick() { return corpus_[random_.below(corpus_.size())]; }
  std::size_t place(const Bytes& bytes) { return random_.below(bytes.size() + 1); }
  static auto at(Bytes& bytes, std::size_t i) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(i);
  }

  // Half of the time near the front, where counts, lengths and flags stand.
  std::size_t index(const Bytes& bytes) {
    const std::size_t n =
        random_.below(2) == 0 ? std::min<std::size_t>(bytes.size(), 16) : bytes.size();
    return random_.below(n);
  }

  Bytes part(const Bytes& bytes) {
    Bytes from(bytes);
    const std::size_t start = place(from);
    const std::size_t n = random_.below(std::min<std::size_t>(from.size() - start, 64) + 1);
    return {at(from, start), at(from, start + n)};
  }

  void insert(Bytes& bytes, const Bytes& what) {
    bytes.insert(at(bytes, place(bytes)), what.begin(), what.end());
  }

  Bytes telling_number() {
    static const std::vector<Bytes> numbers = {
        {0x00},
        {0x01},
        {0x7f},
        {0x80},
        {0xff},
        {0x80, 0x00},
        {0xff, 0x7f},
        {0x80, 0x01},
        {0xff, 0xff, 0xff, 0xff, 0x0f},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
        {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}};
    return numbers[random_.below(numbers.size())];
  }

  void step(Bytes& bytes) {
    if (bytes.empty()) return insert(bytes, part(pick()));
    switch (random_.below(9)) {
      case 0:
        bytes[index(bytes)] ^= static_cast<Byte>(1U << random_.below(8));
        return;
      case 1:
        bytes[index(bytes)] = static_cast<Byte>(random_.below(256));
        return;
      case 2:
        bytes[index(bytes)] += static_cast<Byte>(random_.below(2) == 0 ? 1 : 255);
        return;
      case 3:
        bytes.resize(place(bytes));
        return;
      case 4:
        insert(bytes, {static_cast<Byte>(random_.below(256))});
        return;
      case 5:
        insert(bytes, part(pick()));
        return;
      case 6:
        insert(bytes, part(bytes));
        return;
      case 7:
        insert(bytes, telling_number());
        return;
      default: {
        const std::size_t start = random_.below(bytes.size());
        const std::size_t n = 1 + random_.below(std::min<std::size_t>(bytes.size() - start, 64));
        bytes.erase(at(bytes, start), at(bytes, start + n));
        return;
      }
    }
  }

  const std::vector<Bytes>& corpus_;
  hn::SeededRandom random_;
};

void run(const Bytes& bytes) {
  current = bytes;
  // An exact copy on the heap, so that a sanitizer sees a read of one byte too many.
  const std::unique_ptr<Byte[]> exact(new Byte[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  crash_file = "crash-" + folder.filename().string();
  std::signal(SIGABRT, on_abort);
  std::vector<Bytes> corpus = read_corpus(folder);
  for (const Bytes& bytes : corpus) run(bytes);
  run({});
  corpus.emplace_back();
  const std::uint64_t seed = number_from("HN_SEED", 1);
  const std::uint64_t runs = number_from("HN_FUZZ_RUNS", 20000);
  std::printf("seed %llu, %zu inputs, %llu mutations\n", static_cast<unsigned long long>(seed),
              corpus.size(), static_cast<unsigned long long>(runs));
  std::fflush(stdout);
  Mutator mutator(corpus, seed);
  for (std::uint64_t i = 0; i < runs; ++i) run(mutator.next());
  return 0;
}
