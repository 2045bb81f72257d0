#include "hn/repo/repository.hpp"

#include "repo/genesis.hpp"

namespace hn::repo {
namespace {

StoreRecord read_store_record(const store::Store& store) {
  const auto bytes = store.get(std::string(key::kStore));
  if (!bytes) throw Failure(Code::damaged, "the store does not say which repository it belongs to");
  return require(decode_store_record(*bytes), "reading the store's own record");
}

}  // namespace

Repository Repository::open(const World& world, const std::string& folder) {
  const auto layout = find_layout(world, folder);
  if (!layout)
    throw Failure(Code::no_repository, "there is no repository in " + folder + " or above");
  return Repository(world, *layout);
}

Repository::Repository(const World& world, Layout layout, const store::Options& options)
    : world_(world),
      layout_(std::move(layout)),
      settings_(read_settings(world, layout_.hn())),
      store_(std::make_unique<store::Store>(world.fs, layout_.store(), options)),
      record_(read_store_record(*store_)),
      view_(record_.repository),
      history_index_(std::make_unique<store::HistoryIndex>(world.fs, layout_.store(),
                                                           record_.repository.bytes)),
      history_(std::make_unique<store::BlockHistory>(*store_, history_index_.get())) {
  refresh();
}

Repository::~Repository() {
  if (history_) history_->keep();  // not where it was moved from
}
Repository::Repository(Repository&&) noexcept = default;

bool Repository::is_in_place() const {
  const auto remembered = os::place_from(record_.place);
  return remembered && *remembered == world_.place_of(layout_.store());
}

const crypto::SigningKey& Repository::key() const {
  if (!is_in_place()) {
    throw Failure(Code::copied_store,
                  "this store was moved or copied: another may sign with its key");
  }
  if (!key_) {
    key_ = load_device_key(world_, record_.instance);
    if (key_->public_key() != record_.device) {
      key_.reset();
      throw Failure(Code::no_key, "the key file of this store belongs to another device");
    }
  }
  return *key_;
}

void Repository::refresh() {
  store_->refresh();
  record_ = read_store_record(*store_);
  if (key_ && key_->public_key() != record_.device) key_.reset();  // it became another device
  std::vector<log::SignedEntry> fresh;
  for (; entries_seen_ < store_->entry_count(); ++entries_seen_) {
    const store::Entry stored = store_->entry(entries_seen_);
    fresh.push_back(require(log::decode_signed(stored.bytes), "reading an entry of the log"));
  }
  if (fresh.empty()) return;
  log::apply(view_, fresh);
  if (const log::Genesis* genesis = view_.genesis()) require_spoken(*genesis);
}

void Repository::applied(std::span<const log::SignedEntry> entries) {
  log::apply(view_, entries);
  entries_seen_ = store_->entry_count();
}

std::optional<WorktreeRecord> Repository::worktree() const {
  const auto bytes = store_->get(std::string(key::kWorktree));
  if (!bytes) return std::nullopt;
  return require(decode_worktree_record(*bytes), "reading what the working tree stands on");
}

std::vector<Draft> Repository::drafts() const {
  std::vector<Draft> out;
  for (const auto& [name, bytes] : store_->list(key::kDrafts)) {
    out.push_back(require(decode_draft(bytes), "reading a draft"));
  }
  return out;
}

std::optional<Draft> Repository::draft(bool tag, const LocalBranch& place) const {
  const auto bytes = store_->get(key::draft(tag, place));
  if (!bytes) return std::nullopt;
  return require(decode_draft(*bytes), "reading a draft");
}

}  // namespace hn::repo
