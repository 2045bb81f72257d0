#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "hn/os/file_system.hpp"
#include "store/key_filter.hpp"
#include "store/pack_index.hpp"
#include "store/record.hpp"

// One pack as a reader sees it: a fixed length of a file, and where in it each block lies. Objects
// are immutable, so that any thread may read them; what is new is a new object.
namespace hn::store {

// A record whose checksum was right. `bytes` lies in the pack's mapping or in `owned`.
struct Loaded {
  RecordHead head;
  ByteView bytes;
  Bytes owned;
};

class Pack {
 public:
  virtual ~Pack() = default;
  virtual std::optional<std::uint64_t> find(const object::Address& address) const noexcept = 0;
  // damaged where the record there is not whole or is another block's.
  virtual Result<Loaded> load(std::uint64_t offset, const object::Address& address) const = 0;
  // Calls `visit` for each record from the first on. Damaged where heads do not follow one another.
  using VisitHead = std::function<void(const RecordHead& head, std::uint64_t offset)>;
  virtual Result<void> each_head(const VisitHead& visit) const = 0;
  // Appends the addresses from `low` to `high`, both included, at most `max` (per layer).
  virtual void find_range(const object::Address& low, const object::Address& high, std::size_t max,
                          std::vector<object::Address>& out) const = 0;

  std::uint64_t number() const noexcept { return number_; }
  std::uint64_t bytes() const noexcept { return bytes_; }

 protected:
  Pack(std::uint64_t number, std::uint64_t bytes) : number_(number), bytes_(bytes) {}

 private:
  std::uint64_t number_;
  std::uint64_t bytes_;
};

std::string pack_path(const std::string& folder, std::uint64_t number);
std::string index_path(const std::string& folder, std::uint64_t number);

// A pack that nothing is appended to: mapped, with its index. Blocks of one that is longer than
// `mapped_max` are looked up and loaded by calls: there nearly each look at the mapping brings
// pages that are given back before they are looked at again, and that takes longer.
class SealedPack final : public Pack {
 public:
  static constexpr std::uint64_t kMappedMax = std::uint64_t{512} << 20;

  // An index that is missing or damaged is made from the pack, and written for the next time if
  // that can be. Throws Failure: not_found if there is no such pack, damaged if it is shorter than
  // `bytes` or not a pack.
  static std::shared_ptr<const SealedPack> open(os::FileSystem& fs, const std::string& folder,
                                                std::uint64_t number, std::uint64_t bytes,
                                                std::uint64_t mapped_max = kMappedMax);

  std::optional<std::uint64_t> find(const object::Address& address) const noexcept override;
  Result<Loaded> load(std::uint64_t offset, const object::Address& address) const override;
  void find_range(const object::Address& low, const object::Address& high, std::size_t max,
                  std::vector<object::Address>& out) const override;
  Result<void> each_head(const VisitHead& visit) const override;

  const IndexView& index() const noexcept { return *index_; }
  ByteView contents() const noexcept { return mapping_->bytes(); }
  bool index_was_bad() const noexcept { return index_was_bad_; }

 private:
  SealedPack(std::uint64_t number, std::unique_ptr<os::Mapping> mapping);
  bool open_index(os::FileSystem& fs, const std::string& path);
  void make_index(os::FileSystem& fs, const std::string& path);
  std::optional<std::uint64_t> find_by_calls(const object::Address& address) const;
  Result<Loaded> load_by_calls(std::uint64_t offset, const object::Address& address) const;
  std::optional<std::uint64_t> find_in_index(const object::Address& address) const noexcept;
  void note_not_found() const noexcept;

  std::unique_ptr<os::File> file_;        // of a long one
  std::unique_ptr<os::File> index_file_;  // of a long one whose index was good
  std::unique_ptr<os::Mapping> mapping_;
  std::unique_ptr<os::Mapping> index_mapping_;
  Bytes made_index_;
  std::optional<IndexView> index_;
  bool index_was_bad_ = false;
  // Made by the look-up that comes upon the limit of those that found nothing, and not before: a
  // command that looks for a few blocks does not read the index for it.
  mutable std::atomic<std::size_t> not_found_ = 0;
  mutable std::unique_ptr<const KeyFilter> made_filter_;
  mutable std::atomic<const KeyFilter*> filter_ = nullptr;
};

// The pack that small transactions append to. Read by pread, since it grows; its index is in
// memory, as sorted layers of which each is at least twice as long as the next, so that a
// transaction costs what it adds and a look-up a few binary searches.
class TailPack final : public Pack {
 public:
  static std::shared_ptr<const TailPack> open(os::FileSystem& fs, const std::string& folder,
                                              std::uint64_t number, std::uint64_t bytes);
  // The same pack at a greater length; reads the records between.
  std::shared_ptr<const TailPack> grown(std::uint64_t bytes) const;
  // The same where the caller has the rows.
  std::shared_ptr<const TailPack> grown(std::uint64_t bytes, std::vector<IndexRow> rows) const;

  std::optional<std::uint64_t> find(const object::Address& address) const noexcept override;
  Result<Loaded> load(std::uint64_t offset, const object::Address& address) const override;
  void find_range(const object::Address& low, const object::Address& high, std::size_t max,
                  std::vector<object::Address>& out) const override;
  Result<void> each_head(const VisitHead& visit) const override;

  std::vector<IndexRow> rows() const;  // sorted, unique

 private:
  using Layer = std::shared_ptr<const std::vector<IndexRow>>;
  TailPack(std::uint64_t number, std::uint64_t bytes, std::shared_ptr<const os::File> file)
      : Pack(number, bytes), file_(std::move(file)) {}
  const IndexRow* find_row(const object::Address& address) const noexcept;
  void add_layer(std::vector<IndexRow> rows);

  std::shared_ptr<const os::File> file_;
  std::vector<Layer> layers_;
};

// The rows of the records of a pack between two offsets, from its bytes there; `at` is the offset
// of the first of them. Damaged where heads do not follow one another up to the end; checksums are
// not looked at.
Result<std::vector<IndexRow>> scan_rows(ByteView records, std::uint64_t at);

}  // namespace hn::store
