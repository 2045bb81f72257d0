#pragma once

#include <deque>
#include <map>
#include <set>

#include "net/sync_along.hpp"
#include "net/sync_pull.hpp"
#include "net/sync_serve.hpp"
#include "net/told_places.hpp"
#include "net/turns.hpp"

namespace hn::net {

// Answers that one session has under way; the requester here never begins more than
// kRequestsInFlight.
inline constexpr std::size_t kServedMax = 8;
// What one turn writes, over all answers of a session.
inline constexpr std::size_t kTurnBytes = 256 * 1024;
// Entries whose past is not here. Peers send the past first, so only forks make any.
inline constexpr std::size_t kPendingMax = 4096;
// Exchanges of frontiers after the first, in one session.
inline constexpr unsigned kFollowUpsMax = 64;
// Without the first proof, and without a byte although something is asked for.
inline constexpr Duration kHelloTimeout = std::chrono::seconds(30);
inline constexpr Duration kStallTimeout = std::chrono::seconds(60);
// What a peer that does not pass entries on has, and nobody else brings: asked for after so long
// and two round trips.
inline constexpr Duration kRelayPatience = std::chrono::milliseconds(100);
// Nobody counts as taking much who asked for nothing for so long.
inline constexpr Duration kRunPause = std::chrono::seconds(2);
inline constexpr Duration kWaitAgain = std::chrono::seconds(8);

// Where events of sessions go.
using SyncEvents = std::deque<SyncEvent>;

struct SessionSetup {
  SyncId id;
  Role role = Role::caller;
  ConnectionId connection;
  StreamId control;
  HandshakeHash handshake{};
  crypto::TransportKey own_key;
  crypto::TransportKey peer_key;
  PeerAddress address;
};

struct JoinAsk {
  std::array<Byte, 16> secret{};
  std::string label;
};

// One repository on one connection (hn-sync(7), SESSIONS). Both ends run the same machine once each
// has proven itself; only who speaks first differs. Whatever it does happens in turn() and in the
// handle_...() calls, a bounded piece at a time.
class SyncSession {
 public:
  SyncSession(SessionSetup setup, SharedRepository& shared, StreamPort& port, SyncEvents& events);

  // The caller's first words, or the rest of a caller's that this end was called with.
  void call(Time now, const std::optional<JoinAsk>& join);
  void accept(Time now, MessageReader reader);

  bool owns(StreamId stream) const;
  void handle_readable(Time now, StreamId stream);
  void handle_writable(StreamId stream);
  void handle_aborted(StreamId stream, bool by_sender, std::uint64_t code);
  void handle_request(StreamId stream, Request request);
  // Of a stream on which nothing more is to be sent.
  void handle_delivered(StreamId stream) { giving_.erase(stream); }
  // The host is not idle, which is no silence of the peer's.
  void handle_judged(Time now) noexcept { heard_at_ = now; }
  // The connection is gone.
  void handle_closed(SyncFailure failure, std::string detail);

  // A bounded piece of whatever there is to do; true where more waits. `alone`: no other session
  // pulls for this repository.
  bool turn(Time now, bool alone);
  std::optional<Time> deadline() const;
  void handle_deadline(Time now);

  void end();  // says goodbye
  void end_with(SyncFailure failure, std::string detail);

  const SessionSetup& setup() const noexcept { return setup_; }
  SharedRepository& shared() noexcept { return shared_; }
  bool over() const noexcept { return stage_ == Stage::over; }
  bool proven() const noexcept { return stage_ == Stage::open; }
  // It is asked for blocks, and has given many without a pause.
  bool gives_much(Time now) const noexcept;
  // All of it is on its way.
  bool gave_all() const noexcept { return servings_.empty(); }
  Taker taker();
  // True where that is new.
  bool take_turn(Turn turn) noexcept { return std::exchange(turn_, turn) != turn; }
  bool pulling() const noexcept { return proven() && pull_begun_ && !puller_.done(); }
  // Puts totals that changed into the queue of events.
  void report_progress();

 private:
  enum class Stage { greeting, open, over };

  SessionBinding binding() const;
  void emit(SyncEvent event);
  void say(ByteView message);  // sealed, on the control stream
  void say_hello(const std::optional<JoinAsk>& join);
  void say_frontier(bool reply);
  void read_control();
  void handle_plain(ByteView message);
  void handle_sealed(ByteView sealed);
  void handle(const HelloMessage& m);
  void handle(FrontierMessage m);
  void handle(const EntriesMessage& m);
  void handle(const EntriesEndMessage& m);
  void handle(const HoldsMessage& m);
  void handle(const StateMessage& m);
  void handle(PlacesMessage m);
  void handle(AlongMessage m);
  void handle(const RelayMessage& m);
  void handle(PartsMessage m);
  void handle(const WaitMessage& m);
  bool admit(const HelloMessage& m);
  bool peer_may_read();
  bool take_entries(const std::vector<log::SignedEntry>& entries);
  void plan_push();
  void relay(bool unasked);
  void learn_equal();
  void look_for_differences(Time now);
  void ask_for_differences(Time now);
  void restart_pull();
  bool push(std::size_t bytes_max);
  void say_along(std::span<const log::SignedEntry> entries);
  void say_holds();
  void say_parts();
  void say_state();
  void say_places();
  void say_wait(Time now);
  void compare();
  void notice_changes();
  bool serve(std::size_t bytes_max);
  void check_puller();

  void refuse(SyncRefusal reason);
  void strike(std::uint32_t weight, const char* rule, std::uint64_t code, SyncFailure failure);
  void violation(const char* rule) { strike(50, rule, kCodeViolation, SyncFailure::protocol); }
  void finish();
  void drop_streams(std::uint64_t code);

  SessionSetup setup_;
  SharedRepository& shared_;
  StreamPort& port_;
  SyncEvents& events_;
  Stage stage_ = Stage::greeting;

  Outbox control_;
  MessageReader reader_{kControlMessageMax};
  crypto::AeadKey own_seal_{};
  crypto::AeadKey peer_seal_{};
  std::uint64_t own_count_ = 0;
  std::uint64_t peer_count_ = 0;
  bool handle_seen_ = false;  // the peer has shown that it knows the repository
  std::optional<log::Device> peer_;

  // Entries: what the peer is taken to hold, and what is on its way there.
  log::Frontier frontier_parts_;
  std::optional<log::Frontier> peer_frontier_;
  std::unordered_set<log::EntryId> peer_has_;
  // What it has shown to hold: by its frontier, by sending it, by a State after it was sent.
  log::Frontier told_;
  std::unordered_set<log::EntryId> told_entries_;
  std::deque<log::EntryId> queue_;
  bool held_back_ = false;
  // Entries of others are passed on as they come; else only in answer to a frontier. One for both
  // directions.
  bool relays_ = true;
  std::optional<Time> ask_at_;  // what the peer has and did not say is asked for then
  bool push_due_ = false;
  bool end_due_ = false;
  std::uint64_t answers_due_ = 0;  // frontiers of the peer, not yet answered
  std::uint64_t ends_due_ = 0;     // frontiers of ours, not yet answered
  std::uint64_t ends_sent_ = 0;
  std::uint64_t ends_heard_ = 0;

  bool telling_ = false;        // entries came whose end has not
  std::size_t along_room_ = 0;  // blocks that may come unasked, by the entries that just came
  bool was_agreed_ = false;
  bool peer_begins_ = false;  // a clone without a log: it has everything to ask for

  HeldBlocks held_;
  std::map<StreamId, Serving> servings_;
  std::set<StreamId> giving_;  // answered, and on the way
  bool gives() const noexcept { return !servings_.empty() || !giving_.empty(); }
  std::uint64_t run_ = 0;  // bytes given since the last pause
  std::optional<Time> pause_;
  std::optional<Exchanged> exchanged_;  // before this session
  Turn turn_ = Turn::free;
  std::optional<Time> wait_said_;
  Puller puller_;
  bool pull_begun_ = false;

  // Where both ends stand.
  std::uint64_t seen_version_ = ~std::uint64_t{0};
  std::size_t seen_size_ = 0;
  std::uint64_t state_version_ = ~std::uint64_t{0};
  bool state_due_ = true;
  std::optional<StateMessage> own_state_;
  std::optional<StateMessage> peer_state_;
  std::optional<std::pair<Hash, Hash>> followed_up_;
  unsigned follow_ups_ = 0;
  std::optional<std::pair<StateMessage, StateMessage>> settled_;

  ToldPlaces told_places_;
  std::uint64_t places_said_ = ~std::uint64_t{0};  // which version of the host's places

  bool waiting() const noexcept { return ends_due_ > 0 || puller_.waiting(); }
  bool waited_ = false;
  Time heard_at_;  // or, if later, since when this end has been waiting for something
  SyncProgress progress_;
  bool progressed_ = false;
};

}  // namespace hn::net
