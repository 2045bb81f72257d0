// The format of hn-bundle(5).
#include "hn/repo/bundle.hpp"

#include <functional>
#include <set>
#include <unordered_set>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/log/manifest.hpp"
#include "hn/repo/closure.hpp"
#include "hn/repo/publish.hpp"
#include "repo/genesis.hpp"

namespace hn::repo {
namespace {

constexpr std::string_view kMagic = "hn-bundle 1\n";
constexpr crypto::Purpose kPurpose{"hn.bundle"};
constexpr std::uint8_t kEntry = 1;
constexpr std::uint8_t kBlock = 2;
constexpr std::uint8_t kEnd = 3;
// A record holds an entry or a block in stored form with its head.
constexpr std::size_t kRecordBytesMax = object::kBlockBytesMax + 1024;
constexpr std::size_t kBufferBytes = 1U << 20;

class BundleWriter {
 public:
  explicit BundleWriter(os::File& file) : file_(file), hasher_(kPurpose) { put(as_bytes(kMagic)); }

  void record(std::uint8_t type, ByteView bytes) {
    Encoder head;
    head.u8(type).varint(bytes.size());
    put(head.bytes());
    put(bytes);
  }

  std::uint64_t finish() {
    put(Encoder().u8(kEnd).varint(32).bytes());
    const Hash sum = hasher_.finish();
    buffer_.insert(buffer_.end(), sum.begin(), sum.end());
    flush();
    file_.sync();
    return at_;
  }

 private:
  void put(ByteView bytes) {
    hasher_.update(bytes);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    if (buffer_.size() >= kBufferBytes) flush();
  }
  void flush() {
    file_.write_at(at_, buffer_);
    at_ += buffer_.size();
    buffer_.clear();
  }

  os::File& file_;
  crypto::Hasher hasher_;
  Bytes buffer_;
  std::uint64_t at_ = 0;
};

Bytes encode_block(const object::Address& address, const store::Stored& stored) {
  Encoder out;
  out.raw(address.bytes)
      .u8(static_cast<std::uint8_t>(stored.kind))
      .u8(static_cast<std::uint8_t>(stored.form));
  if (stored.base) out.raw(stored.base->bytes);
  out.varint(stored.plain_bytes).sized(stored.bytes);
  return std::move(out).take();
}

struct BlockRecord {
  object::Address address;
  store::Stored stored;
};

Result<BlockRecord> decode_block(ByteView bytes) {
  Decoder in(bytes);
  BlockRecord out;
  out.address.bytes = in.hash();
  const auto kind = object::kind_from(in.u8());
  const auto form = store::form_from(in.u8());
  if (!kind || !form) return fail(Code::invalid, "a block of unknown kind or form");
  out.stored.kind = *kind;
  out.stored.form = *form;
  if (*form == store::Form::zstd_prefix) out.stored.base = object::Address{in.hash()};
  out.stored.plain_bytes = static_cast<std::uint32_t>(in.varint(object::kBlockBytesMax));
  out.stored.bytes = to_bytes(in.sized(kRecordBytesMax));
  if (!in.done()) return fail(Code::invalid, "a block record that does not decode");
  return out;
}

// Reads records one by one, with the checksum over all of them.
class BundleReader {
 public:
  explicit BundleReader(const os::File& file)
      : file_(file), size_(file.stat().size), hasher_(kPurpose) {
    if (as_text(take(kMagic.size())) != kMagic) {
      throw Failure(Code::invalid, "the file is no bundle of this version of hn");
    }
  }

  // The next record; nullopt at the end, whose checksum holds.
  std::optional<std::pair<std::uint8_t, Bytes>> next() {
    const std::uint8_t type = take(1)[0];
    const std::size_t length = read_varint();
    if (type == kEnd) {
      const Hash sum = hasher_.finish();
      Hash said{};
      if (length != said.size() || file_.read_at(at_, said) != said.size() || said != sum ||
          at_ + 32 != size_) {
        throw cut_short();
      }
      return std::nullopt;
    }
    if (length > kRecordBytesMax)
      throw Failure(Code::invalid, "a record of the bundle is too long");
    return std::pair(type, take(length));
  }

 private:
  static Failure cut_short() {
    return Failure(Code::damaged, "the bundle is damaged or cut short", "copy it again");
  }

  Bytes take(std::size_t n) {
    Bytes out(n);
    if (file_.read_at(at_, out) != n) throw cut_short();
    at_ += n;
    hasher_.update(out);
    return out;
  }

  std::size_t read_varint() {
    Bytes bytes;
    do {
      bytes.push_back(take(1)[0]);
    } while ((bytes.back() & 0x80) != 0 && bytes.size() < 10);
    Decoder in(bytes);
    const std::uint64_t value = in.varint();
    if (!in.done()) throw cut_short();
    return static_cast<std::size_t>(value);
  }

  const os::File& file_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  crypto::Hasher hasher_;
};

// The addresses of all live publishes, bases before what needs them as far as manifests allow.
void write_blocks(Repository& repository, BundleWriter& writer, BundleDone& done) {
  std::unordered_set<object::Address> written;
  const auto write = [&](const object::Id& id) {
    const object::Address address = object::address_of(id);
    if (!written.insert(address).second) return;
    store::Stored stored = require(repository.store().read_stored(address), "reading a block");
    if (stored.base && !written.contains(*stored.base)) {
      stored = require(repository.store().as_plain_form(address), "reading a block");
    }
    writer.record(kBlock, encode_block(address, stored));
    ++done.blocks;
  };
  ClosureWalk walk(
      repository.store(), [&](const object::Id& id, std::uint32_t) { write(id); },
      [](const object::Id& id) {
        throw Failure(Code::absent, "block " + object::to_hex(id) + " is not here",
                      "get it first: hn sync");
      });
  // Without them who takes the bundle could not serve others by ranges of rows.
  const std::function<void(const object::Id&)> manifest = [&](const object::Id& id) {
    const auto bytes = repository.store().read(id, object::Kind::manifest);
    if (!bytes) return;
    write(id);
    const auto node = require(log::decode_manifest(*bytes), "reading a manifest");
    for (const log::ManifestChild& child : node.children) manifest(child.id);
  };
  std::vector<object::Id> heads;
  const auto add = [&](const log::LivePublish& publish) {
    if (!publish.target) return;
    if (publish.manifest) manifest(publish.manifest->root);
    if (const auto commit = walk.target(*publish.target)) heads.push_back(*commit);
  };
  for (const log::BranchInfo& branch : repository.view().branches()) {
    for (const auto& publish : repository.view().live_on(branch.created_by)) add(publish);
  }
  for (const log::TagInfo& tag : repository.view().tags()) {
    for (const auto& publish : tag.publishes) add(publish);
  }
  auto commits = require(object::reachable(repository.history(), heads, {}, std::size_t{1} << 26),
                         "listing commits");
  for (auto id = commits.rbegin(); id != commits.rend(); ++id) {
    if (const auto commit = walk.commit_block(*id)) walk.tree_of(*commit);
  }
}

}  // namespace

BundleDone create_bundle(Repository& repository, const std::string& path) {
  publish_drafts(repository);
  os::FileSystem& fs = repository.world().fs;
  if (fs.stat(path)) throw Failure(Code::exists, path + " is there already", "choose another name");
  const std::string part = path + ".part";
  BundleDone done;
  const auto file = fs.open(part, os::Access::create);
  file->truncate(0);
  BundleWriter writer(*file);
  for (const log::EntryId& id : repository.view().in_log_order()) {
    writer.record(kEntry, log::encode_signed(*repository.view().find(id)));
    ++done.entries;
  }
  write_blocks(repository, writer, done);
  done.bytes = writer.finish();
  fs.rename(part, path);
  fs.sync_folder(os::parent_of(path));
  return done;
}

BundleDone apply_bundle(Repository& repository, const std::string& path) {
  const auto file = repository.world().fs.open(path, os::Access::read);
  BundleReader reader(*file);
  BundleDone done;
  done.bytes = file->stat().size;
  store::Batch batch = repository.store().begin();
  std::set<log::EntryId> entries;  // that came with this file
  while (const auto record = reader.next()) {
    if (record->first == kEntry) {
      const auto entry =
          require(log::decode_signed(record->second), "reading an entry of the bundle");
      if (log::repository_of(entry) != repository.id()) {
        throw Failure(Code::refused, "the bundle belongs to another repository");
      }
      if (!log::verify(entry))
        throw Failure(Code::invalid, "an entry of the bundle has a wrong signature");
      require_spoken(entry);
      if (repository.view().find(entry.id) != nullptr || !entries.insert(entry.id).second) continue;
      batch.add_entry(stored_id(entry.id), record->second);
      ++done.entries;
    } else if (record->first == kBlock) {
      const BlockRecord block =
          require(decode_block(record->second), "reading a block of the bundle");
      if (batch.has(object::id_at(block.address))) continue;
      if (batch.write_stored(block.stored, block.address) != store::Taken::stored) {
        throw Failure(Code::invalid, "block " + object::to_hex(block.address) +
                                         " of the bundle is not what it says");
      }
      ++done.blocks;
    }
  }
  batch.commit();
  repository.refresh();
  return done;
}

}  // namespace hn::repo
