// Which rows are asked for next, and what newcomers give to each other: hn-sync(7), SEVERAL PEERS.
#include <algorithm>
#include <cstring>

#include "net/sync_pull.hpp"

namespace hn::net {

namespace {

// Another order for each device, the same in each of its sessions.
std::uint64_t lot_of(const log::Device& device, std::uint64_t piece) {
  std::uint64_t v = 0;
  std::memcpy(&v, device.bytes.data(), sizeof v);
  v += (piece + 1) * 0x9e3779b97f4a7c15ULL;
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9ULL;
  v = (v ^ (v >> 27)) * 0x94d049bb133111ebULL;
  return v ^ (v >> 31);
}

}  // namespace

// --- What others lack too

bool Puller::in_crowd() const {
  return std::ranges::any_of(shared_.pullers(), [](const Puller* p) { return p->shares_; });
}

bool Puller::leaves_out() const {
  return leaves_out_ || std::ranges::any_of(lacking_, [&](const Lacking& m) {
           return m.part && !shared_.known_whole(m.root);
         });
}

bool Puller::handle_parts(std::vector<RowsItem> items) {
  for (RowsItem& item : items) {
    if (shared_.known_whole(item.manifest)) continue;
    if (parts_.size() == kPartManifestsMax && !parts_.contains(item.manifest.root)) continue;
    std::vector<RowRange>& ranges = parts_[item.manifest.root];
    part_ranges_ -= ranges.size();
    if (part_ranges_ + item.ranges.size() > kPartRangesMax) item.ranges.clear();
    part_ranges_ += item.ranges.size();
    ranges = std::move(item.ranges);
  }
  refused_.clear();
  shared_.touch_parts();
  return phase_ == Phase::done;
}

bool Puller::handle_holds(std::span<const log::ManifestRoot> manifests) {
  bool changed = false;
  for (const log::ManifestRoot& m : manifests) {
    const auto at = parts_.find(m.root);
    if (at == parts_.end()) continue;
    part_ranges_ -= at->second.size();
    parts_.erase(at);
    changed = true;
  }
  if (!changed) return false;
  refused_.clear();
  shared_.touch_parts();
  return phase_ == Phase::done;
}

std::vector<log::ManifestRoot> Puller::take_holds() {
  std::vector<log::ManifestRoot> out;
  if (!asked_.empty()) out = std::exchange(bases_, {});
  out.insert(out.end(), holds_.begin(), holds_.end());
  holds_.clear();
  return out;
}

std::vector<RowsItem> Puller::take_parts() {
  std::vector<RowsItem> out;
  if (told_parts_at_ == shared_.version()) return out;
  told_parts_at_ = shared_.version();
  std::size_t ranges = 0;
  for (const log::ManifestRoot& m : shared_.wanted({})) {
    if (shared_.known_whole(m)) {
      if (told_parts_.erase(m.root) == 0) continue;
      told_.insert(m.root);
      holds_.push_back(m);
      continue;
    }
    const std::vector<RowRange>& here = shared_.parts(m);
    const auto [told, fresh] = told_parts_.try_emplace(m.root);
    if (!fresh && told->second == here) continue;
    ranges += here.size();
    if (ranges > kRequestRangesMax || out.size() == kRequestItemsMax) break;
    told->second = here;
    out.push_back({m, here});
  }
  return out;
}

bool Puller::holds_part(const object::Id& root, std::uint64_t row) const {
  const auto at = parts_.find(root);
  if (at == parts_.end()) return false;
  const auto after = std::ranges::upper_bound(at->second, row, {}, &RowRange::first);
  return after != at->second.begin() && row < std::prev(after)->first + std::prev(after)->count;
}

// Everything that the peer has said it has is here or under way, and others go on: it will have
// more.
bool Puller::dry() const {
  return shares_ && leaves_out() && others_at_work();
}

std::uint64_t Puller::absent() const {
  const auto not_here = [&](const object::Address& a) { return !shared_.host().has(a); };
  std::uint64_t rows_absent = 0;
  for (const Lacking& m : lacking_) {
    if (!m.part || shared_.known_whole(m.root)) continue;
    for (std::uint64_t at = 0; at < m.root.rows; at += log::kManifestRowsPerNode) {
      const auto rows =
          log::read_rows(shared_.host().blocks(), m.root, at, log::kManifestRowsPerNode);
      if (!rows) continue;
      rows_absent += static_cast<std::uint64_t>(
          std::ranges::count_if(*rows, not_here, &log::ManifestRow::address));
    }
  }
  // Rows that were refused are among those.
  if (rows_absent > 0) return rows_absent;
  return static_cast<std::uint64_t>(std::ranges::count_if(refused_, not_here));
}

// --- In which order

void Puller::cut(std::size_t manifest, RowRange range) {
  // The peer may have said more rows than there are.
  const log::ManifestRoot& root = lacking_[manifest].root;
  const std::uint64_t last = std::min(range.first + range.count, root.rows);
  // Where there are few they may be all that is lacking: each is passed on alone.
  const std::uint64_t each = root.rows <= kPieceRows ? 1 : kPieceRows;
  for (std::uint64_t at = range.first; at < last;) {
    const std::uint64_t end = std::min(last, (at / each + 1) * each);
    const auto holders = std::ranges::count_if(
        shared_.pullers(), [&](const Puller* p) { return p->holds_part(root.root, end - 1); });
    pieces_.push_back({manifest, at, end, false, static_cast<std::size_t>(holders),
                       lot_of(shared_.host().device(), (manifest << 32U) + at / each)});
    at = end;
  }
}

// Manifests in log order, each from its last row to its first, so that a difference's base comes
// before it. In a crowd that would have everybody fetch the same: there, what fewest have first.
void Puller::make_pieces() {
  pieces_version_ = shared_.parts_version();
  pieces_.clear();
  piece_at_ = 0;
  for (Lacking& m : lacking_) m.part = parts_.contains(m.root.root);
  shares_ = std::ranges::any_of(lacking_, &Lacking::part);
  const bool crowd = in_crowd();
  for (std::size_t i = 0; i < lacking_.size(); ++i) {
    const Lacking& m = lacking_[i];
    if (m.part)
      for (const RowRange& range : parts_.at(m.root.root)) cut(i, range);
    else if (crowd)
      cut(i, {0, m.root.rows});
    else
      pieces_.push_back({.manifest = i, .end = m.root.rows, .last = true});
  }
  if (crowd)
    std::ranges::sort(pieces_, {}, [](const Piece& p) { return std::pair(p.holders, p.lot); });
}

bool Puller::take_want(Lacking& manifest, const object::Address& address) {
  if (shared_.here(address)) return false;
  if (!refused_.contains(address)) {
    if (shared_.claim(address)) return true;
    others_fetch_ = true;
  }
  manifest.unclear = true;
  return false;
}

// Adds what is lacking of one leaf's rows, as far as bytes are left. Ranges stand last first until
// the request is complete.
std::uint64_t Puller::take_rows(Piece& piece, std::span<const log::ManifestRow> rows,
                                std::uint64_t first, std::uint64_t bytes_max, Request& request,
                                std::vector<Want>& wants) {
  Lacking& m = lacking_[piece.manifest];
  std::uint64_t bytes = 0;
  std::size_t i = rows.size();
  while (i > 0 && bytes < bytes_max) {
    piece.end = first + --i;
    if (!take_want(m, rows[i].address)) continue;
    const bool next = !request.items.empty() && request.items.back().manifest == m.root &&
                      request.items.back().ranges.back().first > piece.end;
    if (!next) request.items.push_back({m.root, {}});
    std::vector<RowRange>& list = request.items.back().ranges;
    if (!list.empty() && list.back().first == piece.end + 1) {
      --list.back().first;
      ++list.back().count;
    } else {
      list.push_back({piece.end, 1});
    }
    wants.push_back({rows[i].address, rows[i].length, piece.manifest});
    bytes += rows[i].length;
    ++m.open;
  }
  return bytes;
}

// Collects rows that are lacking, until the request is full or a turn's share was looked at. True
// where there is more.
bool Puller::gather(std::uint64_t bytes_max, std::uint64_t& looked_at, Request& request,
                    std::vector<Want>& wants) {
  if (pieces_version_ != shared_.parts_version()) make_pieces();
  std::uint64_t bytes = 0;
  while (piece_at_ < pieces_.size()) {
    Piece& piece = pieces_[piece_at_];
    Lacking& m = lacking_[piece.manifest];
    if (piece.end == piece.first) {
      m.looked_at = m.looked_at || piece.last;
      ++piece_at_;
      continue;
    }
    // No more ranges than wants, so this bounds both.
    if (looked_at >= kRowsPerTurn || bytes >= bytes_max ||
        wants.size() + log::kManifestRowsPerNode > kRequestRangesMax ||
        request.items.size() == kRequestItemsMax)
      break;
    const std::uint64_t leaf =
        (piece.end - 1) / log::kManifestRowsPerNode * log::kManifestRowsPerNode;
    const std::uint64_t first = std::max(piece.first, leaf);
    const auto rows = log::read_rows(shared_.host().blocks(), m.root, first, piece.end - first);
    const std::uint64_t end = piece.end;
    if (rows && !rows->empty()) {
      bytes += take_rows(piece, *rows, first, bytes_max - bytes, request, wants);
    } else {  // a node that the peer does not have, or that is none
      piece.end = first;
      m.unclear = true;
    }
    looked_at += end - piece.end;
  }
  for (RowsItem& item : request.items) std::ranges::reverse(item.ranges);
  return piece_at_ < pieces_.size();
}

}  // namespace hn::net
