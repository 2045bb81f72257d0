#include "hn/store/store.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "hn/base/text.hpp"
#include "hn/os/private_file.hpp"
#include "store/batch_state.hpp"
#include "store/check_packs.hpp"
#include "store/collect.hpp"
#include "store/format_file.hpp"
#include "store/forms.hpp"
#include "store/maintain.hpp"
#include "store/spill_file.hpp"

namespace hn::store {
namespace {

Result<object::Block> to_block(const Result<PlainPtr>& plain) {
  if (!plain) return Unexpected(plain.error());
  return object::Block{(*plain)->kind, to_bytes((*plain)->bytes)};
}

// The least and the greatest address that begin with these digits.
std::optional<std::pair<object::Address, object::Address>> range_of(std::string_view hex_prefix) {
  if (hex_prefix.size() < 4 || hex_prefix.size() > 64) return std::nullopt;
  std::string low(hex_prefix);
  std::string high(hex_prefix);
  low.resize(64, '0');
  high.resize(64, 'f');
  const auto low_id = object::id_from_hex(low);
  const auto high_id = object::id_from_hex(high);
  if (!low_id || !high_id) return std::nullopt;
  return std::pair(object::address_of(*low_id), object::address_of(*high_id));
}

}  // namespace

struct Store::State {
  State(os::FileSystem& fs, const std::string& folder, const Options& options)
      : opened(fs, folder, options) {}
  Opened opened;
};

// `format` comes last: without it there is no store, and what an attempt cut short left is written
// over.
void Store::create(os::FileSystem& fs, const std::string& folder) {
  if (exists(fs, folder)) throw Failure(Code::exists, folder + ": there is a store already");
  fs.make_folder(folder);
  fs.sync_folder(os::parent_of(folder));
  fs.make_folder(folder + "/packs");
  const std::uint64_t bytes = create_tail(fs, folder, 1, {});
  Encoder payload;
  append_item(payload, PackIs{1, bytes, false});
  Journal::replace(fs, folder + "/journal", 1, payload.bytes());
  os::replace_file(fs, folder + "/format", encode_format());
}

bool Store::exists(os::FileSystem& fs, const std::string& folder) {
  return has_format_file(fs, folder);
}

Store::Store(os::FileSystem& fs, const std::string& folder, const Options& options)
    : state_(std::make_unique<State>(fs, folder, options)) {}
Store::~Store() = default;

Batch Store::begin(Effort effort) {
  return Batch(std::make_unique<Batch::State>(state_->opened, effort));
}

Result<object::Block> Store::read(const object::Id& id) const {
  return to_block(state_->opened.read(object::address_of(id)));
}

bool Store::has(const object::Id& id) const {
  return state_->opened.packs()->has(object::address_of(id));
}

std::optional<std::uint32_t> Store::plain_bytes(const object::Address& address) const {
  const auto packs = state_->opened.packs();
  const auto loaded = packs->load(address);
  if (!loaded) return std::nullopt;
  return loaded->head.plain_bytes;
}

Result<Stored> Store::read_stored(const object::Address& address) const {
  const auto packs = state_->opened.packs();
  HN_TRY(const Loaded loaded, packs->load(address));
  const RecordHead& head = loaded.head;
  return Stored{head.kind, head.form, head.base, head.plain_bytes, to_bytes(loaded.bytes)};
}

Result<Stored> Store::as_plain_form(const object::Address& address) const {
  HN_TRY(const PlainPtr plain, state_->opened.read(address));
  Encoded encoded = encode_form(plain->bytes, {});
  return Stored{plain->kind,
                encoded.form,
                {},
                static_cast<std::uint32_t>(plain->bytes.size()),
                std::move(encoded.bytes)};
}

std::vector<object::Address> Store::find_blocks(std::string_view hex_prefix,
                                                std::size_t max) const {
  std::vector<object::Address> found;
  const auto range = range_of(hex_prefix);
  if (!range) return found;
  const auto packs = state_->opened.packs();
  packs->tail()->find_range(range->first, range->second, max, found);
  for (const auto& pack : packs->sealed()) {
    pack->find_range(range->first, range->second, max, found);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.size() > max) found.resize(max);
  return found;
}

std::size_t Store::entry_count() const noexcept {
  return state_->opened.ledger().entry_count();
}

Entry Store::entry(std::size_t index) const {
  return state_->opened.ledger().entry(index);
}

std::optional<Entry> Store::find_entry(const EntryId& id) const {
  const auto place = state_->opened.ledger().find_entry(id);
  if (!place) return std::nullopt;
  return entry(*place);
}

std::optional<Bytes> Store::get(const std::string& key) const {
  const auto& state = state_->opened.ledger().state();
  const auto at = state.find(key);
  if (at == state.end()) return std::nullopt;
  return to_bytes(at->second);
}

std::vector<std::pair<std::string, Bytes>> Store::list(std::string_view key_prefix) const {
  std::vector<std::pair<std::string, Bytes>> found;
  const auto& state = state_->opened.ledger().state();
  for (auto at = state.lower_bound(key_prefix);
       at != state.end() && at->first.starts_with(key_prefix); ++at) {
    found.emplace_back(at->first, to_bytes(at->second));
  }
  return found;
}

std::vector<Operation> Store::operations(std::uint64_t from) const {
  const auto& all = state_->opened.ledger().operations();
  const auto first =
      std::find_if(all.begin(), all.end(), [&](const Operation& o) { return o.sequence >= from; });
  return {first, all.end()};
}

std::uint64_t Store::last_operation() const noexcept {
  return state_->opened.ledger().last_operation();
}

bool Store::refresh() {
  return state_->opened.refresh();
}

Store::Exclusive Store::lock() {
  state_->opened.acquire();
  return Exclusive(*this);
}

Store::Exclusive::~Exclusive() {
  if (store_ != nullptr) store_->state_->opened.release();
}

std::unique_ptr<os::File> Store::open_scratch() const {
  return store::open_scratch(state_->opened.fs(), state_->opened.folder());
}

void Store::maintain() {
  Opened& opened = state_->opened;
  const LockGuard lock(opened);
  merge_packs(opened, ~std::uint64_t{0});
  std::uint64_t needed = 0;
  for (const Item& item : opened.ledger().snapshot()) {
    Encoder one;
    append_item(one, item);
    needed += one.size();
  }
  if (opened.journal().bytes() > 2 * needed + opened.options().journal_waste_bytes)
    opened.rewrite_journal();
  remove_leftovers(opened);
}

Collected Store::collect(Roots& roots, const CollectOptions& options) {
  return store::collect(state_->opened, roots, options);
}

CheckSummary Store::check(const std::function<void(const Finding&)>& report,
                          const std::function<void(std::uint64_t blocks)>& progress) const {
  return check_store(state_->opened, report, progress);
}

}  // namespace hn::store
