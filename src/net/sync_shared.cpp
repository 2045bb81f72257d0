// Which manifests are fetched and which entries are relayed: hn-sync(7), ENTRIES and MANIFESTS.
#include "net/sync_shared.hpp"

#include <algorithm>
#include <cstring>

namespace hn::net {

namespace {

// Live publishes on branches and tags, in log order.
std::vector<log::LivePublish> live_publishes(const log::View& view) {
  std::vector<log::LivePublish> out;
  for (const log::BranchInfo& branch : view.branches()) {
    std::vector<log::LivePublish> live = view.live_on(branch.created_by);
    out.insert(out.end(), live.begin(), live.end());
  }
  for (const log::TagInfo& tag : view.tags())
    out.insert(out.end(), tag.publishes.begin(), tag.publishes.end());
  std::ranges::sort(out, {}, &log::LivePublish::key);
  return out;
}

std::uint64_t beginning_of(const object::Address& address) noexcept {
  std::uint64_t v = 0;
  std::memcpy(&v, address.bytes.data(), sizeof v);
  return v;
}

// The entries that come directly before one: the rest of its past is theirs.
std::vector<log::EntryId> before(const log::Entry& entry) {
  std::vector<log::EntryId> out = log::named_by(entry.payload);
  out.insert(out.end(), entry.seen.begin(), entry.seen.end());
  out.push_back(entry.prev);
  return out;
}

bool stands_on(const log::Entry& entry, const std::unordered_set<log::EntryId>& those) {
  const std::vector<log::EntryId> past = before(entry);
  return std::ranges::any_of(past, [&](const auto& id) { return those.contains(id); });
}

// This device's entries among some in log order, and their past: they go out in any case, or one
// publish whose blocks exist nowhere would keep everybody from saying anything more.
std::unordered_set<log::EntryId> needed_by(const log::Device& device, const log::View& view,
                                           std::span<const log::EntryId> entries) {
  std::unordered_set<log::EntryId> out;
  for (auto id = entries.rbegin(); id != entries.rend(); ++id) {
    const log::Entry& entry = view.find(*id)->entry;
    if (entry.device != device && !out.contains(*id)) continue;
    out.insert(*id);
    for (const log::EntryId& past : before(entry)) out.insert(past);
  }
  return out;
}

}  // namespace

bool SharedRepository::known_whole(const log::ManifestRoot& manifest) {
  if (whole_.contains(manifest.root)) return true;
  if (!host_.holds_whole(manifest)) return false;
  whole_.insert(manifest.root);
  return true;
}

void SharedRepository::note_whole(const log::ManifestRoot& manifest) {
  if (!whole_.insert(manifest.root).second) return;
  parts_.erase(manifest.root);
  host_.note_whole(manifest);
  touch();
}

bool SharedRepository::check_whole(const log::ManifestRoot& manifest) {
  if (known_whole(manifest)) return true;
  for (std::uint64_t at = 0; at < manifest.rows; at += log::kManifestRowsPerNode) {
    const auto rows = log::read_rows(host_.blocks(), manifest, at, log::kManifestRowsPerNode);
    if (!rows) return false;
    for (const log::ManifestRow& row : *rows)
      if (!host_.has(row.address)) return false;
  }
  note_whole(manifest);
  return true;
}

std::size_t SharedRepository::claims(const object::Address& address) const {
  const auto at = claimed_.find(address);
  return at == claimed_.end() ? 0 : at->second;
}

void SharedRepository::release(const object::Address& address, bool fetch_anew) {
  const auto at = claimed_.find(address);
  if (at == claimed_.end()) return;
  ++generation_;
  if (--at->second > 0) return;
  claimed_.erase(at);
  if (fetch_anew) ++released_;
}

std::variant<log::SignedEntry, JoinRefusal> SharedRepository::redeem(const JoinRequest& request) {
  auto answer = host_.redeem(request);
  if (std::holds_alternative<log::SignedEntry>(answer)) {
    dirty_ = true;
    touch();
  }
  return answer;
}

Result<void> SharedRepository::add_entries(std::span<const log::SignedEntry> entries) {
  dirty_ = true;
  touch();
  return host_.add_entries(entries);
}

void SharedRepository::submit(const object::Address& address, WireBlock block, Judged judged) {
  unflushed_bytes_ += block.stored.size();
  submitted_.push_back({address, std::move(judged)});
  host_.submit_block(address, std::move(block));
}

void SharedRepository::submit_flush(Judged judged) {
  unflushed_bytes_ = 0;
  submitted_.push_back({std::nullopt, std::move(judged)});
  host_.submit_flush();
}

void SharedRepository::collect(bool wait) {
  while (!submitted_.empty()) {
    auto verdict = host_.next_verdict(wait);
    if (!verdict) return;
    const Submitted done = std::move(submitted_.front());
    submitted_.pop_front();
    const bool stored = verdict->written == Written::stored;
    if (stored && done.address) {
      arrived_.insert(*done.address);
      dirty_ = true;
    } else if (stored) {
      note_flushed();
    }
    done.judged(*std::move(verdict));
  }
}

void SharedRepository::note_flushed() {
  dirty_ = false;
  for (auto& [root, rows] : parts_)
    for (const object::Address& address : arrived_) rows.add(address);
  arrived_.clear();
  touch();
}

Result<void> SharedRepository::flush() {
  collect(true);
  if (!dirty_) return {};
  HN_CHECK(host_.flush());
  unflushed_bytes_ = 0;
  note_flushed();
  return {};
}

const std::vector<RowRange>& SharedRepository::parts(const log::ManifestRoot& manifest) {
  static const std::vector<RowRange> kNone;
  auto at = parts_.find(manifest.root);
  if (at == parts_.end()) {
    auto rows = PartRows::read(host_.blocks(), manifest,
                               [this](const object::Address& a) { return host_.has(a); });
    if (!rows) return kNone;
    at = parts_.emplace(manifest.root, std::move(*rows)).first;
  }
  return at->second.ranges();
}

std::vector<log::ManifestRoot> SharedRepository::wanted(
    const std::unordered_set<log::EntryId>& without) const {
  std::vector<log::ManifestRoot> out;
  std::unordered_set<object::Id> seen;
  for (const log::LivePublish& publish : live_publishes(view()))
    if (publish.manifest && !without.contains(publish.id) &&
        seen.insert(publish.manifest->root).second)
      out.push_back(*publish.manifest);
  return out;
}

bool SharedRepository::published(const object::Address& address) {
  if (published_version_ != version_) {
    published_version_ = version_;
    const std::size_t before = published_.size();
    for (const log::ManifestRoot& m : wanted({})) {
      if (!published_manifests_.insert(m.root).second) continue;
      for (std::uint64_t at = 0; at < m.rows; at += log::kManifestRowsPerNode) {
        const auto rows = log::read_rows(host_.blocks(), m, at, log::kManifestRowsPerNode);
        if (!rows) break;
        for (const log::ManifestRow& row : *rows) published_.push_back(beginning_of(row.address));
      }
    }
    if (published_.size() != before) std::ranges::sort(published_);
  }
  return std::ranges::binary_search(published_, beginning_of(address));
}

std::unordered_set<log::EntryId> SharedRepository::incomplete_publishes() {
  std::unordered_set<log::EntryId> out;
  for (const log::LivePublish& publish : live_publishes(view()))
    if (publish.device != host_.device() && publish.manifest && !check_whole(*publish.manifest))
      out.insert(publish.id);
  return out;
}

std::vector<log::EntryId> SharedRepository::news_for(
    const log::Frontier& theirs, const std::unordered_set<log::EntryId>& they_have, bool own_only,
    bool& held_back) {
  held_back = false;
  std::vector<log::EntryId> out = log::missing(view(), theirs);
  std::erase_if(out, [&](const log::EntryId& id) { return they_have.contains(id); });
  if (out.empty()) return out;
  std::unordered_set<log::EntryId> withheld = incomplete_publishes();
  if (withheld.empty() && !own_only) return out;
  const std::unordered_set<log::EntryId> needed = needed_by(host_.device(), view(), out);
  // In log order the past comes first, so one pass finds all that stands on what is withheld.
  std::erase_if(out, [&](const log::EntryId& id) {
    if (needed.contains(id)) return false;
    if (!own_only && !withheld.contains(id) && !stands_on(view().find(id)->entry, withheld))
      return false;
    withheld.insert(id);
    held_back = true;
    return true;
  });
  return out;
}

const Hash& SharedRepository::frontier_digest() {
  if (digest_version_ == version_) return digest_;
  const Hash now = log::digest(log::frontier_of(view()));
  if (digest_version_ != ~std::uint64_t{0} && now != digest_) {
    earlier_.push_front(digest_);
    if (earlier_.size() > kEarlierMax) earlier_.pop_back();
  }
  digest_ = now;
  digest_version_ = version_;
  return digest_;
}

}  // namespace hn::net
