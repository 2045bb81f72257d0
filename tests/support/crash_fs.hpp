#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hn/base/assert.hpp"
#include "hn/base/error.hpp"
#include "hn/base/random.hpp"
#include "hn/os/file_system.hpp"

// A file system in memory that loses what was not synced.
//
// Fault model. What is promised to survive, and is therefore modelled:
//  - A power cut at any call. Bytes are safe after File::sync, names (made, renamed, removed) after
//    sync_folder of their folder; nothing else is. Of the writes since the last sync each may have
//    reached the disk or not, whatever their order; one of them may be torn: its first bytes are
//    there, or its length is there and the bytes are zeros. A file's size follows its writes. Names
//    that were not synced may each be there or not (a rename: both sides or neither).
//  - The death of the process at any call: nothing is lost but what was not written yet.
//  - A disk that is full: a write may do a part of its work and fail, and all that grow fail from
//    then on, until there is room.
//  - A call that fails with an I/O error, once. A sync that fails has made some of the writes
//  durable
//    and forgotten the others: a later sync answers well and still does not write them.
// Not promised, and not modelled: a disk that answers sync before it is true, bytes that change
// after they were synced (tests damage those by hand; checksums find them, nothing can mend them),
// a power cut that tears a write inside bytes that were synced before and not written since.
//
// Calls that change something are numbered from 1 on since the last cut_power_at, fail_at or
// fill_disk_at. One thread at a time.
namespace hn::test {

struct PowerCut {};

// What a restart finds.
struct Losing {
  enum class What { nothing, all, some } what;
  std::uint64_t seed;
  static Losing nothing() { return {What::nothing, 0}; }                 // the process died
  static Losing all() { return {What::all, 0}; }                         // all that was not synced
  static Losing some(std::uint64_t seed) { return {What::some, seed}; }  // parts of it, by lot
};

class CrashFs final : public os::FileSystem {
 public:
  // Bugs planted beneath the code under test, to see the tests fail.
  enum class Bug { none, file_sync_does_nothing, folder_sync_does_nothing };

  struct Counts {
    std::uint64_t opens = 0, reads = 0, writes = 0, syncs = 0, folder_syncs = 0, names = 0,
                  stats = 0;
    std::uint64_t all() const {
      return opens + reads + writes + syncs + folder_syncs + names + stats;
    }
  };

  // Holds one folder, ".", which is durable.
  CrashFs() {
    auto root = std::make_shared<Node>();
    root->folder = true;
    names_["."] = durable_names_["."] = root;
  }

  void cut_power_at(std::uint64_t call) { arm(call, Fault::power); }
  void fail_at(std::uint64_t call) { arm(call, Fault::error); }
  void fill_disk_at(std::uint64_t call) { arm(call, Fault::full); }
  void heal() { arm(0, Fault::none), full_ = false; }
  bool fault_happened() const { return happened_; }
  void plant(Bug bug, std::string path_part = {}) { bug_ = bug, bug_path_ = std::move(path_part); }
  // Called before each call that changes something, as another process that runs at that moment;
  // what it does itself is not announced.
  void watch(std::function<void()> watcher) { watcher_ = std::move(watcher); }
  void reset_counts() { counts_ = {}; }
  const Counts& counts() const { return counts_; }

  // What stands on the disk after a restart. Files and mappings from before must be gone.
  void reboot(Losing losing) {
    heal();
    watcher_ = nullptr;
    dead_ = false;
    SeededRandom random(losing.seed);
    if (losing.what == Losing::What::some) lose_names(random);
    if (losing.what == Losing::What::all) names_ = durable_names_;
    pending_names_.clear();
    durable_names_ = names_;
    for (auto& [path, node] : names_) settle(*node, losing, random);
  }

  // For tests that damage what was written.
  Bytes& bytes_of(const std::string& path) {
    const auto node = find(path);
    HN_ASSERT(node);
    return node->live;
  }

  std::unique_ptr<os::File> open(const std::string& path, os::Access access) override;

  void sync_folder(const std::string& path) override {
    ++counts_.folder_syncs;
    change(path);
    need(path);
    if (has_bug(Bug::folder_sync_does_nothing, path)) return;
    std::vector<NameChange> rest;
    for (auto& name : pending_names_) {
      if (os::parent_of(name.path) == path) {
        apply(durable_names_, name);
      } else {
        rest.push_back(std::move(name));
      }
    }
    pending_names_ = std::move(rest);
  }

  void rename(const std::string& from, const std::string& to) override {
    ++counts_.names;
    const auto node = need(from);
    HN_ASSERT(os::parent_of(from) == os::parent_of(to));
    name({from, to, node});
    change(from);
  }

  void remove(const std::string& path) override {
    ++counts_.names;
    need(path);
    name({path, {}, nullptr});
    change(path);
  }

  std::vector<std::string> list(const std::string& path) override {
    look(counts_.reads);
    need(path);
    std::vector<std::string> found;
    for (const auto& [name, node] : names_) {
      if (name != "." && os::parent_of(name) == path)
        found.push_back(name.substr(name.rfind('/') + 1));
    }
    return found;
  }

  void make_folder(const std::string& path) override {
    ++counts_.names;
    if (find(path)) return;
    auto node = std::make_shared<Node>();
    node->folder = true;
    node->inode = ++inodes_;
    name({path, path, node});
    change(path);
  }

  std::optional<os::FileStat> stat(const std::string& path) override {
    look(counts_.stats);
    const auto node = find(path);
    if (!node) return std::nullopt;
    return stat_of(*node);
  }

 private:
  enum class Fault { none, power, error, full };
  struct Write {
    std::uint64_t offset = 0;
    Bytes bytes;
    bool is_cut = false;  // a truncation to `offset`
  };
  struct Node {
    bool folder = false;
    std::uint64_t inode = 0;
    Bytes live;
    Bytes durable;
    std::vector<Write> pending;
    const void* locked_by = nullptr;
  };
  // `to` empty: removed; `to` equal to `path`: made; else renamed.
  struct NameChange {
    std::string path;
    std::string to;
    std::shared_ptr<Node> node;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;
  class OpenFile;
  class Copy;

  static os::FileStat stat_of(const Node& node) {
    return {node.folder, node.live.size(), 1, node.inode};
  }

  static void apply(Bytes& to, const Write& write, std::size_t length) {
    if (write.is_cut) return to.resize(write.offset);
    if (to.size() < write.offset + write.bytes.size()) to.resize(write.offset + write.bytes.size());
    std::copy_n(write.bytes.begin(), length,
                to.begin() + static_cast<std::ptrdiff_t>(write.offset));
  }
  static void apply(Bytes& to, const Write& write) { apply(to, write, write.bytes.size()); }

  static void apply(Names& names, const NameChange& change) {
    if (change.to != change.path) names.erase(change.path);
    if (!change.to.empty()) names[change.to] = change.node;
  }

  void name(NameChange change) {
    if (dead_) throw PowerCut();
    apply(names_, change);
    pending_names_.push_back(std::move(change));
  }

  void arm(std::uint64_t call, Fault fault) {
    armed_at_ = call;
    fault_ = fault;
    calls_ = 0;
    happened_ = false;
  }

  void look(std::uint64_t& counter) {
    if (dead_) throw PowerCut();
    ++counter;
  }

  // Counts a call that changes something, after its effect was noted as pending.
  void change(const std::string& path) {
    if (dead_) throw PowerCut();
    if (watcher_ && !watching_) {
      watching_ = true;
      try {
        watcher_();
      } catch (...) {
        watching_ = false;
        throw;
      }
      watching_ = false;
    }
    if (++calls_ != armed_at_) return;
    happened_ = true;
    if (fault_ == Fault::power) {
      dead_ = true;
      throw PowerCut();
    }
    if (fault_ == Fault::full) full_ = true;
    if (fault_ == Fault::error) throw Failure(Code::io, path + ": planted error");
  }

  bool fills_now() const { return fault_ == Fault::full && calls_ + 1 == armed_at_; }

  bool has_bug(Bug bug, const std::string& path) const {
    return bug_ == bug && path.find(bug_path_) != std::string::npos;
  }

  std::shared_ptr<Node> find(const std::string& path) const {
    const auto at = names_.find(path);
    return at == names_.end() ? nullptr : at->second;
  }
  std::shared_ptr<Node> need(const std::string& path) const {
    if (dead_) throw PowerCut();
    const auto node = find(path);
    if (!node) throw Failure(Code::not_found, path + ": no such file");
    return node;
  }

  // Half of the seeds keep a first part of the changes, as a journaling file system does; the
  // others any of them.
  void lose_names(SeededRandom& random) {
    const bool in_order = random.below(2) == 0;
    const std::size_t kept = random.below(pending_names_.size() + 1);
    names_ = durable_names_;
    for (std::size_t i = 0; i < pending_names_.size(); ++i) {
      if (in_order ? i < kept : random.below(2) == 0) apply(names_, pending_names_[i]);
    }
  }

  static void persist_some(Node& node, SeededRandom& random) {
    for (const auto& write : node.pending) {
      switch (random.below(4)) {
        case 0:
          break;
        case 1:
          apply(node.durable, write, random.below(write.bytes.size() + 1));
          break;
        default:
          apply(node.durable, write);
      }
    }
    node.pending.clear();
  }

  static void settle(Node& node, Losing losing, SeededRandom& random) {
    node.locked_by = nullptr;
    if (losing.what == Losing::What::some) persist_some(node, random);
    if (losing.what == Losing::What::nothing) node.durable = node.live;
    node.pending.clear();
    node.live = node.durable;
  }

  Names names_;
  Names durable_names_;
  std::vector<NameChange> pending_names_;
  std::uint64_t inodes_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t armed_at_ = 0;
  Fault fault_ = Fault::none;
  bool happened_ = false;
  bool dead_ = false;
  bool full_ = false;
  Bug bug_ = Bug::none;
  std::string bug_path_;
  Counts counts_;
  std::function<void()> watcher_;
  bool watching_ = false;
};

class CrashFs::Copy final : public os::Mapping {
 public:
  explicit Copy(Bytes bytes) : bytes_(std::move(bytes)) {}
  ByteView bytes() const noexcept override { return bytes_; }

 private:
  Bytes bytes_;
};

class CrashFs::OpenFile final : public os::File {
 public:
  OpenFile(CrashFs& fs, std::shared_ptr<Node> node, std::string path)
      : fs_(fs), node_(std::move(node)), path_(std::move(path)) {}
  ~OpenFile() override {
    if (node_->locked_by == this) node_->locked_by = nullptr;
  }

  std::size_t read_at(std::uint64_t offset, std::span<Byte> out) const override {
    fs_.look(fs_.counts_.reads);
    if (offset >= node_->live.size()) return 0;
    const std::size_t n = std::min<std::size_t>(out.size(), node_->live.size() - offset);
    std::copy_n(node_->live.begin() + static_cast<std::ptrdiff_t>(offset), n, out.begin());
    return n;
  }

  void write_at(std::uint64_t offset, ByteView bytes) override {
    ++fs_.counts_.writes;
    if (fs_.dead_) throw PowerCut();
    Write write{offset, to_bytes(bytes), false};
    const bool grows = offset + bytes.size() > node_->live.size();
    if (grows && (fs_.full_ || fs_.fills_now())) write.bytes.resize(bytes.size() / 2);
    apply(node_->live, write);
    node_->pending.push_back(std::move(write));
    fs_.change(path_);
    if (grows && fs_.full_) throw Failure(Code::no_space, path_ + ": planted full disk");
  }

  void truncate(std::uint64_t size) override {
    ++fs_.counts_.writes;
    if (fs_.dead_) throw PowerCut();
    node_->pending.push_back({size, {}, true});
    node_->live.resize(size);
    fs_.change(path_);
  }

  void sync() override {
    ++fs_.counts_.syncs;
    try {
      fs_.change(path_);
    } catch (const Failure&) {
      SeededRandom random(fs_.calls_);
      persist_some(*node_, random);
      throw;
    }
    if (fs_.has_bug(Bug::file_sync_does_nothing, path_)) return;
    for (const auto& write : node_->pending) apply(node_->durable, write);
    node_->pending.clear();
  }

  os::FileStat stat() const override {
    fs_.look(fs_.counts_.stats);
    return stat_of(*node_);
  }

  std::unique_ptr<os::Mapping> map(std::uint64_t size) const override {
    fs_.look(fs_.counts_.reads);
    HN_ASSERT(size <= node_->live.size());
    return std::make_unique<Copy>(
        Bytes(node_->live.begin(), node_->live.begin() + static_cast<std::ptrdiff_t>(size)));
  }

  bool try_lock() override {
    fs_.look(fs_.counts_.stats);
    if (node_->locked_by != nullptr && node_->locked_by != this) return false;
    node_->locked_by = this;
    return true;
  }

  // Waiting would be for ever, with one thread.
  void lock() override { HN_ASSERT(try_lock()); }

 private:
  CrashFs& fs_;
  std::shared_ptr<Node> node_;
  std::string path_;
};

inline std::unique_ptr<os::File> CrashFs::open(const std::string& path, os::Access access) {
  look(counts_.opens);
  auto node = find(path);
  const bool makes = access != os::Access::read && access != os::Access::update;
  if (node && access == os::Access::create_new) throw Failure(Code::exists, path + ": exists");
  if (!node && makes) {
    if (!find(os::parent_of(path))) throw Failure(Code::not_found, path + ": no such folder");
    node = std::make_shared<Node>();
    node->inode = ++inodes_;
    name({path, path, node});
    change(path);
  }
  if (!node) throw Failure(Code::not_found, path + ": no such file");
  return std::make_unique<OpenFile>(*this, node, path);
}

}  // namespace hn::test
