#include "store/maintain.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "hn/base/error.hpp"

namespace hn::store {
namespace {

// What a commit may merge on the way: some tenths of a second.
constexpr std::uint64_t kCommitMergeBytesMax = 64U << 20U;
constexpr std::size_t kCopyBytes = 1U << 20U;

using PackPtr = std::shared_ptr<const SealedPack>;

// Git's geometric repacking (git-repack(1), --geometric) with factor 2.
std::vector<PackPtr> choose(std::vector<PackPtr> packs, std::uint64_t bytes_max) {
  std::sort(packs.begin(), packs.end(), [](const PackPtr& a, const PackPtr& b) {
    return std::pair(a->bytes(), a->number()) < std::pair(b->bytes(), b->number());
  });
  std::size_t count = 0;
  for (std::size_t i = 1; i < packs.size(); ++i) {
    if (packs[i]->bytes() < 2 * packs[i - 1]->bytes()) count = i + 1;
  }
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (i >= count && (count == 0 || packs[i]->bytes() >= 2 * sum)) break;
    if (sum + packs[i]->bytes() > bytes_max) {
      count = i;
      break;
    }
    sum += packs[i]->bytes();
    count = std::max(count, i + 1);
  }
  packs.resize(count);
  return packs;
}

// A record to copy. Its pack is an index into the packs that are merged.
struct Source {
  IndexRow row;
  std::size_t pack = 0;
};

// nullopt if a record is damaged: its pack stays as it is, for check() to show and a peer to mend.
std::optional<std::vector<Source>> sources_of(const SealedPack& pack, std::size_t place) {
  const auto all = scan_rows(pack.contents().subspan(kPackHeaderBytes), kPackHeaderBytes);
  if (!all) return std::nullopt;
  std::vector<Source> sources;
  for (const IndexRow& row : *all) {
    if (!check_record(pack.contents().subspan(row.offset, row.length))) return std::nullopt;
    sources.push_back({row, place});
  }
  return sources;
}

// Of several copies the one of least depth, in the order in which they lie in the packs.
std::vector<Source> without_copies(std::vector<Source> all) {
  std::sort(all.begin(), all.end(), [](const Source& a, const Source& b) {
    return std::tie(a.row.address, a.row.depth, a.pack, a.row.offset) <
           std::tie(b.row.address, b.row.depth, b.pack, b.row.offset);
  });
  const auto same = [](const Source& a, const Source& b) { return a.row.address == b.row.address; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  std::sort(all.begin(), all.end(), [](const Source& a, const Source& b) {
    return std::tie(a.pack, a.row.offset) < std::tie(b.pack, b.row.offset);
  });
  return all;
}

// Appends through a buffer, so that small records do not cost a call each.
class PackWriter {
 public:
  PackWriter(os::FileSystem& fs, const std::string& path)
      : file_(fs.open(path, os::Access::create)), buffer_(encode_pack_header()) {
    file_->truncate(0);
  }
  std::uint64_t bytes() const { return written_ + buffer_.size(); }
  void append(ByteView record) {
    buffer_.insert(buffer_.end(), record.begin(), record.end());
    if (buffer_.size() >= kCopyBytes) flush();
  }
  void finish() {
    flush();
    file_->sync();
  }

 private:
  void flush() {
    file_->write_at(written_, buffer_);
    written_ += buffer_.size();
    buffer_.clear();
  }
  std::unique_ptr<os::File> file_;
  Bytes buffer_;
  std::uint64_t written_ = 0;
};

PackIs write_merged(Opened& opened, std::span<const PackPtr> packs,
                    std::span<const Source> sources) {
  const std::uint64_t number = opened.ledger().next_pack();
  PackWriter writer(opened.fs(), pack_path(opened.folder(), number));
  std::vector<IndexRow> rows;
  for (const Source& source : sources) {
    IndexRow row = source.row;
    row.offset = writer.bytes();
    writer.append(packs[source.pack]->contents().subspan(source.row.offset, source.row.length));
    rows.push_back(row);
  }
  writer.finish();
  write_index(opened.fs(), opened.folder(), number, std::move(rows), writer.bytes());
  opened.fs().sync_folder(opened.folder() + "/packs");
  return {number, writer.bytes(), true};
}

void remove_quietly(os::FileSystem& fs, const std::string& path) {
  try {
    if (fs.stat(path)) fs.remove(path);
  } catch (const Failure&) {
    // It is a leftover now, and goes with the next maintain().
  }
}

}  // namespace

// Other processes may read the old packs on: a removed file lives as long as it is mapped.
void replace_packs(Opened& opened, std::span<const PackPtr> packs,
                   const std::optional<PackIs>& merged) {
  std::vector<Item> items;
  if (merged) items.push_back(*merged);
  for (const auto& pack : packs) items.push_back(PackGone{pack->number()});
  opened.record(items);
  for (const auto& pack : packs) {
    remove_quietly(opened.fs(), pack_path(opened.folder(), pack->number()));
    remove_quietly(opened.fs(), index_path(opened.folder(), pack->number()));
  }
}

namespace {

// The number in "0123456789abcdef.pack", ".idx" or ".idx.new".
std::optional<std::uint64_t> pack_number_in(std::string_view name) {
  if (name.size() < 17 || name[16] != '.') return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + 16, number, 16);
  if (error != std::errc() || end != name.data() + 16) return std::nullopt;
  return number;
}

void remove_if_unlocked(os::FileSystem& fs, const std::string& path) {
  const auto file = fs.open(path, os::Access::update);
  if (file->try_lock()) fs.remove(path);
}

}  // namespace

std::uint64_t create_tail(os::FileSystem& fs, const std::string& folder, std::uint64_t number,
                          ByteView records) {
  PackWriter writer(fs, pack_path(folder, number));
  writer.append(records);
  writer.finish();
  fs.sync_folder(folder + "/packs");
  return writer.bytes();
}

std::vector<Item> new_tail(Opened& opened, ByteView records) {
  const auto tail = opened.packs()->tail();
  write_index(opened.fs(), opened.folder(), tail->number(), tail->rows(), tail->bytes());
  const std::uint64_t number = opened.ledger().next_pack();
  const std::uint64_t bytes = create_tail(opened.fs(), opened.folder(), number, records);
  return {PackIs{tail->number(), tail->bytes(), true}, PackIs{number, bytes, false}};
}

std::optional<os::Lock> try_maintenance(Opened& opened) {
  return os::Lock::try_now(opened.fs(), opened.folder() + "/maintenance");
}

void merge_packs(Opened& opened, std::uint64_t bytes_max) {
  const auto view = opened.packs();
  std::vector<PackPtr> packs = choose(view->sealed(), bytes_max);
  if (packs.size() < 2) return;
  const auto alone = try_maintenance(opened);
  if (!alone) return;  // the packs are just being collected
  std::vector<Source> sources;
  for (std::size_t i = 0; i < packs.size();) {
    if (auto of_pack = sources_of(*packs[i], i)) {
      sources.insert(sources.end(), of_pack->begin(), of_pack->end());
      ++i;
    } else {
      packs.erase(packs.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (packs.size() < 2) return;
  sources = without_copies(std::move(sources));
  replace_packs(opened, packs, write_merged(opened, packs, sources));
}

void merge_after_commit(Opened& opened) {
  try {
    merge_packs(opened, kCommitMergeBytesMax);
  } catch (const Failure&) {
    // The next commit that seals a pack tries again.
  }
}

void remove_leftovers(Opened& opened) {
  const std::string folder = opened.folder() + "/packs";
  for (const std::string& name : opened.fs().list(folder)) {
    const std::string path = folder + "/" + name;
    if (name.starts_with("spill-")) remove_if_unlocked(opened.fs(), path);
    if (name.starts_with("scratch-")) remove_quietly(opened.fs(), path);
    const auto number = pack_number_in(name);
    if (number && !opened.ledger().packs().contains(*number)) opened.fs().remove(path);
  }
}

}  // namespace hn::store
