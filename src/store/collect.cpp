#include "store/collect.hpp"

#include <algorithm>
#include <unordered_set>

#include "hn/base/error.hpp"
#include "store/catalog.hpp"
#include "store/forms.hpp"
#include "store/maintain.hpp"
#include "store/spill_file.hpp"

// Why nothing is lost. The packs that are there at the beginning are looked through, what stays of
// them is written into a new pack, and one frame of the journal puts it in their place. Three may
// count on a block that goes:
//
// - What was recorded meanwhile. With the lock held the roots are asked again, and what they name
//   now is written too; so is every block from which a record of a pack that came meanwhile is a
//   difference.
// - A batch that is open meanwhile, in this process or another, and found the block. When it takes
//   the lock for its commit it sees that packs are gone, still has them open, and brings back all
//   that is in them and no longer in the store (transaction.cpp).
// - A reader. It has the old packs open; who looks at the journal while they go, looks again.
//
// Depths only fall: a block that stays is at most as deep as its least deep copy was, so what a
// batch has worked out from the old copies holds.
namespace hn::store {
namespace {

constexpr std::size_t kWriteBytes = 1U << 20U;

class Marks final : public Keeping {
 public:
  Marks(const Opened& opened, Catalog& catalog) : opened_(opened), catalog_(catalog) {}

  Met keep(const object::Id& id) override {
    const object::Address address = object::address_of(id);
    if (CatalogRow* row = catalog_.find(address)) {
      if (row->kept) return Met::again;
      row->kept = true;
      return Met::first;
    }
    if (newer_.contains(address)) return Met::again;
    if (!opened_.packs()->has(address)) return Met::absent;
    newer_.insert(address);
    return Met::first;
  }

  bool is_kept(const object::Id& id) const override {
    const object::Address address = object::address_of(id);
    const CatalogRow* row = std::as_const(catalog_).find(address);
    return row != nullptr ? row->kept : newer_.contains(address);
  }

  std::optional<object::Kind> kind_of(const object::Id& id) const override {
    const object::Address address = object::address_of(id);
    if (const CatalogRow* row = std::as_const(catalog_).find(address)) return row->kind;
    const auto loaded = opened_.packs()->load(address);
    if (!loaded) return std::nullopt;
    return loaded->head.kind;
  }

  std::vector<object::Id> not_kept(object::Kind kind) const override {
    std::vector<object::Id> out;
    for (const CatalogRow& row : catalog_.rows())
      if (row.kind == kind && !row.kept) out.push_back(object::id_at(row.address));
    return out;
  }

 private:
  const Opened& opened_;
  Catalog& catalog_;
  std::unordered_set<object::Address> newer_;  // recorded since the beginning
};

// Writes what stays.
class Writer {
 public:
  Writer(Opened& opened, const PackSet& packs, Catalog& catalog, const CollectOptions& options)
      : opened_(opened), packs_(packs), catalog_(catalog), options_(options), spill_(opened) {}

  // All that is kept and not written yet, in the order in which it lay.
  void write_kept() {
    std::vector<std::uint32_t> order = plan();
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const CatalogRow& x = catalog_.rows()[a];
      const CatalogRow& y = catalog_.rows()[b];
      return std::pair(x.pack, x.offset) < std::pair(y.pack, y.offset);
    });
    std::uint64_t done = 0;
    for (const std::uint32_t place : order) {
      write(catalog_.rows()[place]);
      if (options_.progress && ++done % 4096 == 0) options_.progress(done, order.size());
    }
    flush();
    spill_.file().sync();
  }

  bool empty() const noexcept { return rows_.empty(); }

  PackIs become_pack() {
    const std::uint64_t number = opened_.ledger().next_pack();
    const Bytes index = encode_index(sorted_unique(std::move(rows_)), at_);
    spill_.become_pack(number, [&](os::File& file) { file.write_at(0, index); });
    return {number, at_, true};
  }

 private:
  // Gives each row its depth; a base before what stands on it, since depths fall along a chain.
  std::vector<std::uint32_t> plan() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < catalog_.rows().size(); ++i)
      if (catalog_.rows()[i].kept && !catalog_.rows()[i].written) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return catalog_.rows()[a].depth < catalog_.rows()[b].depth;
    });
    for (const std::uint32_t place : order) {
      CatalogRow& row = catalog_.rows()[place];
      const std::uint32_t base = catalog_.kept_base(row);
      row.new_depth = base == CatalogRow::kNone
                          ? std::uint8_t{0}
                          : static_cast<std::uint8_t>(catalog_.rows()[base].new_depth + 1);
      HN_ASSERT(row.new_depth <= row.depth);
    }
    return order;
  }

  void write(CatalogRow& row) {
    const auto loaded = catalog_.pack_of(row).load(row.offset, row.address);
    if (!loaded)
      throw Failure(Code::damaged, "block " + object::to_hex(row.address) + " is damaged",
                    "nothing was removed; hn fsck says what is damaged");
    const std::size_t before = buffer_.size();
    std::uint8_t depth = row.new_depth;
    if (row.base == CatalogRow::kNone || catalog_.rows()[row.base].kept) {
      const RecordHead& head = loaded->head;
      append_record(buffer_, row.address,
                    {head.kind, head.form, head.base, head.plain_bytes, to_bytes(loaded->bytes)},
                    depth);
    } else {
      depth = write_on_kept(row, *loaded);
    }
    const std::size_t length = buffer_.size() - before;
    rows_.push_back({row.address, depth, at_, static_cast<std::uint32_t>(length)});
    at_ += length;
    row.written = true;
    if (buffer_.size() >= kWriteBytes) flush();
  }

  // Its base goes: the difference is made anew, from the next one up the chain that stays.
  std::uint8_t write_on_kept(const CatalogRow& row, const Loaded& loaded) {
    const auto read = [&](const Result<PlainPtr>& plain) -> const Plain& {
      if (!plain) throw Failure(plain.error(), "block " + object::to_hex(row.address));
      return **plain;
    };
    const auto plain = packs_.decode(loaded, &cache_);
    const std::uint32_t place = catalog_.kept_base(row);
    std::optional<Result<PlainPtr>> base;
    std::optional<ByteView> prefix;
    if (place != CatalogRow::kNone) {
      base = packs_.read(catalog_.rows()[place].address, &cache_);
      prefix = read(*base).bytes;
    }
    Encoded encoded = encode_form(read(plain).bytes, prefix);
    Stored stored{row.kind, encoded.form, {}, loaded.head.plain_bytes, std::move(encoded.bytes)};
    if (stored.form == Form::zstd_prefix) stored.base = catalog_.rows()[place].address;
    const std::uint8_t depth = stored.base ? row.new_depth : std::uint8_t{0};
    append_record(buffer_, row.address, stored, depth);
    return depth;
  }

  void flush() {
    spill_.file().write_at(flushed_, buffer_);
    flushed_ += buffer_.size();
    buffer_.clear();
  }

  Opened& opened_;
  const PackSet& packs_;
  Catalog& catalog_;
  const CollectOptions& options_;
  SpillFile spill_;
  PlainCache cache_{16U << 20U};
  Bytes buffer_;
  std::uint64_t flushed_ = kPackHeaderBytes;
  std::uint64_t at_ = kPackHeaderBytes;
  std::vector<IndexRow> rows_;
};

class Collection {
 public:
  Collection(Opened& opened, Roots& roots, const CollectOptions& options)
      : opened_(opened), roots_(roots), options_(options) {}

  Collected run() {
    std::optional<os::Lock> alone;
    if (!options_.dry_run) alone = begin();
    packs_ = opened_.packs();
    const std::uint64_t sequence = opened_.journal().last_sequence();
    Catalog catalog(old_packs());
    Marks marks(opened_, catalog);
    roots_.name(marks);
    count_before(catalog);
    if (options_.dry_run) {
      count_dropped(catalog);
    } else if (is_worth_it(catalog)) {
      replace(catalog, marks, sequence);
    }
    return out_;
  }

 private:
  // Everything that is here lies in sealed packs afterwards.
  os::Lock begin() {
    auto alone = try_maintenance(opened_);
    if (!alone) throw Failure(Code::busy, "another process collects or merges the packs just now");
    const LockGuard lock(opened_);
    remove_leftovers(opened_);
    if (opened_.packs()->tail()->bytes() > kPackHeaderBytes) opened_.record(new_tail(opened_, {}));
    return std::move(*alone);
  }

  std::vector<std::shared_ptr<const Pack>> old_packs() const {
    std::vector<std::shared_ptr<const Pack>> out(packs_->sealed().begin(), packs_->sealed().end());
    if (options_.dry_run) out.push_back(packs_->tail());
    return out;
  }

  std::uint64_t bytes_here() const {
    const auto packs = opened_.packs();
    std::uint64_t bytes = packs->tail()->bytes();
    for (const auto& pack : packs->sealed()) bytes += pack->bytes() + index_bytes(*pack);
    return bytes;
  }

  static std::uint64_t index_bytes(const SealedPack& pack) {
    return encoded_index_bytes(pack.index().size());
  }

  void count_before(const Catalog& catalog) {
    out_.blocks = catalog.rows().size();
    out_.packs_before = out_.packs_after = opened_.packs()->sealed().size() + 1;
    out_.bytes_before = out_.bytes_after = bytes_here();
  }

  void count_dropped(const Catalog& catalog) {
    for (const CatalogRow& row : catalog.rows()) {
      if (row.kept) continue;
      ++out_.dropped_blocks;
      if (row.kind == object::Kind::commit) ++out_.dropped_commits;
      if (options_.dry_run) out_.bytes_after -= row.length;
    }
  }

  bool is_worth_it(const Catalog& catalog) const {
    if (packs_->sealed().size() > 1 || catalog.copies() > 0) return true;
    return std::any_of(catalog.rows().begin(), catalog.rows().end(),
                       [](const CatalogRow& row) { return !row.kept; });
  }

  void replace(Catalog& catalog, Marks& marks, std::uint64_t sequence) {
    Writer writer(opened_, *packs_, catalog, options_);
    writer.write_kept();
    const LockGuard lock(opened_);
    if (opened_.journal().last_sequence() != sequence) {
      roots_.name(marks);
      keep_bases(catalog);
      writer.write_kept();
    }
    count_dropped(catalog);
    roots_.before_drop(marks);
    std::optional<PackIs> made;
    if (!writer.empty()) made = writer.become_pack();
    replace_packs(opened_, packs_->sealed(), made);
    out_.packs_after = opened_.packs()->sealed().size() + 1;
    out_.bytes_after = bytes_here();
  }

  // Of the records that came meanwhile.
  void keep_bases(Catalog& catalog) const {
    const auto now = opened_.packs();
    std::vector<std::shared_ptr<const Pack>> packs{now->tail()};
    for (const auto& pack : now->sealed()) {
      const auto is_old = std::find(packs_->sealed().begin(), packs_->sealed().end(), pack);
      if (is_old == packs_->sealed().end()) packs.push_back(pack);
    }
    for (const auto& pack : packs) {
      const auto walked = pack->each_head([&](const RecordHead& head, std::uint64_t) {
        CatalogRow* base = head.base ? catalog.find(*head.base) : nullptr;
        if (base != nullptr) base->kept = true;
      });
      if (!walked) throw Failure(walked.error(), "pack " + std::to_string(pack->number()));
    }
  }

  Opened& opened_;
  Roots& roots_;
  const CollectOptions& options_;
  std::shared_ptr<const PackSet> packs_;
  Collected out_;
};

}  // namespace

Collected collect(Opened& opened, Roots& roots, const CollectOptions& options) {
  return Collection(opened, roots, options).run();
}

}  // namespace hn::store
