// Sessions: hn-sync(7), SESSIONS.
#include "net/sync_session.hpp"

#include "hn/log/link.hpp"

namespace hn::net {

namespace {

constexpr std::size_t kReadPiece = 64 * 1024;

}  // namespace

SyncSession::SyncSession(SessionSetup setup, SharedRepository& shared, StreamPort& port,
                         SyncEvents& events)
    : setup_(std::move(setup)),
      shared_(shared),
      port_(port),
      events_(events),
      control_(port, setup_.connection, setup_.control),
      puller_(shared, port, setup_.connection, setup_.control),
      told_places_(setup_.own_key, setup_.peer_key) {
  own_seal_ = sealing_key(binding(), setup_.role);
  peer_seal_ = sealing_key(binding(), other(setup_.role));
  progress_.session = setup_.id;
}

SessionBinding SyncSession::binding() const {
  return {shared_.host().repository(), setup_.handshake, setup_.control};
}

void SyncSession::emit(SyncEvent event) {
  report_progress();
  events_.push_back(std::move(event));
}

void SyncSession::report_progress() {
  if (!progressed_) return;
  progressed_ = false;
  for (SyncEvent& waiting : events_) {
    auto* progress = std::get_if<SyncProgress>(&waiting);
    if (progress == nullptr || progress->session != setup_.id) continue;
    *progress = progress_;
    return;
  }
  events_.push_back(progress_);
}

// --- Speaking

void SyncSession::say(ByteView message) {
  SealedMessage sealed;
  sealed.sealed.resize(message.size() + crypto::kTagBytes);
  crypto::seal(own_seal_, own_count_++, {}, message, sealed.sealed);
  control_.add(encode(sealed));
}

void SyncSession::say_hello(const std::optional<JoinAsk>& join) {
  SyncHost& host = shared_.host();
  HelloMessage hello;
  hello.device = host.device();
  hello.signature =
      host.sign(kHelloPurpose, hello_statement(binding(), setup_.role, setup_.own_key));
  hello.label = join ? join->label : host.label();
  if (!log::is_label(hello.label)) hello.label.clear();
  if (join)
    hello.join =
        JoinPart{log::invitation_id(join->secret),
                 join_proof(join->secret, host.repository(), setup_.handshake, host.device())};
  say(encode(hello));
}

void SyncSession::say_frontier(bool reply) {
  const log::Frontier all = log::frontier_of(shared_.view());
  std::size_t at = 0;
  do {
    FrontierMessage m;
    const std::size_t end = std::min(at + kTipsPerMessage, all.tips.size());
    m.part.tips.assign(all.tips.begin() + static_cast<std::ptrdiff_t>(at),
                       all.tips.begin() + static_cast<std::ptrdiff_t>(end));
    at = end;
    m.more = at < all.tips.size();
    m.reply = reply && !m.more;
    say(encode(m));
  } while (at < all.tips.size());
  ++ends_due_;
}

void SyncSession::call(Time now, const std::optional<JoinAsk>& join) {
  heard_at_ = now;
  control_.add(encode(OpenMessage{kSyncVersion, handle_of(binding(), setup_.role)}));
  say_hello(join);
  say_frontier(false);
}

void SyncSession::accept(Time now, MessageReader reader) {
  heard_at_ = now;
  reader_ = std::move(reader);
  handle_seen_ = true;
  read_control();
}

// --- Listening

bool SyncSession::owns(StreamId stream) const {
  return stream == setup_.control || servings_.contains(stream) || puller_.owns(stream);
}

void SyncSession::handle_readable(Time now, StreamId stream) {
  if (over()) return;
  heard_at_ = now;
  if (stream == setup_.control) {
    puller_.awake();
    read_control();
  } else if (puller_.owns(stream)) {
    puller_.handle_readable(now, stream);
    check_puller();
  }
}

void SyncSession::handle_writable(StreamId stream) {
  if (over()) return;
  if (stream == setup_.control)
    control_.pump();
  else if (puller_.owns(stream))
    puller_.handle_writable(stream);
}

void SyncSession::handle_aborted(StreamId stream, bool by_sender, std::uint64_t code) {
  if (over()) return;
  if (stream == setup_.control) {
    finish();
    if (!by_sender)
      emit(SyncEnded{setup_.id});
    else
      emit(SyncFailed{setup_.id, SyncFailure::closed, "the peer gave the session up"});
  } else if (puller_.owns(stream)) {
    puller_.handle_aborted(stream, by_sender, code);
    check_puller();
  } else {
    servings_.erase(stream);
  }
}

void SyncSession::read_control() {
  Bytes buffer(kReadPiece);
  while (!over()) {
    while (!over()) {
      const auto message = reader_.next();
      if (!message) return violation("a control stream that is no messages");
      if (!*message) break;
      handle_plain(**message);
    }
    if (over()) return;
    const ReadResult got = port_.read(setup_.connection, setup_.control, buffer);
    reader_.push(ByteView(buffer).first(got.bytes));
    if (got.end && got.bytes == 0) {
      const bool open = proven();
      finish();
      if (open)
        emit(SyncEnded{setup_.id});
      else
        emit(SyncFailed{setup_.id, SyncFailure::closed, "the peer left before it said who it is"});
      return;
    }
    if (got.bytes == 0) return;
  }
}

void SyncSession::handle_plain(ByteView bytes) {
  auto message = decode_plain(bytes);
  if (!message) return violation(message.error().rule);
  if (const auto* open = std::get_if<OpenMessage>(&*message)) {
    // The called end shows its own handle before its first sealed message.
    if (setup_.role == Role::called || handle_seen_ || open->version != kSyncVersion ||
        open->handle != handle_of(binding(), other(setup_.role)))
      return violation("an open out of place");
    handle_seen_ = true;
  } else if (const auto* refused = std::get_if<RefusedMessage>(&*message)) {
    if (setup_.role == Role::called) return violation("a refusal by the caller");
    finish();
    emit(SyncRefused{setup_.id, refused->reason});
  } else {
    if (!handle_seen_) return violation("a sealed message before the handle");
    handle_sealed(std::get<SealedMessage>(*message).sealed);
  }
}

void SyncSession::handle_sealed(ByteView sealed) {
  if (sealed.size() < crypto::kTagBytes) return violation("a sealed message that is too short");
  Bytes plain(sealed.size() - crypto::kTagBytes);
  if (!crypto::open(peer_seal_, peer_count_++, {}, sealed, plain))
    return violation("a sealed message that does not open");
  auto message = decode_control(plain);
  if (!message) return violation(message.error().rule);
  if (!peer_.has_value() != std::holds_alternative<HelloMessage>(*message))
    return violation("a hello out of place");
  std::visit([this](auto&& m) { handle(std::forward<decltype(m)>(m)); }, std::move(*message));
}

// --- Who is there

bool SyncSession::peer_may_read() {
  return peer_ && shared_.host().may_read(*peer_);
}

// The called end: is this device, or this newcomer, to be let in?
bool SyncSession::admit(const HelloMessage& m) {
  // In a public repository everybody may read, and a newcomer with an invitation is promised more.
  const auto member = shared_.host().view().member(m.device);
  const bool joins = m.join && !(member && member->active());
  if (!joins && shared_.host().may_read(m.device)) return true;
  if (!m.join) {
    refuse(SyncRefusal::unknown);
    return false;
  }
  const JoinRequest request{shared_.host().repository(),
                            m.join->invitation,
                            m.device,
                            m.label,
                            setup_.handshake,
                            m.join->proof};
  const auto answer = shared_.redeem(request);
  if (const auto* refusal = std::get_if<JoinRefusal>(&answer)) {
    // Only who held a real invitation may learn what became of it.
    if (*refusal == JoinRefusal::used)
      refuse(SyncRefusal::invitation_used);
    else if (*refusal == JoinRefusal::expired)
      refuse(SyncRefusal::invitation_expired);
    else
      refuse(SyncRefusal::unknown);
    return false;
  }
  if (shared_.host().may_read(m.device)) return true;
  refuse(SyncRefusal::unknown);
  return false;
}

void SyncSession::handle(const HelloMessage& m) {
  const Bytes statement = hello_statement(binding(), other(setup_.role), setup_.peer_key);
  if (!crypto::verify(m.device, kHelloPurpose, statement, m.signature)) {
    if (setup_.role == Role::caller)
      return strike(100, "a device that is not proven", kCodeViolation, SyncFailure::wrong_device);
    events_.push_back(SyncStrike{setup_.peer_key, std::nullopt, 50, "a device that is not proven"});
    return refuse(SyncRefusal::unknown);
  }
  if (setup_.role == Role::called && !admit(m)) return;
  peer_ = m.device;
  stage_ = Stage::open;
  emit(SyncPeer{setup_.id, shared_.host().repository(), m.device, m.label, setup_.peer_key,
                setup_.address, setup_.role == Role::caller});
  if (setup_.role == Role::caller) return;
  control_.add(encode(OpenMessage{kSyncVersion, handle_of(binding(), setup_.role)}));
  say_hello({});
  say_frontier(false);
}

// --- Ending

void SyncSession::drop_streams(std::uint64_t code) {
  for (auto& [stream, serving] : servings_) port_.reset(setup_.connection, stream, code);
  servings_.clear();
  puller_.stop();
}

// Says no more; what was said before still goes out.
void SyncSession::finish() {
  stage_ = Stage::over;
  drop_streams(kCodeDone);
  control_.finish();
}

void SyncSession::refuse(SyncRefusal reason) {
  control_.add(encode(RefusedMessage{reason}));
  const bool told = proven();
  finish();
  if (told) emit(SyncFailed{setup_.id, SyncFailure::no_right, "the peer lost its right to read"});
}

void SyncSession::strike(std::uint32_t weight, const char* rule, std::uint64_t code,
                         SyncFailure failure) {
  stage_ = Stage::over;
  emit(SyncStrike{setup_.peer_key, peer_, weight, rule});
  emit(SyncFailed{setup_.id, failure, rule});
  port_.close(setup_.connection, code, rule);
}

void SyncSession::end() {
  if (over()) return;
  finish();
}

void SyncSession::end_with(SyncFailure failure, std::string detail) {
  if (over()) return;
  finish();
  emit(SyncFailed{setup_.id, failure, std::move(detail)});
}

void SyncSession::handle_closed(SyncFailure failure, std::string detail) {
  if (over()) return;
  stage_ = Stage::over;
  emit(SyncFailed{setup_.id, failure, std::move(detail)});
}

void SyncSession::check_puller() {
  const auto& fault = puller_.fault();
  if (!fault || over()) return;
  if (fault->strike > 0)
    return strike(fault->strike, fault->rule,
                  fault->failure == SyncFailure::wrong_block ? kCodeWrongBlock : kCodeViolation,
                  fault->failure);
  end_with(fault->failure, fault->rule);
}

std::optional<Time> SyncSession::deadline() const {
  if (over()) return std::nullopt;
  if (!proven()) return heard_at_ + kHelloTimeout;
  std::optional<Time> at = puller_.deadline();
  if (waiting()) at = std::min(at.value_or(heard_at_ + kStallTimeout), heard_at_ + kStallTimeout);
  if (wait_said_) at = std::min(at.value_or(*wait_said_ + kWaitAgain), *wait_said_ + kWaitAgain);
  if (ask_at_) at = std::min(at.value_or(*ask_at_), *ask_at_);
  return at;
}

// What the peer has and nobody brought.
void SyncSession::ask_for_differences(Time now) {
  if (!ask_at_ || *ask_at_ > now) return;
  relay(true);
  say_frontier(true);
}

void SyncSession::handle_deadline(Time now) {
  if (proven() && !(waiting() && heard_at_ + kStallTimeout <= now)) {
    ask_for_differences(now);
    const auto stalls = puller_.deadline();
    if (stalls && *stalls <= now) puller_.handle_deadline();
    return;
  }
  // A connection on which nothing comes any more must not serve the next call either.
  const bool silent = proven();
  end_with(SyncFailure::unreachable,
           silent ? "the peer has fallen silent" : "the peer did not say who it is");
  if (silent) port_.close(setup_.connection, kCodeBusy, "silence");
}

}  // namespace hn::net
