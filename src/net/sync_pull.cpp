// Pulling blocks: hn-sync(7), MANIFESTS and BLOCKS.
#include "net/sync_pull.hpp"

#include <algorithm>

namespace hn::net {

Puller::Puller(SharedRepository& shared, StreamPort& port, ConnectionId connection,
               StreamId control)
    : shared_(shared), port_(port), connection_(connection), control_(control) {
  shared_.join(*this);
}

Puller::~Puller() {
  shared_.collect(true);
  shared_.leave(*this);
  for (auto& [stream, asked] : asked_)
    for (std::size_t i = asked.next; i < asked.wants.size() && asked.claimed; ++i)
      shared_.release(asked.wants[i].address, true);
  for (auto& [base, parked] : parked_)
    if (parked.coming.claimed) shared_.release(parked.coming.want.address, true);
}

void Puller::stop() {
  for (auto& [stream, asked] : asked_) port_.stop(connection_, stream, kCodeDone);
}

void Puller::restart(std::unordered_set<log::EntryId> unknown_to_peer) {
  unknown_to_peer_ = std::move(unknown_to_peer);
  restart();
}

void Puller::restart() {
  lacking_.clear();
  std::vector<log::ManifestRoot> whole;
  std::set<object::Id> known;
  for (const log::ManifestRoot& m : shared_.wanted(unknown_to_peer_)) {
    known.insert(m.root);
    if (shared_.known_whole(m))
      whole.push_back(m);
    else
      lacking_.push_back({.root = m});
  }
  leaves_out_ = false;
  if (!unknown_to_peer_.empty())
    for (const log::ManifestRoot& m : shared_.wanted({}))
      if (!known.contains(m.root) && !shared_.check_whole(m)) leaves_out_ = true;
  if (!lacking_.empty())
    for (const log::ManifestRoot& m : whole)
      if (told_.insert(m.root).second) bases_.push_back(m);
  ++plan_;
  complete_to_ = 0;
  refused_.clear();
  make_pieces();
  others_fetch_ = false;
  seen_released_ = shared_.released();
  phase_ = Phase::nodes;
}

// Of what the peer did not have it is not asked again.
void Puller::restart_here() {
  const std::set<object::Address> refused = std::exchange(refused_, {});
  restart();
  refused_ = refused;
}

bool Puller::room() const noexcept {
  return !stalled_ && (!put_off_ || asked_.empty()) && asked_.size() < kRequestsInFlight &&
         bytes_ahead() < ahead_max();
}

bool Puller::turn(Time now, bool alone) {
  now_ = now;
  alone_ = alone && !in_crowd();
  shared_.collect(false);
  read_answers();
  if (!alone_) give_up_excess();
  bool again = true;
  std::uint64_t looked_at = 0;
  while (again && !fault_ && room()) {
    again = false;
    if (!again_.empty()) {
      const std::size_t count = std::min(again_.size(), kRequestAddressesMax);
      const std::vector<object::Address> some(again_.begin(),
                                              again_.begin() + static_cast<std::ptrdiff_t>(count));
      if (!ask_addresses(some, true)) return false;
      again_.erase(again_.begin(), again_.begin() + static_cast<std::ptrdiff_t>(count));
      again = true;
    } else if (phase_ == Phase::nodes) {
      const Phase before = phase_;
      step_nodes();
      again = phase_ != before || !again_.empty();
    } else if (phase_ == Phase::rows) {
      if (looked_at >= kRowsPerTurn) return true;
      Request request;
      std::vector<Want> wants;
      const bool more = gather(alone_ ? kRequestBytesAlone : ahead_max() / kSharedRequests,
                               looked_at, request, wants);
      if (!wants.empty() && !send(std::move(request), std::move(wants))) return false;
      again = more || step_rows();
    } else if (phase_ == Phase::loose) {
      step_loose();
      again = !again_.empty();
    }
  }
  return false;
}

// They are judged like any others; what comes of them is found out by looking for what is lacking.
void Puller::take_along(std::vector<AlongBlock> blocks) {
  for (AlongBlock& one : blocks) {
    if (shared_.here(one.address) || !shared_.claim(one.address)) continue;
    ++unparked_;
    Coming coming;
    coming.want = {one.address, one.block.plain_bytes, kNoManifest};
    coming.plan = plan_;
    submit(std::move(coming), std::move(one.block));
  }
  shared_.collect(false);
}

bool Puller::step_rows() {
  if (!asked_.empty() || !again_.empty() || unparked_ > 0) return !again_.empty();
  if (others_fetch_) return look_again();
  if (dry()) return false;
  if (!idle()) return !again_.empty();
  if (!flush()) return false;
  finish_manifests();
  phase_ = Phase::loose;
  return true;
}

void Puller::finish_manifests() {
  for (Lacking& m : lacking_)
    if (!m.whole) m.whole = shared_.check_whole(m.root);
}

// After a flush: manifests of which every row was here or has come are whole, without a second look
// at their rows.
void Puller::note_complete() {
  for (; complete_to_ < lacking_.size(); ++complete_to_) {
    Lacking& m = lacking_[complete_to_];
    if (!m.looked_at || m.open > 0) return;
    if (m.unclear || m.whole) continue;
    m.whole = true;
    shared_.note_whole(m.root);
    if (told_.insert(m.root.root).second) holds_.push_back(m.root);
  }
}

// The nodes that are not here and that nobody is asked for, as many as this peer is to be asked for
// at once.
std::vector<object::Address> Puller::absent_nodes() {
  std::vector<object::Address> ask;
  std::uint64_t bytes = 0;
  for (const Lacking& m : lacking_) {
    const std::size_t room_left = kRequestAddressesMax - ask.size();
    if (room_left == 0) break;
    // The peer may have got all of it since this was last looked at.
    if (const auto part = parts_.find(m.root.root); part != parts_.end() && part->second.empty())
      continue;
    const auto nodes = log::absent_nodes(shared_.host().blocks(), m.root, 0, m.root.rows,
                                         room_left + refused_.size());
    if (!nodes) continue;  // its author signed something else than a manifest: nobody can mend it
    const std::uint64_t each =
        kRowBytes * std::min<std::uint64_t>(m.root.rows, log::kManifestRowsPerNode);
    for (const object::Id& id : *nodes) {
      const object::Address address = object::address_of(id);
      if (refused_.contains(address) || std::ranges::find(ask, address) != ask.end()) continue;
      if (shared_.claimed(address) || (!alone_ && bytes >= ahead_max())) {
        others_fetch_ = true;
      } else if (ask.size() < kRequestAddressesMax) {
        ask.push_back(address);
        bytes += each;
      }
    }
  }
  return ask;
}

// Asks for the nodes that are not here, level by level: a manifest has at most three. Rows are none
// to look at before, or their nodes would have to be looked for again.
void Puller::step_nodes() {
  if (!idle()) return;
  if (others_fetch_ && seen_released_ == shared_.released() && shared_.claims() > 0) return;
  if (!flush()) return;
  others_fetch_ = false;
  seen_released_ = shared_.released();
  const std::vector<object::Address> ask = absent_nodes();
  if (!ask.empty()) {
    ask_addresses(ask, false);
    return;
  }
  if (others_fetch_ && shared_.claims() > 0) return;
  make_pieces();
  phase_ = Phase::rows;
}

// What the host found missing although every manifest is here.
void Puller::step_loose() {
  if (!idle()) return;
  if (!flush()) return;
  std::vector<object::Address> ask;
  for (const object::Address& a :
       shared_.host().absent_blocks(kRequestAddressesMax + refused_.size(), unknown_to_peer_))
    if (!refused_.contains(a) && !shared_.here(a) && !shared_.claimed(a) &&
        ask.size() < kRequestAddressesMax)
      ask.push_back(a);
  if (ask.empty())
    phase_ = Phase::done;
  else
    ask_addresses(ask, false);
}

bool Puller::ask_addresses(std::span<const object::Address> addresses, bool plain) {
  Request request;
  request.plain = plain;
  std::vector<Want> wants;
  for (const object::Address& a : addresses) {
    shared_.claim(a);
    request.addresses.push_back(a);
    wants.push_back({a, 0, kNoManifest});
  }
  return send(std::move(request), std::move(wants));
}

bool Puller::send(Request request, std::vector<Want> wants) {
  const auto stream = port_.open_stream(connection_);
  if (!stream) {
    // Streams are used up until some end. What was claimed is looked for again later.
    for (const Want& w : wants) shared_.release(w.address, true);
    if (request.addresses.empty() || wants.front().manifest != kNoManifest) restart();
    return false;
  }
  request.session = control_.value;
  request.patient = true;
  if (asked_.empty()) pace_.begin(now_);
  Asked& asked = asked_[*stream];
  asked.wants = std::move(wants);
  asked.plain = request.plain;
  asked.plan = plan_;
  asked.alone = alone_;
  for (const Want& w : asked.wants) asked.bytes_left += w.bytes;
  pulled_.wanted_bytes += asked.bytes_left;
  asked.outbox = Outbox(port_, connection_, *stream);
  asked.outbox.add(encode(request));
  asked.outbox.finish();
  return true;
}

void Puller::handle_writable(StreamId stream) {
  asked_.at(stream).outbox.pump();
}

void Puller::handle_readable(Time now, StreamId stream) {
  now_ = now;
  stalled_ = put_off_ = false;
  pace_.heard(now);
  asked_.at(stream).unread = true;
  read_answers();
}

// The oldest request's first: few differences come before their bases. But what is here of later
// ones is read as well, or it would use up the room of the connection that the first one needs. As
// far as the host keeps up: what is not read holds the peer up.
void Puller::read_answers() {
  for (auto& [stream, asked] : asked_)
    if (asked.unread) read_answer(stream, asked);
  flush_some();
  shared_.collect(false);
  std::erase_if(asked_, [](const auto& asked) { return asked.second.over(); });
  give_up_contested();
}

void Puller::read_answer(StreamId stream, Asked& asked) {
  buffer_.resize(kAnswerPiece);
  while (!fault_ && !shared_.busy()) {
    const ReadResult got = port_.read(connection_, stream, buffer_);
    asked.reader.push(ByteView(buffer_).first(got.bytes));
    while (!fault_) {
      const auto message = asked.reader.next();
      if (!message) return break_off(SyncFailure::protocol, 50, "an answer that is no message");
      if (!*message) break;
      handle_answer(stream, asked, **message);
    }
    if (fault_) return;
    asked.unread = !got.end && got.bytes > 0;
    asked.ended = got.end;
    if (got.end && (asked.next < asked.wants.size() || asked.reader.partial()))
      return break_off(SyncFailure::protocol, 50, "an answer that stops early");
    if (!asked.unread) break;
  }
  if (!asked.begun && !fault_ && asked.next < asked.wants.size() && asked.reader.partial())
    begin(asked);
}

void Puller::handle_answer(StreamId stream, Asked& asked, ByteView message) {
  auto answer = decode_answer(message);
  if (!answer) return break_off(SyncFailure::protocol, 50, answer.error().rule);
  if (const auto* absent = std::get_if<AbsentAnswer>(&*answer))
    handle_absent(asked, absent->count);
  else
    handle_block(stream, asked, std::get<BlockAnswer>(std::move(*answer)));
}

void Puller::handle_absent(Asked& asked, std::uint64_t count) {
  if (count > asked.wants.size() - asked.next)
    return break_off(SyncFailure::protocol, 50, "more absences than were asked for");
  asked.begun = false;
  for (; count > 0; --count) {
    const Want& want = asked.wants[asked.next++];
    refuse(want.address);
    asked.bytes_left -= want.bytes;
    ++asked.judged;
    settle(want, asked.plan, false, asked.claimed);
  }
}

void Puller::refuse(const object::Address& address) {
  if (refused_.size() < kRefusedMax)
    refused_.insert(address);
  else
    break_off(SyncFailure::closed, 0, "the peer lacks too much of the repository");
}

void Puller::settle(const Want& want, std::uint64_t plan, bool stored, bool claimed) {
  if (want.manifest != kNoManifest && plan == plan_) {
    --lacking_[want.manifest].open;
    if (!stored) lacking_[want.manifest].unclear = true;
  }
  if (claimed) shared_.release(want.address, !stored || want.manifest == kNoManifest);
}

void Puller::handle_block(StreamId stream, Asked& asked, BlockAnswer answer) {
  const std::size_t place = asked.next;
  if (place == asked.wants.size())
    return break_off(SyncFailure::protocol, 50, "a block that was not asked for");
  if (answer.back > place)
    return break_off(SyncFailure::protocol, 50, "a base before the answer's beginning");
  WireBlock& block = answer.block;
  if (answer.back > 0) block.base = asked.wants[place - answer.back].address;
  if (asked.plain && block.base)
    return break_off(SyncFailure::protocol, 50, "a base where none was allowed");
  ++asked.next;
  asked.begun = false;
  const Want& want = asked.wants[place];
  asked.bytes_left -= want.bytes;
  pace_.came(now_, want.bytes > 0 ? want.bytes : block.stored.size());
  shared_.use().came += want.bytes;
  if (asked.contested && shared_.here(want.address)) {
    ++asked.judged;
    pulled_.wanted_bytes -= want.bytes;
    shared_.use().wasted += want.bytes;
    return settle(want, asked.plan, true, asked.claimed);
  }
  submit({want, asked.plan, stream, asked.claimed, asked.plain}, std::move(block));
}

void Puller::submit(Coming coming, WireBlock block) {
  const Pulled brought{1, block.stored.size(), block.plain_bytes, 0};
  shared_.submit(coming.want.address, std::move(block), [=, this](Verdict verdict) {
    handle_judged(coming, brought, std::move(verdict));
  });
}

void Puller::handle_judged(Coming coming, const Pulled& brought, Verdict verdict) {
  if (!coming.stream)
    --unparked_;
  else if (const auto asked = asked_.find(*coming.stream); asked != asked_.end())
    ++asked->second.judged;
  switch (verdict.written) {
    case Written::stored:
      pulled_.blocks += brought.blocks;
      pulled_.stored_bytes += brought.stored_bytes;
      pulled_.plain_bytes += brought.plain_bytes;
      break;
    case Written::wrong:
      break_off(SyncFailure::wrong_block, 100, "bytes that are not the block");
      break;
    case Written::base_missing:
      if (!coming.plain && park(coming, verdict.block)) return;
      ask_again(coming.want.address, coming.plain);
      break;
    case Written::failed:
      break_off(SyncFailure::local, 0, "a block could not be written");
      break;
  }
  settle(coming.want, coming.plan, verdict.written == Written::stored, coming.claimed);
  if (verdict.written != Written::stored) return;
  for (Puller* puller : shared_.pullers()) puller->unpark(coming.want.address);
}

// Keeps a difference until its base comes.
bool Puller::park(Coming& coming, WireBlock& block) {
  const std::uint64_t bytes = kParkedEach + block.stored.size();
  if (!block.base || parked_bytes_ + bytes > kParkedBytes) return false;
  parked_bytes_ += bytes;
  coming.stream.reset();
  const object::Address base = *block.base;
  parked_.emplace(base, Parked{std::move(coming), std::move(block)});
  return true;
}

void Puller::unpark(const object::Address& base) {
  for (auto at = parked_.find(base); at != parked_.end() && at->first == base;) {
    Parked parked = std::move(at->second);
    at = parked_.erase(at);
    parked_bytes_ -= kParkedEach + parked.block.stored.size();
    ++unparked_;
    submit(std::move(parked.coming), std::move(parked.block));
  }
}

// All answers are here, those of other sessions too. A base may have been here before it was waited
// for, or else the block is asked for once more.
void Puller::retry_parked() {
  for (auto& [base, parked] : std::exchange(parked_, {})) {
    parked_bytes_ -= kParkedEach + parked.block.stored.size();
    if (shared_.here(base) && !std::exchange(parked.coming.retried, true)) {
      ++unparked_;
      submit(std::move(parked.coming), std::move(parked.block));
    } else {
      again_.push_back(parked.coming.want.address);
      settle(parked.coming.want, parked.coming.plan, false, parked.coming.claimed);
    }
  }
  shared_.collect(false);
}

// Nothing is under way.
bool Puller::idle() {
  if (!asked_.empty() || !again_.empty() || unparked_ > 0) return false;
  if (parked_.empty()) return true;
  if (others_at_work()) return false;
  retry_parked();
  return again_.empty() && parked_.empty() && unparked_ == 0;
}

// Once more, in a form that needs no base; a second time is the peer's fault.
void Puller::ask_again(const object::Address& address, bool plain) {
  if (plain && !asked_again_.insert(address).second)
    return break_off(SyncFailure::protocol, 50, "a plain form that does not serve either");
  again_.push_back(address);
}

void Puller::handle_aborted(StreamId stream, bool by_sender, std::uint64_t code) {
  if (!by_sender) return;  // it wants no more of our request, which it has
  Asked& asked = asked_.at(stream);
  for (; asked.next < asked.wants.size(); ++asked.judged)
    settle(asked.wants[asked.next++], asked.plan, false, asked.claimed);
  asked.begun = false;
  asked.unread = false;
  asked.ended = true;
  asked.bytes_left = 0;
  if (code != kCodeBusy || ++aborts_ > kAbortsMax)
    return break_off(SyncFailure::closed, 0, "the peer cut an answer off");
  restart();
}

bool Puller::flush() {
  if (shared_.flush()) {
    note_complete();
    return true;
  }
  break_off(SyncFailure::local, 0, "what came could not be made durable");
  return false;
}

void Puller::flush_some() {
  const std::uint64_t most =
      in_crowd()
          ? std::clamp(shared_.use().came / kFlushPartInCrowd, kFlushBytesInCrowd, kFlushBytesMax)
          : std::clamp(pulled_.stored_bytes / kFlushPart, kFlushBytes, kFlushBytesMax);
  const bool late =
      in_crowd() && shared_.unflushed_bytes() > 0 && now_ - shared_.flushed_at() >= kFlushInCrowd;
  if (shared_.unflushed_bytes() < most && !late) return;
  shared_.flushed(now_);
  shared_.submit_flush([this](const Verdict& verdict) {
    if (verdict.written == Written::stored)
      note_complete();
    else
      break_off(SyncFailure::local, 0, "what came could not be made durable");
  });
}

void Puller::break_off(SyncFailure failure, std::uint32_t strike, const char* rule) {
  if (!fault_) fault_ = PullFault{failure, strike, rule};
}

}  // namespace hn::net
