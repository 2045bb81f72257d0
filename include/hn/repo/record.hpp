#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hn/base/time.hpp"
#include "hn/log/payload.hpp"
#include "hn/object/commit.hpp"
#include "hn/repo/identity.hpp"
#include "hn/store/store.hpp"

// What a repository remembers on this machine alone (hn-repository(5)): small records in the
// store's local state, each encoded strictly, written in the transaction of what they speak of.
namespace hn::repo {

// A branch as this store knows it. One that no publish has created yet has a name alone.
struct LocalBranch {
  std::string name;
  std::optional<log::EntryId> id;
  friend auto operator<=>(const LocalBranch&, const LocalBranch&) = default;
};

// Which store this is. Written once; `place` follows `hn device move`.
struct StoreRecord {
  Instance instance{};
  log::EntryId repository;
  log::Device device;
  std::string label;  // by which this device asks to be known
  std::string place;  // os::to_text(os::Place)
};

// What the working tree stands on.
struct WorktreeRecord {
  LocalBranch branch;
  std::optional<object::Id> base;  // a commit; none before the first
};

// What a branch or tag will get at the next publish.
struct Draft {
  bool tag = false;
  LocalBranch place;
  std::optional<log::Target> target;   // nothing: a deletion
  std::vector<log::EntryId> rewrites;  // publishes that it rewrites
};

// A peer that was met.
struct PeerRecord {
  crypto::TransportKey transport;
  std::optional<log::Device> device;
  std::string label;
  std::vector<std::string> addresses;  // the last good one first
  std::int64_t last_met = 0;           // seconds since 1970, for people
};

// What was exchanged with a peer about this repository, by this store's own count.
struct TrafficRecord {
  std::uint64_t taken = 0;  // bytes of blocks, as stored
  std::uint64_t given = 0;
};

// A device's signed word that it has all entries of a frontier, and all blocks of them, on its
// disk.
struct ReceiptRecord {
  log::Device device;
  Hash frontier{};  // the digests that it signed (hn-sync(7), RECEIPTS)
  Hash state{};
  crypto::Signature signature;
  std::uint64_t own = 0;  // how many entries of this device's own are among them
  std::int64_t when = 0;  // seconds since 1970, by this device's clock
};

// An invitation that this device has handed out.
struct InvitationRecord {
  std::array<Byte, 16> secret{};
  log::Right right = log::Right::read;
  std::optional<log::EntryId> branch;
  std::optional<log::Device> used_by;
};

// A line of the operation log: what a command changed, enough to undo it.
struct OperationRecord {
  std::string what;  // "commit", "amend", "switch" ...
  std::int64_t when = 0;
  LocalBranch branch;
  std::optional<object::Id> before;  // the branch's commit
  std::optional<object::Id> after;
  std::optional<object::Id> base_before;  // the working tree's base
};

// The last complete fold of a branch: a cache, and what the branch stands at while blocks of a
// later one are missing.
struct FoldRecord {
  std::vector<object::Id> heads;  // commits in log order
  std::vector<std::uint32_t> seniority;
  object::Id commit;
  std::vector<std::string> conflicts;
};

// Where the branches and tags of a git repository stood when it was last imported.
struct ImportRecord {
  struct Ref {
    bool tag = false;
    std::string name;
    object::GitId git;
    log::Target target;
  };
  std::string source;
  std::vector<Ref> refs;  // branches, then tags, each by name
};

// New files that the next commit is to record although hnignore(5) leaves them out.
struct TrackedRecord {
  std::vector<std::string> paths;  // by worktree::path_less, each once
};

inline constexpr std::size_t kPeerAddressesMax = 8;
// All local state is held in memory; longer resolutions are rare, and easily read wrong.
inline constexpr std::size_t kAnswerBytesMax = 4096;

// Rewritten publishes (by entry) and commits that nothing names, and since when that was seen.
struct GivenUpRecord {
  std::map<Hash, std::int64_t> since;  // seconds since 1970
};

// What was made of a hunk of a conflict.
struct AnswerRecord {
  std::int64_t when = 0;  // seconds since 1970
  Bytes made;
};

// How far the operation log was at the last collection.
struct CollectedRecord {
  std::uint64_t operations = 0;  // sequence number of the last one, 0 where there was none
};

Bytes encode(const StoreRecord& record);
Bytes encode(const WorktreeRecord& record);
Bytes encode(const Draft& record);
Bytes encode(const PeerRecord& record);
Bytes encode(const TrafficRecord& record);
Bytes encode(const ReceiptRecord& record);
Bytes encode(const InvitationRecord& record);
Bytes encode(const OperationRecord& record);
Bytes encode(const FoldRecord& record);
Bytes encode(const ImportRecord& record);
Bytes encode(const TrackedRecord& record);
Bytes encode(const GivenUpRecord& record);
Bytes encode(const CollectedRecord& record);
Bytes encode(const AnswerRecord& record);

Result<StoreRecord> decode_store_record(ByteView bytes);
Result<WorktreeRecord> decode_worktree_record(ByteView bytes);
Result<Draft> decode_draft(ByteView bytes);
Result<PeerRecord> decode_peer_record(ByteView bytes);
Result<InvitationRecord> decode_invitation_record(ByteView bytes);
Result<OperationRecord> decode_operation_record(ByteView bytes);
Result<FoldRecord> decode_fold_record(ByteView bytes);
Result<ImportRecord> decode_import_record(ByteView bytes);
Result<TrackedRecord> decode_tracked_record(ByteView bytes);
Result<GivenUpRecord> decode_given_up_record(ByteView bytes);
Result<ReceiptRecord> decode_receipt_record(ByteView bytes);
Result<TrafficRecord> decode_traffic_record(ByteView bytes);
Result<CollectedRecord> decode_collected_record(ByteView bytes);
Result<AnswerRecord> decode_answer_record(ByteView bytes);

// The keys under which they lie.
namespace key {
inline constexpr std::string_view kStore = "store";
inline constexpr std::string_view kWorktree = "worktree";
inline constexpr std::string_view kTracked = "tracked";
inline constexpr std::string_view kDrafts = "draft/";
inline constexpr std::string_view kFollows = "follow/";
inline constexpr std::string_view kPeers = "peer/";
inline constexpr std::string_view kTraffic = "traffic/";
inline constexpr std::string_view kReceipts = "receipt/";
inline constexpr std::string_view kInvitations = "invitation/";
inline constexpr std::string_view kFolds = "fold/";
inline constexpr std::string_view kWhole = "whole/";
inline constexpr std::string_view kHeld = "held/";
inline constexpr std::string_view kGivenUp = "given-up";
inline constexpr std::string_view kCollected = "collected";
inline constexpr std::string_view kImports = "import/";
inline constexpr std::string_view kAnswers = "answer/";

std::string draft(const Draft& draft);
std::string draft(bool tag, const LocalBranch& place);
std::string follow(std::string_view name);
std::string peer(const crypto::TransportKey& transport);
std::string traffic(const crypto::TransportKey& transport);
std::string receipt(const log::Device& device);
std::string invitation(const log::InvitationId& id);
std::string fold(const LocalBranch& branch);
std::string whole(const log::EntryId& publish);
std::string held(const log::ManifestRoot& manifest);
std::string import(std::string_view source);
}  // namespace key

}  // namespace hn::repo
