#pragma once

#include <map>
#include <utility>

#include "net/pace.hpp"
#include "net/stream_port.hpp"
#include "net/sync_shared.hpp"
#include "net/sync_wire.hpp"

namespace hn::net {

// Plain bytes that one request asks for where one peer is asked. Large, so that a delta's base
// often stands in the same answer.
inline constexpr std::uint64_t kRequestBytesAlone = 256ull << 20;
// Where several are, each is asked for what it sends in this long and three times its latency, in
// several requests: no more than that is left to wait for when nothing is left to ask for.
inline constexpr Duration kSharedAhead = std::chrono::milliseconds(200);
inline constexpr std::uint64_t kSharedAheadMin = 256 * 1024;  // its pace may not be known yet
inline constexpr std::uint64_t kSharedRequests = 3;
// Who has sent nothing for this long and three times its latency has its blocks asked of others.
inline constexpr Duration kStallAfter = std::chrono::seconds(1);
// A block is asked of a second peer where that saves this much and the latency of who is asked.
inline constexpr Duration kHedgeGain = std::chrono::milliseconds(100);
// And while no more bytes than this part of all that came were of no use.
inline constexpr std::uint64_t kHedgeWastePart = 20;
// Requests are begun while less than this is still to come, in plain bytes: a history is stored in
// a fortieth of them, and 100 Mbit/s at 40 ms is 0.5 MB.
inline constexpr std::uint64_t kAheadBytes = 64ull << 20;
inline constexpr std::size_t kRequestsInFlight = 4;
// What is lost, at most, when this machine loses power: a part of what has come, for a flush is
// some fsyncs and a pack of its own, and packs of one size are merged.
inline constexpr std::uint64_t kFlushBytes = 8ull << 20;
inline constexpr std::uint64_t kFlushBytesMax = 64ull << 20;
inline constexpr std::uint64_t kFlushPart = 4;
// The same where others wait for it: they can be given what is durable alone.
inline constexpr std::uint64_t kFlushBytesInCrowd = 256 * 1024;
inline constexpr std::uint64_t kFlushPartInCrowd = 16;
// Or after so long, for over a slow link one block takes longer than that.
inline constexpr Duration kFlushInCrowd = std::chrono::seconds(2);
// Rows that newcomers take in an order of their own, together, a megabyte of large files: what one
// has is to be what others lack.
inline constexpr std::uint64_t kPieceRows = 16;
// Ranges of rows that a peer said it has, as far as one session remembers them.
inline constexpr std::size_t kPartRangesMax = 1u << 16;
inline constexpr std::size_t kPartManifestsMax = 4096;
// About what a row takes in a node.
inline constexpr std::uint64_t kRowBytes = 40;
// Rows looked at in one turn, so that a manifest of millions keeps nobody waiting.
inline constexpr std::uint64_t kRowsPerTurn = 1u << 15;
inline constexpr std::size_t kAnswerPiece = 64 * 1024;
// Differences that wait for their bases; beyond this they are asked for in plain form.
inline constexpr std::uint64_t kParkedBytes = 8ull << 20;
inline constexpr std::uint64_t kParkedEach = 256;  // what one costs beside its bytes
// How often the peer may cut an answer off before we take it for broken.
inline constexpr unsigned kAbortsMax = 3;
// Addresses that a peer did not have, remembered so that it is not asked again.
inline constexpr std::size_t kRefusedMax = 1u << 16;

// Why pulling cannot go on.
struct PullFault {
  SyncFailure failure = SyncFailure::protocol;
  std::uint32_t strike = 0;
  const char* rule = "";
};

struct Pulled {
  std::uint64_t blocks = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t plain_bytes = 0;
  std::uint64_t wanted_bytes = 0;
};

// Fetches from one peer what the live publishes of one repository need and this store lacks: the
// nodes of manifests, then their rows from the last to the first, oldest publish first (so that a
// delta's base comes before it), then what a manifest did not name.
class Puller {
 public:
  Puller(SharedRepository& shared, StreamPort& port, ConnectionId connection, StreamId control);
  ~Puller();  // gives back what it had claimed

  // The log has news, or the peer may have: look again at what is lacking. Of the publishes that
  // the peer does not know of it is asked nothing: it would only keep others from fetching them.
  void restart(std::unordered_set<log::EntryId> unknown_to_peer);
  // Something is lacking of which the peer did not know when this was last looked at.
  // Or the peer does not have all of it either.
  bool leaves_out() const;
  // The peer has no more than these of some manifests; or has got all of some. True where it may
  // now be asked for what it was not when this came to an end.
  bool handle_parts(std::vector<RowsItem> items);
  bool handle_holds(std::span<const log::ManifestRoot> manifests);
  // What is here of manifests that are lacking, as far as it has changed since the peer was told.
  std::vector<RowsItem> take_parts();
  // Begins requests and reads manifests, as far as limits allow. True where it stopped for the
  // limit of a turn.
  bool turn(Time now, bool alone);
  // Blocks that came unasked with the entries that need them.
  void take_along(std::vector<AlongBlock> blocks);
  bool waiting() const noexcept { return !asked_.empty(); }
  bool owns(StreamId stream) const { return asked_.contains(stream); }
  void handle_readable(Time now, StreamId stream);
  void handle_writable(StreamId stream);
  void handle_aborted(StreamId stream, bool by_sender, std::uint64_t code);
  void stop();  // drops all requests

  // When this peer is taken to have stalled, where others could be asked.
  std::optional<Time> deadline() const;
  void handle_deadline();
  // It has said something, if not an answer.
  void awake() noexcept { stalled_ = false; }
  // It answers others first. Whoever can fetches what this one was asked for and has not begun to
  // send.
  void put_off();

  // Nothing is lacking that this peer has and nobody else is fetching; all of it is durable.
  bool done() const noexcept { return phase_ == Phase::done; }
  // Blocks that are needed here and that the peer does not have either.
  std::uint64_t absent() const;
  const std::optional<PullFault>& fault() const noexcept { return fault_; }
  const Pulled& pulled() const noexcept { return pulled_; }
  // Manifests that are whole and of which the peer has not been told, oldest first; none while
  // it is asked for nothing.
  std::vector<log::ManifestRoot> take_holds();

 private:
  enum class Phase { idle, nodes, rows, loose, done };
  struct Want {
    object::Address address;
    std::uint32_t bytes = 0;  // expected plain length, for progress and pacing
    std::size_t manifest = kNoManifest;
  };
  static constexpr std::size_t kNoManifest = ~std::size_t{0};
  // A block that came, until it is over what became of it.
  struct Coming {
    Want want;
    std::uint64_t plan = 0;
    std::optional<StreamId> stream;  // whose request counts it
    bool claimed = true;
    bool plain = false;    // asked for in a form without a base
    bool retried = false;  // with a base that was said to be here
  };
  struct Parked {
    Coming coming;
    WireBlock block;
  };
  struct Lacking {
    log::ManifestRoot root;
    std::uint64_t open = 0;  // rows asked for and not answered
    bool looked_at = false;  // all of its rows
    bool unclear = false;    // something in it was refused, or is another's to fetch
    bool whole = false;
    bool part = false;  // the peer has what it said it has, and is asked for nothing else
  };
  // Rows to look at, the last first.
  struct Piece {
    std::size_t manifest = 0;
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    bool last = false;  // of a manifest that is looked at in one piece
    // Those that the fewest have come first.
    std::size_t holders = 0;
    std::uint64_t lot = 0;
  };
  struct Asked {
    std::vector<Want> wants;
    std::size_t next = 0;    // of these has come
    std::size_t judged = 0;  // so many have been, or were not there
    std::uint64_t bytes_left = 0;
    std::uint64_t plan = 0;
    bool plain = false;
    bool alone = false;      // made where no other peer was asked
    bool claimed = true;     // what is still to come is this session's to fetch
    bool contested = false;  // others fetch some of it as well
    bool waited = false;     // put off before it began: others were free to fetch it
    bool begun = false;      // the first bytes of a block that is not whole yet came
    bool unread = false;     // more of the answer is here
    bool ended = false;      // all of the answer was read
    bool over() const noexcept { return ended && judged == wants.size(); }
    MessageReader reader{kAnswerMessageMax};
    Outbox outbox;
  };

  // Another session's, to be asked for here too.
  struct Tail {
    std::vector<Want> wants;  // the last first
    std::uint64_t bytes = 0;
  };

  void restart();
  void restart_here();
  bool room() const noexcept;
  std::uint64_t bytes_ahead() const noexcept;
  std::uint64_t ahead_max() const;
  bool others_at_work() const;
  bool at_work() const noexcept { return !asked_.empty() && !stalled_ && !put_off_; }
  std::optional<Duration> left(Time now) const;
  void give_up(StreamId stream);
  void give_up_excess();
  void give_up_contested();
  void let_others(Asked& asked);
  void begin(Asked& asked);
  bool waits() const;
  void add_coming(std::set<object::Address>& out) const;
  void give_up_waiting(const std::set<object::Address>& coming);
  bool hedge();
  Tail tail(std::uint64_t bytes_max, Puller& other);
  bool take_tail(Asked& asked, std::uint64_t bytes_max, Puller& other, Tail& out);
  bool look_again();
  bool send(Request request, std::vector<Want> wants);
  bool ask_addresses(std::span<const object::Address> addresses, bool plain);
  bool take_want(Lacking& manifest, const object::Address& address);
  std::uint64_t take_rows(Piece& piece, std::span<const log::ManifestRow> rows, std::uint64_t first,
                          std::uint64_t bytes_max, Request& request, std::vector<Want>& wants);
  bool in_crowd() const;
  bool dry() const;
  bool holds_part(const object::Id& root, std::uint64_t row) const;
  void make_pieces();
  void cut(std::size_t manifest, RowRange range);
  std::size_t lacking_at(const object::Id& root) const;
  std::vector<object::Address> absent_nodes();
  void step_nodes();
  bool step_rows();
  void step_loose();
  void note_complete();
  void finish_manifests();
  bool gather(std::uint64_t bytes_max, std::uint64_t& looked_at, Request& request,
              std::vector<Want>& wants);
  void read_answer(StreamId stream, Asked& asked);
  void read_answers();
  void handle_answer(StreamId stream, Asked& asked, ByteView message);
  void handle_absent(Asked& asked, std::uint64_t count);
  void handle_block(StreamId stream, Asked& asked, BlockAnswer answer);
  void submit(Coming coming, WireBlock block);
  void handle_judged(Coming coming, const Pulled& brought, Verdict verdict);
  bool park(Coming& coming, WireBlock& block);
  void unpark(const object::Address& base);
  void retry_parked();
  bool idle();
  void ask_again(const object::Address& address, bool plain);
  void refuse(const object::Address& address);
  void settle(const Want& want, std::uint64_t plan, bool stored, bool claimed);
  bool flush();
  void flush_some();
  void break_off(SyncFailure failure, std::uint32_t strike, const char* rule);

  SharedRepository& shared_;
  StreamPort& port_;
  ConnectionId connection_;
  StreamId control_;
  std::unordered_set<log::EntryId> unknown_to_peer_;
  bool leaves_out_ = false;
  std::map<object::Id, std::vector<RowRange>> parts_;  // of what the peer does not have all
  std::size_t part_ranges_ = 0;
  bool shares_ = false;  // and that is lacking here
  std::map<object::Id, std::vector<RowRange>> told_parts_;
  std::uint64_t told_parts_at_ = ~std::uint64_t{0};
  Phase phase_ = Phase::idle;
  std::vector<Lacking> lacking_;  // manifests not known to be whole, in log order
  std::uint64_t plan_ = 0;        // counts the restarts
  std::size_t complete_to_ = 0;   // manifests before this one were noted or are unclear
  std::vector<Piece> pieces_;
  std::size_t piece_at_ = 0;
  std::uint64_t pieces_version_ = 0;  // of what peers say they have
  bool others_fetch_ = false;         // something is claimed by another session
  std::uint64_t seen_released_ = 0;
  Time now_;
  Pace pace_;
  bool alone_ = true;
  bool stalled_ = false;
  bool put_off_ = false;
  std::map<StreamId, Asked> asked_;
  std::multimap<object::Address, Parked> parked_;  // by their bases
  std::uint64_t parked_bytes_ = 0;
  std::size_t unparked_ = 0;               // submitted without a request and not judged
  std::vector<object::Address> again_;     // to be asked for once more, plain
  std::set<object::Address> asked_again_;  // each only once
  std::set<object::Address> refused_;      // the peer does not have them
  std::set<object::Id> told_;
  std::vector<log::ManifestRoot> holds_;
  std::vector<log::ManifestRoot>
      bases_;     // that differences may stand on, once something is asked for
  Bytes buffer_;  // from the first answer on: most sessions of a crowd never ask
  unsigned aborts_ = 0;
  std::optional<PullFault> fault_;
  Pulled pulled_;
};

}  // namespace hn::net
