#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "hn/git/form.hpp"
#include "hn/os/file_system.hpp"

namespace hn::git {

// The packs of a git repository, for whoever reads a whole history in order: libgit2 reads them at
// a quarter of the speed. A short cut and no judge: whatever is missing, odd, broken or very large
// is answered with nothing, and whoever reads the repository in full says what is the matter. The
// caller compares the hash. One thread at a time.
class Packs {
 public:
  struct Files {
    std::unique_ptr<os::Mapping> pack;
    std::unique_ptr<os::Mapping> index;
  };
  // Packs beside their indexes, with ids of SHA-1.
  explicit Packs(std::vector<Files> files);
  ~Packs();

  struct Found {
    Type type = Type::blob;
    std::shared_ptr<const Bytes> whole;
  };
  std::optional<Found> read(const GitId& id) const;

  // Blobs that are likely to resemble this one: what its pack tells it as a difference from, and
  // what was read last of those told as a difference from it, or from the same. Git tells old
  // versions as differences from newer ones, so who reads old ones first finds the latter here.
  std::vector<GitId> kin(const GitId& id) const;

 private:
  class Pack;
  class Inflate;
  // Objects that others are told as differences from, as they were needed lately. Two generations:
  // when the younger is full, the older goes.
  class Bases;
  struct Place {
    Pack* pack = nullptr;
    std::uint64_t offset = 0;
  };
  struct Row {
    Pack* pack = nullptr;
    std::size_t row = 0;  // of its index
    Place place;
  };
  std::optional<Row> find(const GitId& id) const;
  std::optional<Found> read_at(Place place) const;
  static void note_told(const Row& row);

  std::vector<std::unique_ptr<Pack>> packs_;
  mutable std::size_t last_ = 0;  // the pack that held what was asked for last
  std::unique_ptr<Inflate> inflate_;
  std::unique_ptr<Bases> bases_;
};

// Those in the `pack` folders of these folders of objects, as far as they can be opened.
std::vector<Packs::Files> map_packs(const std::vector<std::filesystem::path>& objects);

}  // namespace hn::git
