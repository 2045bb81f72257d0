#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "hn/base/error.hpp"
#include "hn/store/store.hpp"
#include "support/crash_fs.hpp"

// Builders for tests of the store.
namespace hn::test {

inline const std::string kStore = "hn";

inline CrashFs& with_store(CrashFs& fs) {
  store::Store::create(fs, kStore);
  return fs;
}

// Bytes that compress to about a half, different for each seed.
inline Bytes some_bytes(std::uint64_t seed, std::size_t size) {
  SeededRandom random(seed);
  Bytes bytes(size);
  random.fill(bytes);
  for (auto& byte : bytes) byte = static_cast<Byte>('a' + byte % 16);
  return bytes;
}

inline object::Id write_chunk(store::Batch& batch, const Bytes& bytes,
                              const std::optional<object::Id>& base = {}) {
  return batch.write(object::Kind::chunk, bytes, base);
}

inline object::Id commit_chunk(store::Store& store, const Bytes& bytes,
                               const std::optional<object::Id>& base = {}) {
  auto batch = store.begin();
  const auto id = write_chunk(batch, bytes, base);
  batch.commit();
  return id;
}

inline store::EntryId entry_id(std::uint64_t n) {
  store::EntryId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<Byte>(n >> (8 * i));
  return id;
}

inline std::vector<store::Finding> findings(const store::Store& store) {
  std::vector<store::Finding> all;
  store.check([&](const store::Finding& finding) { all.push_back(finding); });
  return all;
}

template <class Call>
std::optional<Code> code_thrown_by(Call call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.code();
  }
  return std::nullopt;
}

}  // namespace hn::test
