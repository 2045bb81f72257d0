// What we read of git's packs is what lies in them, or nothing.
#include "git/packs.hpp"

#include <doctest/doctest.h>

#include <map>

#include "git/pack_file.hpp"
#include "hn/base/random.hpp"
#include "support/crash_fs.hpp"
#include "support/memory_mapping.hpp"

using namespace hn;
using hn::testing::MemoryMapping;

namespace {

// A pack and its index, as the program writes them: chains of versions, some of which moved parts.
struct Packed {
  std::map<git::GitId, Bytes> objects;
  std::vector<std::pair<git::GitId, git::GitId>> versions;  // each with its last one
  Bytes pack;
  Bytes index;

  git::Packs read() const {
    std::vector<git::Packs::Files> files;
    files.push_back(
        {std::make_unique<MemoryMapping>(pack), std::make_unique<MemoryMapping>(index)});
    return git::Packs(std::move(files));
  }
};

Packed packed(std::uint64_t seed) {
  SeededRandom random(seed);
  Packed out;
  test::CrashFs fs;
  fs.make_folder("pack");
  git::PackWriter writer(fs, "pack", "one");
  for (int file = 0; file < 12; ++file) {
    Bytes bytes(random.below(3000) + 1);
    random.fill(bytes);
    std::optional<git::GitId> base;
    Bytes before;
    for (int version = 0; version < 20; ++version) {
      const git::GitId id = git::git_id_of(git::Type::blob, bytes);
      if (out.objects.emplace(id, bytes).second) {
        writer.add({git::Type::blob, id, bytes, base, before});
        if (base) out.versions.emplace_back(id, *base);
      }
      base = id;
      before = bytes;
      bytes[random.below(bytes.size())] ^= 1;
      if (version % 3 == 0)
        std::rotate(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 3),
                    bytes.end());
    }
  }
  const Bytes nothing;
  const git::GitId empty = git::git_id_of(git::Type::tree, nothing);
  writer.add({git::Type::tree, empty, nothing, {}, {}});
  out.objects.emplace(empty, nothing);
  writer.finish();
  for (const std::string& name : fs.list("pack"))
    (name.ends_with(".idx") ? out.index : out.pack) = os::read_file(fs, "pack/" + name);
  return out;
}

}  // namespace

TEST_CASE("every object of a pack is read, in any order, and no other") {
  const Packed all = packed(1);
  const git::Packs packs = all.read();
  for (int round = 0; round < 2; ++round) {
    for (const auto& [id, bytes] : all.objects) {
      const auto found = packs.read(id);
      REQUIRE(found);
      CHECK(*found->whole == bytes);
      CHECK((found->type == git::Type::tree) == bytes.empty());
    }
  }
  git::GitId other = all.objects.begin()->first;
  other.bytes[19] ^= 1;
  CHECK_FALSE(packs.read(other));
  CHECK_FALSE(git::Packs({}).read(other));
}

TEST_CASE("what a version is told from is its kin, and what was read and is told from it") {
  const Packed all = packed(4);
  const git::Packs packs = all.read();
  std::size_t told = 0;
  for (const auto& [id, base] : all.versions) {
    const auto kin = packs.kin(id);
    if (kin.empty()) continue;
    ++told;
    CHECK(kin.front() == base);
    CHECK(std::ranges::count(packs.kin(base), id) == 0);
    REQUIRE(packs.read(id));
    CHECK(std::ranges::count(packs.kin(base), id) == 1);
  }
  CHECK(told > 150);
}

TEST_CASE("of a damaged pack only what is still whole is read") {
  const Packed all = packed(2);
  SeededRandom random(3);
  std::size_t wrong = 0;
  for (int round = 0; round < 400; ++round) {
    Packed damaged = all;
    Bytes& bytes = round % 2 == 0 ? damaged.pack : damaged.index;
    const std::size_t at = random.below(bytes.size());
    if (round % 8 < 2)
      bytes.resize(at);
    else
      bytes[at] ^= static_cast<Byte>(1U << random.below(8));
    const git::Packs packs = damaged.read();
    for (const auto& [id, is] : all.objects) {
      for (const git::GitId& kin : packs.kin(id)) (void)packs.read(kin);
      const auto found = packs.read(id);
      if (found && *found->whole != is) ++wrong;
    }
  }
  // Zlib's checksums tell nearly always; the caller's hash does where they do not.
  CHECK(wrong == 0);
}
