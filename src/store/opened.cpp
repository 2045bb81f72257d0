#include "store/opened.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "store/format_file.hpp"

namespace hn::store {
namespace {

// Another process may remove a pack, after it merged it, between our look at the journal and our
// opening it. More than a few times in a row it is not that.
constexpr int kOpenAttempts = 8;

std::string journal_path(const std::string& folder) {
  return folder + "/journal";
}

const std::string& checked(os::FileSystem& fs, const std::string& folder) {
  check_format_file(fs, folder);
  return folder;
}

}  // namespace

Opened::Opened(os::FileSystem& fs, const std::string& folder, const Options& options)
    : fs_(fs), folder_(checked(fs, folder)), options_(options), journal_(fs, journal_path(folder)) {
  load_all();
}

void Opened::load_all() {
  for (int attempt = 1;; ++attempt) {
    old_ledgers_.push_back(std::exchange(ledger_, std::make_unique<Ledger>()));
    if (old_ledgers_.back()->entry_count() == 0) old_ledgers_.pop_back();
    journal_.restart();
    try {
      return load_news(nullptr);
    } catch (const Failure& failure) {
      if (failure.code() != Code::not_found) throw;
      if (attempt == kOpenAttempts) throw Failure(Code::damaged, failure.context());
    }
  }
}

void Opened::load_news(const std::shared_ptr<const PackSet>& old) {
  journal_.read_news([this](const Frame& frame, const auto& buffer) { apply(frame, buffer); });
  show_packs(old, {});
}

bool Opened::refresh() {
  const Journal::News news = journal_.look();
  if (news == Journal::News::none) return false;
  const std::uint64_t before = journal_.last_sequence();
  if (news == Journal::News::replaced) {
    load_all();
    return true;
  }
  try {
    load_news(packs());
  } catch (const Failure& failure) {
    if (failure.code() != Code::not_found) throw;
    load_all();
  }
  return journal_.last_sequence() != before;
}

void Opened::apply(const Frame& frame, const std::shared_ptr<const Bytes>& buffer) {
  auto items = decode_items(frame.payload);
  const auto result = items ? ledger_->apply(*items, buffer) : Unexpected(items.error());
  if (!result) throw Failure(result.error(), journal_path(folder_));
}

// Packs of `old` are used again. Not so after a restart: a tail pack that another process took back
// may have the same length and other records.
void Opened::show_packs(const std::shared_ptr<const PackSet>& old,
                        std::vector<IndexRow> tail_rows) {
  std::vector<std::shared_ptr<const SealedPack>> sealed;
  std::shared_ptr<const TailPack> tail;
  for (const auto& [number, pack] : ledger_->packs()) {
    if (!pack.sealed) {
      if (tail) throw Failure(Code::damaged, folder_ + ": two packs are open");
      tail = show_tail(old.get(), pack, std::exchange(tail_rows, {}));
      continue;
    }
    const auto same = [n = number](const auto& p) { return p->number() == n; };
    if (old) {
      const auto at = std::find_if(old->sealed().begin(), old->sealed().end(), same);
      if (at != old->sealed().end()) {
        sealed.push_back(*at);
        continue;
      }
    }
    sealed.push_back(SealedPack::open(fs_, folder_, number, pack.bytes));
  }
  if (!tail) throw Failure(Code::damaged, folder_ + ": no pack is open");
  auto now = std::make_shared<const PackSet>(std::move(sealed), std::move(tail));
  if (const auto before = packs_.load()) note_gone(*before, *now);
  packs_.store(std::move(now));
}

// What is remembered of packs that are gone could be of blocks that are dropped: a difference from
// one of those could not be read.
void Opened::note_gone(const PackSet& before, const PackSet& now) {
  const auto is_here = [&](std::uint64_t number) {
    return now.tail()->number() == number ||
           std::any_of(now.sealed().begin(), now.sealed().end(),
                       [&](const auto& pack) { return pack->number() == number; });
  };
  std::vector<std::shared_ptr<const Pack>> gone;
  for (const auto& pack : before.sealed())
    if (!is_here(pack->number())) gone.push_back(pack);
  if (!is_here(before.tail()->number())) gone.push_back(before.tail());
  if (gone.empty()) return;
  forget_ = true;
  batch_cache_ = PlainCache(kBatchCacheBytes);
  arrived_ = no_arrived();
  if (open_batches_ > 0) gone_.insert(gone_.end(), gone.begin(), gone.end());
}

std::shared_ptr<const TailPack> Opened::show_tail(const PackSet* old, const PackIs& pack,
                                                  std::vector<IndexRow> rows) const {
  if (old == nullptr || old->tail()->number() != pack.number) {
    return TailPack::open(fs_, folder_, pack.number, pack.bytes);
  }
  if (old->tail()->bytes() == pack.bytes) return old->tail();
  if (!rows.empty()) return old->tail()->grown(pack.bytes, std::move(rows));
  return old->tail()->grown(pack.bytes);
}

std::optional<os::Lock> Opened::lock_without_refresh() const {
  if (holds_lock()) return std::nullopt;
  return os::Lock::wait(fs_, folder_ + "/lock");
}

void Opened::acquire() {
  if (lock_depth_ == 0) {
    lock_ = os::Lock::wait(fs_, folder_ + "/lock");
    batch_begins();  // what was asked before the lock is counted on under it
    try {
      refresh();
      journal_.cut_tail();
    } catch (...) {
      batch_ends();
      lock_.reset();
      throw;
    }
  }
  ++lock_depth_;
}

void Opened::release() noexcept {
  HN_ASSERT(lock_depth_ > 0);
  if (--lock_depth_ > 0) return;
  batch_ends();
  lock_.reset();
}

void Opened::record(std::span<const Item> items, std::vector<IndexRow> tail_rows) {
  HN_ASSERT(holds_lock());
  Encoder payload;
  for (const Item& item : items) append_item(payload, item);
  if (payload.size() > kFrameBytesMax) {
    throw Failure(Code::refused, "a transaction of more than 1 GiB of entries and state");
  }
  journal_.append(payload.bytes(),
                  [this](const Frame& frame, const auto& buffer) { apply(frame, buffer); });
  show_packs(packs(), std::move(tail_rows));
}

void Opened::rewrite_journal() {
  HN_ASSERT(holds_lock());
  Encoder payload;
  for (const Item& item : ledger_->snapshot()) append_item(payload, item);
  Journal::replace(fs_, journal_path(folder_), journal_.last_sequence() + 1, payload.bytes());
  load_all();
}

void write_index(os::FileSystem& fs, const std::string& folder, std::uint64_t number,
                 const std::function<void(os::File&)>& write) {
  const auto file = fs.open(index_path(folder, number), os::Access::create);
  file->truncate(0);
  write(*file);
  file->sync();
}

void write_index(os::FileSystem& fs, const std::string& folder, std::uint64_t number,
                 std::vector<IndexRow> rows, std::uint64_t pack_bytes) {
  const Bytes bytes = encode_index(sorted_unique(std::move(rows)), pack_bytes);
  write_index(fs, folder, number, [&](os::File& file) { file.write_at(0, bytes); });
}

}  // namespace hn::store
