#include "hn/repo/init.hpp"

#include <algorithm>

#include "hn/log/write.hpp"
#include "hn/os/private_file.hpp"
#include "hn/repo/branches.hpp"
#include "hn/repo/own_repositories.hpp"
#include "repo/genesis.hpp"

namespace hn::repo {
namespace {

constexpr std::string_view kIgnoreAll = "# What hn keeps here is not part of any history.\n*\n";

Instance new_instance(const World& world) {
  Instance instance{};
  world.random.fill(instance);
  return instance;
}

Layout make_layout(const World& world, const std::string& folder) {
  Layout layout{folder};
  os::FileSystem& fs = world.fs;
  if (store::Store::exists(fs, layout.store())) {
    throw Failure(Code::exists, "there is a repository in " + folder + " already",
                  "what it holds: hn -C DIR status");
  }
  os::make_folders(fs, folder);
  fs.make_folder(layout.hn());
  fs.make_folder(layout.hn() + "/info");
  fs.open(layout.hn() + "/.gitignore", os::Access::create)->write_at(0, as_bytes(kIgnoreAll));
  store::Store::create(fs, layout.store());
  fs.sync_folder(layout.root);  // the name of .hn itself
  return layout;
}

// The first record of a store, and with it whatever else `fill` adds: a store is there from this
// transaction on.
template <class Fill>
void found_store(const World& world, const Layout& layout, const StoreRecord& record,
                 const Fill& fill) {
  store::Store store(world.fs, layout.store());
  store::Batch batch = store.begin();
  batch.put(std::string(key::kStore), encode(record));
  fill(batch);
  batch.commit();
}

}  // namespace

std::string default_label(const World& world) {
  std::string label;
  const auto name = world.environment("HOSTNAME");
  std::string text = name.value_or("");
  if (text.empty() && world.fs.stat("/etc/hostname"))
    text = to_string(os::read_file(world.fs, "/etc/hostname"));
  for (const char c : text.substr(0, text.find_first_of(".\n"))) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
    if (fine && label.size() < log::kLabelBytesMax && !(label.empty() && c == '-')) label += c;
  }
  return label.empty() ? "device" : label;
}

Repository init(const World& world, const InitRequest& request) {
  const std::string label = request.label.empty() ? default_label(world) : request.label;
  if (!log::is_label(label)) {
    throw Failure(Code::invalid, "'" + label + "' is not a name for a device",
                  "a name is 1 to 64 bytes without spaces, '@', '/' and control characters");
  }
  if (!log::is_ref_name(request.default_branch) || request.default_branch == "HEAD") {
    throw Failure(Code::invalid, "'" + request.default_branch + "' is not a name for a branch",
                  "as in git: no spaces, none of ~^:?*[\\, no '..', no '-' in front, and not HEAD");
  }
  if (request.visibility == log::Visibility::sealed) {
    throw Failure(Code::unsupported, "this version makes no sealed repositories");
  }
  const Layout layout = make_layout(world, request.folder);
  const Instance instance = new_instance(world);
  const crypto::SigningKey key = make_device_key(world, instance);

  log::Genesis genesis = genesis_of_this_version();
  genesis.visibility = request.visibility;
  genesis.default_branch = request.default_branch;
  genesis.founders = {{key.public_key(), label}};
  world.random.fill(genesis.nonce);
  const log::SignedEntry entry =
      require(log::sign(log::genesis_entry(genesis), key), "founding the repository");

  StoreRecord record{instance, entry.id, key.public_key(), label,
                     os::to_text(world.place_of(layout.store()))};
  found_store(world, layout, record, [&](store::Batch& batch) {
    batch.add_entry(stored_id(entry.id), log::encode_signed(entry));
    batch.put(key::follow(request.default_branch), entry.id.bytes);
    const WorktreeRecord standing{{request.default_branch, entry.id}, std::nullopt};
    batch.put(std::string(key::kWorktree), encode(standing));
  });
  note_repository(world, {instance, layout.root});
  return Repository(world, layout);
}

Repository init_clone(const World& world, const std::string& folder, const log::EntryId& repository,
                      const std::string& label) {
  const Layout layout = make_layout(world, folder);
  const Instance instance = new_instance(world);
  const crypto::SigningKey key = make_device_key(world, instance);
  StoreRecord record{instance, repository, key.public_key(), label,
                     os::to_text(world.place_of(layout.store()))};
  found_store(world, layout, record, [](store::Batch&) {});
  note_repository(world, {instance, layout.root});
  return Repository(world, layout);
}

void adopt_default_branch(Repository& repository) {
  const log::Genesis* genesis = repository.view().genesis();
  if (genesis == nullptr || repository.worktree()) return;
  LocalBranch branch{genesis->default_branch, repository.id()};
  // Where the default branch has no commit, the first one that has is of more use.
  if (!tip_of(repository, branch).commit) {
    for (const BranchLine& line : branches(repository)) {
      if (!tip_of(repository, line.branch).commit) continue;
      branch = line.branch;
      break;
    }
  }
  store::Batch batch = repository.store().begin();
  batch.put(key::follow(branch.name), branch.id->bytes);
  batch.put(std::string(key::kWorktree), encode(WorktreeRecord{branch, std::nullopt}));
  batch.commit();
}

namespace {

// There while the store is known to be a copy whose original has gone on.
constexpr std::string_view kCopyKey = "copy";

void set_place(Repository& repository, const std::string& place, bool is_copy) {
  StoreRecord record = repository.record();
  record.place = place;
  store::Batch batch = repository.store().begin();
  batch.put(std::string(key::kStore), encode(record));
  if (is_copy) batch.put(std::string(kCopyKey), {});
  batch.commit();
  repository.refresh();
}

}  // namespace

std::string device_moved(Repository& repository) {
  std::string old = repository.record().place;
  set_place(repository, os::to_text(repository.world().place_of(repository.layout().store())),
            false);
  return old;
}

void device_is_copy(Repository& repository, const std::string& place) {
  set_place(repository, place, true);
}

bool is_known_copy(const Repository& repository) {
  return repository.store().get(std::string(kCopyKey)).has_value();
}

void device_renewed(Repository& repository, const std::string& label) {
  StoreRecord record = repository.record();
  record.instance = new_instance(repository.world());
  record.device = make_device_key(repository.world(), record.instance).public_key();
  record.label = label;
  record.place = os::to_text(repository.world().place_of(repository.layout().store()));
  store::Batch batch = repository.store().begin();
  batch.put(std::string(key::kStore), encode(record));
  batch.erase(std::string(kCopyKey));
  // Invitations are the original's to redeem.
  for (const auto& [name, bytes] : repository.store().list(key::kInvitations)) batch.erase(name);
  batch.commit();
  note_repository(repository.world(), {record.instance, repository.layout().root});
  repository.refresh();
}

Identity identity_of(const Repository& repository) {
  return {*repository.store().get(std::string(key::kStore)),
          repository.store().get(std::string(kCopyKey)),
          repository.store().list(key::kInvitations)};
}

void restore_identity(Repository& repository, const Identity& identity) {
  store::Batch batch = repository.store().begin();
  batch.put(std::string(key::kStore), identity.store);
  if (identity.copy) batch.put(std::string(kCopyKey), *identity.copy);
  for (const auto& [name, bytes] : identity.invitations) batch.put(name, bytes);
  batch.commit();
  repository.refresh();
}

namespace {

// Only what hn made itself lies beneath: no symlinks.
void remove_below(os::FileSystem& fs, const std::string& path) {
  const auto stat = fs.stat(path);
  if (stat && stat->folder) {
    for (const std::string& name : fs.list(path)) remove_below(fs, path + "/" + name);
  }
  if (stat) fs.remove(path);
}

}  // namespace

void remove_empty_clone(Repository& repository) {
  HN_ASSERT(repository.store().entry_count() == 0);
  remove_repository(repository.world(), repository.layout(), repository.record().instance);
}

void remove_repository(const World& world, const Layout& layout,
                       const std::optional<Instance>& instance) {
  remove_below(world.fs, layout.hn());
  if (instance) forget_device_key(world, *instance);
}

}  // namespace hn::repo
