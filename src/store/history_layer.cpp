// Format: hn-store(5), HISTORY INDEX.
//
// A whole file need not be read before a part of it is believed: the head holds a checksum for each
// page, and its own. Opening a layer of a million commits costs some microseconds, and a look-up
// the pages that it touches. Rejected: one checksum of the file, which makes each command read all
// of it; none, as in git's commit-graph, which is only safe for a file that was synced.
#include "store/history_layer.hpp"

#include <algorithm>
#include <cstring>

#include "hn/base/checksum.hpp"
#include "hn/base/codec.hpp"

namespace hn::store {
namespace {

constexpr std::string_view kLayerMagic{"hn hist\n", 8};
constexpr std::string_view kChainMagic{"hn hchn\n", 8};
constexpr std::uint32_t kFormat = 2;
constexpr std::size_t kHeadBytes = 88;
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint32_t kCommitBytes = 64;
constexpr std::uint32_t kIdBytes = 32;
constexpr std::uint32_t kTop = 0x80000000U;

std::uint32_t load32(ByteView bytes, std::size_t at) noexcept {
  std::uint32_t v = 0;
  for (unsigned i = 0; i < 4; ++i) v |= std::uint32_t{bytes[at + i]} << (8 * i);
  return v;
}

std::uint64_t load64(ByteView bytes, std::size_t at) noexcept {
  return load32(bytes, at) | std::uint64_t{load32(bytes, at + 4)} << 32U;
}

std::uint64_t pages_of(std::uint64_t bytes) noexcept {
  return (bytes + kPageBytes - 1) / kPageBytes;
}

// A row of a sorted table before it is written.
struct Keyed {
  Bytes key;
  std::uint32_t number = 0;
  friend auto operator<=>(const Keyed&, const Keyed&) = default;
};

void put_table(Encoder& out, const std::vector<Keyed>& rows) {
  for (const Keyed& row : rows) out.raw(row.key).u32(row.number);
}

ByteView bytes_of(const object::GitId& git) noexcept {
  return ByteView(git.bytes).first(git.size);
}

// The sorted tables of what is to be written, and where in them each commit and tag has come to
// stand.
struct Tables {
  explicit Tables(const LayerParts& parts) {
    for (std::uint32_t i = 0; i < parts.commits.size(); ++i) {
      const LayerCommit& commit = parts.commits[i];
      ids.push_back({to_bytes(commit.id.bytes), i});
      if (commit.git) add_git(*commit.git, i);
    }
    for (std::uint32_t i = 0; i < parts.tags.size(); ++i) add_git(parts.tags[i].git, i | kTop);
    for (std::vector<Keyed>* table : {&ids, &sha1, &sha256}) std::ranges::sort(*table);
    id_place.resize(parts.commits.size());
    git_place.assign(parts.commits.size(), kNoRow);
    tag_git_place.assign(parts.tags.size(), kNoRow);
    for (std::uint32_t i = 0; i < ids.size(); ++i) id_place[ids[i].number] = i;
    note_git(sha1, 0);
    note_git(sha256, kTop);
  }

  std::vector<Keyed> ids, sha1, sha256;
  std::vector<std::uint32_t> id_place, git_place, tag_git_place;

 private:
  void add_git(const object::GitId& git, std::uint32_t number) {
    (git.size == 20 ? sha1 : sha256).push_back({to_bytes(bytes_of(git)), number});
  }
  void note_git(const std::vector<Keyed>& table, std::uint32_t mark) {
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      const std::uint32_t number = table[i].number;
      ((number & kTop) != 0 ? tag_git_place[number & ~kTop] : git_place[number]) = i | mark;
    }
  }
};

void put_commit(Encoder& out, const LayerCommit& commit, std::uint32_t id_place,
                std::uint32_t git_place, std::size_t note_end,
                std::vector<std::uint32_t>& further) {
  const auto& parents = commit.parents;
  std::uint32_t second = parents.size() < 2 ? kNoRow : parents[1];
  if (parents.size() > 2) {
    second = static_cast<std::uint32_t>(further.size()) | kTop;
    further.insert(further.end(), parents.begin() + 1, parents.end());
    further.back() |= kTop;
  }
  out.u32(commit.generation).u32(parents.empty() ? kNoRow : parents[0]).u32(second);
  out.u32(id_place).u32(git_place).u32(static_cast<std::uint32_t>(note_end));
  out.u64(static_cast<std::uint64_t>(commit.time));
  out.raw(commit.tree.bytes);
}

// One behind the other; what numbers do not reach any more goes without.
struct Notes {
  explicit Notes(const LayerParts& parts) {
    Encoder all;
    for (std::size_t i = 0; i < parts.commits.size(); ++i) {
      if (i < parts.notes.size() && !parts.notes[i].empty()) add(parts.notes[i], all);
      ends.push_back(all.size());
    }
    bytes = std::move(all).take();
  }
  Bytes bytes;
  std::vector<std::size_t> ends;

 private:
  static void add(const LayerNote& note, Encoder& all) {
    HN_ASSERT(note.subject.size() <= kSubjectBytesMax);
    if (all.size() + 1 + note.subject.size() + note.filter.size() > UINT32_MAX) return;
    all.u8(static_cast<std::uint8_t>(note.subject.size())).raw(as_bytes(note.subject));
    all.raw(note.filter);
  }
};

Bytes encode_body(const LayerParts& parts, const Tables& tables, const Notes& notes,
                  std::vector<std::uint32_t>& further) {
  Encoder body;
  for (std::size_t i = 0; i < parts.commits.size(); ++i) {
    put_commit(body, parts.commits[i], tables.id_place[i], tables.git_place[i], notes.ends[i],
               further);
  }
  put_table(body, tables.ids);
  for (const std::uint32_t row : further) body.u32(row);
  put_table(body, tables.sha1);
  put_table(body, tables.sha256);
  for (std::size_t i = 0; i < parts.tags.size(); ++i)
    body.raw(parts.tags[i].id.bytes).u32(tables.tag_git_place[i]);
  body.raw(notes.bytes);
  return std::move(body).take();
}

std::uint64_t head_checksum(ByteView head, ByteView sums) {
  Encoder out;
  out.raw(head).raw(sums);
  return checksum(out.bytes());
}

}  // namespace

Bytes encode_layer(const LayerParts& parts) {
  const Tables tables(parts);
  const Notes notes(parts);
  std::vector<std::uint32_t> further;
  const Bytes body = encode_body(parts, tables, notes, further);
  Encoder sums;
  for (std::size_t at = 0; at < body.size(); at += kPageBytes)
    sums.u64(checksum(ByteView(body).subspan(at, std::min(kPageBytes, body.size() - at))));
  Encoder out;
  const auto count = [&](std::size_t n) { out.u32(static_cast<std::uint32_t>(n)); };
  out.raw(as_bytes(kLayerMagic)).u32(kFormat);
  count(parts.commits.size());
  out.u32(parts.rows_below);
  count(further.size());
  count(tables.sha1.size());
  count(tables.sha256.size());
  count(parts.tags.size());
  count(notes.bytes.size());
  out.u64(parts.below).raw(parts.repository);
  out.u64(head_checksum(out.bytes(), sums.bytes())).raw(sums.bytes()).raw(body);
  return std::move(out).take();
}

Result<LayerView> LayerView::open(ByteView bytes, const Hash& repository) noexcept {
  Decoder in(bytes);
  const ByteView magic = in.take(kLayerMagic.size());
  const std::uint32_t format = in.u32();
  LayerView view;
  view.commits_ = in.u32();
  view.rows_below_ = in.u32();
  view.further_ = in.u32();
  const std::uint32_t sha1 = in.u32();
  const std::uint32_t sha256 = in.u32();
  view.tags_ = in.u32();
  view.note_bytes_ = in.u32();
  view.below_ = in.u64();
  const Hash owner = in.hash();
  view.name_ = in.u64();
  if (in.failed() || !equal(magic, as_bytes(kLayerMagic))) {
    return fail(Code::invalid, "not a layer of a history index");
  }
  if (format != kFormat) return fail(Code::unsupported, "format of a history index");
  const std::uint64_t ids_at = std::uint64_t{kCommitBytes} * view.commits_;
  view.ids_ = {ids_at, view.commits_, kIdBytes};
  view.further_at_ = ids_at + std::uint64_t{view.ids_.record()} * view.commits_;
  view.git_sha1_ = {view.further_at_ + std::uint64_t{4} * view.further_, sha1, 20};
  view.git_sha256_ = {view.git_sha1_.at + std::uint64_t{24} * sha1, sha256, 32};
  view.tag_ids_ = {view.git_sha256_.at + std::uint64_t{36} * sha256, view.tags_, kIdBytes};
  view.notes_at_ = view.tag_ids_.at + std::uint64_t{36} * view.tags_;
  const std::uint64_t body = view.notes_at_ + view.note_bytes_;
  if (bytes.size() != kHeadBytes + 8 * pages_of(body) + body) {
    return fail(Code::damaged, "size of a history index");
  }
  view.sums_ = bytes.subspan(kHeadBytes, 8 * pages_of(body));
  view.body_ = bytes.subspan(kHeadBytes + view.sums_.size());
  if (head_checksum(bytes.first(kHeadBytes - 8), view.sums_) != view.name_) {
    return fail(Code::damaged, "checksum of a history index");
  }
  if (owner != repository) return fail(Code::refused, "history index of another repository");
  const std::uint64_t rows = std::uint64_t{view.rows_below_} + view.commits_;
  if (rows > kRowsMax) return fail(Code::invalid, "head of a history index");
  view.seen_.assign(pages_of(body), false);
  return view;
}

// The bytes, which the caller knows to lie in the body; empty where a page of them is damaged.
ByteView LayerView::look(std::uint64_t at, std::uint64_t bytes) const noexcept {
  HN_ASSERT(bytes > 0 && at + bytes <= body_.size());
  if (damaged_) return {};
  for (std::uint64_t page = at / kPageBytes; page <= (at + bytes - 1) / kPageBytes; ++page) {
    if (seen_[page]) continue;
    const ByteView rest = body_.subspan(page * kPageBytes);
    if (checksum(rest.first(std::min(kPageBytes, rest.size()))) != load64(sums_, 8 * page)) {
      spoil();
      return {};
    }
    seen_[page] = true;
  }
  return body_.subspan(at, bytes);
}

ByteView LayerView::commit_bytes(std::uint32_t row) const noexcept {
  HN_ASSERT(holds(row));
  return look(std::uint64_t{kCommitBytes} * (row - rows_below_), kCommitBytes);
}

ByteView LayerView::record(const Table& table, std::uint32_t place) const noexcept {
  if (place >= table.count) {
    spoil();
    return {};
  }
  return look(table.at + std::uint64_t{table.record()} * place, table.record());
}

// The first record whose key is not less. Keys are hashes and so spread evenly: the search begins
// where the key's first bytes say, and doubles its steps until it has the place between them. In a
// table of a million that looks at some three pages instead of ten. A record that cannot be read
// ends it at the table's end.
std::uint32_t LayerView::lower_bound(const Table& table, ByteView key) const noexcept {
  const auto is_less = [&](std::uint32_t place) {
    const ByteView bytes = record(table, place);
    return !bytes.empty() && std::memcmp(bytes.data(), key.data(), table.key) < 0;
  };
  std::uint32_t first = 0;
  for (unsigned i = 0; i < 4; ++i) first = first << 8U | key[i];
  // All before `low` are less than the key, and none from `high` on.
  auto low = static_cast<std::uint32_t>(std::uint64_t{first} * table.count >> 32U);
  std::uint32_t high = low;
  for (std::uint32_t step = 16; low > 0 && !is_less(low - 1); step *= 2) {
    high = low - 1;
    low = step < low ? low - step : 0;
  }
  for (std::uint32_t step = 16; high < table.count && is_less(high); step *= 2) {
    low = high + 1;
    high = step < table.count - high ? high + step : table.count;
  }
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (is_less(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return damaged_ ? table.count : low;
}

bool LayerView::further_parents(std::uint32_t first, std::uint32_t row,
                                std::vector<std::uint32_t>& out) const {
  for (std::uint64_t at = first;; ++at) {
    if (at >= further_ || out.size() >= object::kParentsMax) return spoil(), false;
    const ByteView bytes = look(further_at_ + 4 * at, 4);
    if (bytes.empty()) return false;
    const std::uint32_t parent = load32(bytes, 0);
    if ((parent & ~kTop) >= row) return spoil(), false;
    out.push_back(parent & ~kTop);
    if ((parent & kTop) != 0) return true;
  }
}

bool LayerView::parents(std::uint32_t row, std::vector<std::uint32_t>& out) const {
  out.clear();
  const ByteView bytes = commit_bytes(row);
  if (bytes.empty()) return false;
  const std::uint32_t first = load32(bytes, 4);
  const std::uint32_t second = load32(bytes, 8);
  if (first == kNoRow) return second == kNoRow || (spoil(), false);
  if (first >= row) return spoil(), false;
  out.push_back(first);
  if (second == kNoRow) return true;
  if ((second & kTop) != 0) return further_parents(second & ~kTop, row, out);
  if (second >= row) return spoil(), false;
  out.push_back(second);
  return true;
}

std::optional<std::uint32_t> LayerView::generation(std::uint32_t row) const {
  const ByteView bytes = commit_bytes(row);
  return bytes.empty() ? std::nullopt : std::optional(load32(bytes, 0));
}

std::optional<std::int64_t> LayerView::time(std::uint32_t row) const {
  const ByteView bytes = commit_bytes(row);
  return bytes.empty() ? std::nullopt : std::optional(static_cast<std::int64_t>(load64(bytes, 24)));
}

std::optional<object::Id> LayerView::tree(std::uint32_t row) const {
  const ByteView bytes = commit_bytes(row);
  if (bytes.empty()) return std::nullopt;
  object::Id tree;
  std::memcpy(tree.bytes.data(), bytes.data() + 32, kIdBytes);
  return tree;
}

std::optional<object::Id> LayerView::id(std::uint32_t row) const {
  const ByteView bytes = commit_bytes(row);
  if (bytes.empty()) return std::nullopt;
  const ByteView key = record(ids_, load32(bytes, 12));
  if (key.empty()) return std::nullopt;
  if (load32(key, kIdBytes) != row - rows_below_) return spoil(), std::nullopt;
  object::Id id;
  std::memcpy(id.bytes.data(), key.data(), kIdBytes);
  return id;
}

// `number` is what the record of the table must lead back to.
std::optional<object::GitId> LayerView::git_at(std::uint32_t place, std::uint32_t number) const {
  const Table& table = (place & kTop) != 0 ? git_sha256_ : git_sha1_;
  const ByteView key = record(table, place & ~kTop);
  if (key.empty()) return std::nullopt;
  if (load32(key, table.key) != number) return spoil(), std::nullopt;
  object::GitId git;
  git.size = static_cast<std::uint8_t>(table.key);
  std::memcpy(git.bytes.data(), key.data(), table.key);
  return git;
}

std::optional<LayerCommit> LayerView::commit(std::uint32_t row) const {
  const ByteView bytes = commit_bytes(row);
  if (bytes.empty()) return std::nullopt;
  LayerCommit commit;
  commit.generation = load32(bytes, 0);
  if (commit.generation == 0) return spoil(), std::nullopt;
  commit.time = static_cast<std::int64_t>(load64(bytes, 24));
  std::memcpy(commit.tree.bytes.data(), bytes.data() + 32, kIdBytes);
  if (!parents(row, commit.parents)) return std::nullopt;
  const auto own = id(row);
  if (!own) return std::nullopt;
  commit.id = *own;
  if (const std::uint32_t git = load32(bytes, 16); git != kNoRow) {
    commit.git = git_at(git, row - rows_below_);
    if (!commit.git) return std::nullopt;
  }
  return commit;
}

std::optional<std::uint32_t> LayerView::find(const object::Id& commit) const {
  const std::uint32_t place = lower_bound(ids_, commit.bytes);
  if (place >= ids_.count) return std::nullopt;
  const ByteView key = record(ids_, place);
  if (key.empty() || !equal(key.first(kIdBytes), commit.bytes)) return std::nullopt;
  const std::uint32_t row = load32(key, kIdBytes);
  if (row >= commits_) return spoil(), std::nullopt;
  const ByteView bytes = commit_bytes(rows_below_ + row);
  if (bytes.empty()) return std::nullopt;
  if (load32(bytes, 12) != place) return spoil(), std::nullopt;
  return rows_below_ + row;
}

// Notes lie in the order of the rows, so each begins where the one before it ends.
std::uint32_t LayerView::note_end(std::uint32_t row) const {
  const ByteView bytes = commit_bytes(row);
  return bytes.empty() ? 0 : load32(bytes, 20);
}

ByteView LayerView::note(std::uint32_t row) const {
  const std::uint32_t begin = row == rows_below_ ? 0 : note_end(row - 1);
  const std::uint32_t end = note_end(row);
  if (end < begin || end > note_bytes_) return spoil(), ByteView();
  if (end == begin) return {};
  const ByteView bytes = look(notes_at_ + begin, end - begin);
  if (bytes.empty()) return {};
  const bool says_nothing = bytes.size() == 1;
  if (says_nothing || bytes[0] > bytes.size() - 1) return spoil(), ByteView();
  if (!is_path_filter(bytes.subspan(1 + std::size_t{bytes[0]}), false)) return spoil(), ByteView();
  return bytes;
}

std::string_view LayerView::subject(std::uint32_t row) const {
  const ByteView bytes = note(row);
  return bytes.empty() ? std::string_view() : as_text(bytes.subspan(1, bytes[0]));
}

ByteView LayerView::filter(std::uint32_t row) const {
  const ByteView bytes = note(row);
  return bytes.empty() ? ByteView() : bytes.subspan(1 + std::size_t{bytes[0]});
}

std::uint32_t LayerView::unfiltered() const {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < commits_; ++i) {
    if (filter(rows_below_ + i).empty()) ++count;
  }
  return count;
}

std::optional<LayerTag> LayerView::tag(std::uint32_t place) const {
  const ByteView key = record(tag_ids_, place);
  if (key.empty()) return std::nullopt;
  const auto git = git_at(load32(key, kIdBytes), place | kTop);
  if (!git) return std::nullopt;
  LayerTag tag;
  std::memcpy(tag.id.bytes.data(), key.data(), kIdBytes);
  tag.git = *git;
  return tag;
}

std::optional<LayerTag> LayerView::find_tag(const object::Id& id) const {
  const std::uint32_t place = lower_bound(tag_ids_, id.bytes);
  if (place >= tag_ids_.count) return std::nullopt;
  auto found = tag(place);
  return found && found->id == id ? found : std::nullopt;
}

std::optional<LayerGit> LayerView::led_to(const Table& table, std::uint32_t place) const {
  const ByteView key = record(table, place);
  if (key.empty()) return std::nullopt;
  const std::uint32_t number = load32(key, table.key);
  LayerGit led;
  led.tag = (number & kTop) != 0;
  led.place = number & ~kTop;
  if (led.place >= (led.tag ? tags_ : commits_)) return spoil(), std::nullopt;
  const ByteView back =
      led.tag ? record(tag_ids_, led.place) : commit_bytes(rows_below_ + led.place);
  if (back.empty()) return std::nullopt;
  const std::uint32_t mark = table.key == 32 ? kTop : 0;
  if (load32(back, led.tag ? kIdBytes : 16) != (place | mark)) return spoil(), std::nullopt;
  led.git.size = static_cast<std::uint8_t>(table.key);
  std::memcpy(led.git.bytes.data(), key.data(), table.key);
  if (!led.tag) led.place += rows_below_;
  return led;
}

void LayerView::find_git(std::string_view hex_prefix, std::size_t max,
                         std::vector<LayerGit>& out) const {
  for (const Table* table : {&git_sha1_, &git_sha256_}) {
    if (hex_prefix.size() > 2 * table->key) continue;
    std::string low(hex_prefix);
    low.resize(64, '0');
    const auto start = object::id_from_hex(low);
    if (!start) return;
    for (std::uint32_t at = lower_bound(*table, start->bytes); at < table->count; ++at) {
      const auto led = led_to(*table, at);
      if (!led || out.size() >= max) break;
      if (!hn::to_hex(bytes_of(led->git)).starts_with(hex_prefix)) break;
      out.push_back(*led);
    }
  }
}

bool LayerView::is_sorted(const Table& table, bool each_once) const {
  ByteView before;
  for (std::uint32_t i = 0; i < table.count; ++i) {
    const ByteView now = record(table, i);
    if (now.empty()) return false;
    if (!before.empty()) {
      const int order = std::memcmp(before.data(), now.data(), table.key);
      const bool same_but_later =
          !each_once && order == 0 && load32(before, table.key) < load32(now, table.key);
      if (order >= 0 && !same_but_later) return false;
    }
    before = now;
  }
  return true;
}

// Each row leads to a record of a table that leads back, and there are no more records than that:
// then every commit and tag is found by its ids.
bool LayerView::is_sound() const {
  if (!is_sorted(ids_, true) || !is_sorted(tag_ids_, true)) return false;
  if (!is_sorted(git_sha1_, false) || !is_sorted(git_sha256_, false)) return false;
  std::uint64_t with_git = tags_;
  for (std::uint32_t i = 0; i < commits_; ++i) {
    const auto commit = this->commit(rows_below_ + i);
    const ByteView filter = this->filter(rows_below_ + i);
    if (!commit || damaged_ || !is_path_filter(filter, true)) return false;
    if (commit->git) ++with_git;
  }
  for (std::uint32_t i = 0; i < tags_; ++i) {
    if (!tag(i)) return false;
  }
  for (std::uint64_t at = 0; at < body_.size(); at += kPageBytes) {
    if (look(at, 1).empty()) return false;
  }
  if ((commits_ == 0 ? 0 : note_end(rows_below_ + commits_ - 1)) != note_bytes_) return false;
  return with_git == std::uint64_t{git_sha1_.count} + git_sha256_.count;
}

Bytes encode_chain(const Hash& repository, const std::vector<std::uint64_t>& names) {
  Encoder out;
  out.raw(as_bytes(kChainMagic)).u32(kFormat).u32(static_cast<std::uint32_t>(names.size()));
  out.raw(repository);
  for (const std::uint64_t name : names) out.u64(name);
  out.u64(checksum(out.bytes()));
  return std::move(out).take();
}

Result<std::vector<std::uint64_t>> decode_chain(ByteView bytes, const Hash& repository) noexcept {
  if (bytes.size() < 56 ||
      checksum(bytes.first(bytes.size() - 8)) != load64(bytes, bytes.size() - 8))
    return fail(Code::damaged, "checksum of a history index");
  Decoder in(bytes.first(bytes.size() - 8));
  const ByteView magic = in.take(kChainMagic.size());
  if (!equal(magic, as_bytes(kChainMagic))) return fail(Code::invalid, "not a history index");
  if (in.u32() != kFormat) return fail(Code::unsupported, "format of a history index");
  const std::uint32_t count = in.u32();
  if (in.hash() != repository) return fail(Code::refused, "history index of another repository");
  if (count > kLayersMax || in.left() != 8 * std::size_t{count}) {
    return fail(Code::invalid, "layers of a history index");
  }
  std::vector<std::uint64_t> names;
  for (std::uint32_t i = 0; i < count; ++i) names.push_back(in.u64());
  return names;
}

}  // namespace hn::store
