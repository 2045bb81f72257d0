// What a session does once both ends are proven: hn-sync(7), ENTRIES, BLOCKS and STATE.
#include <algorithm>

#include "net/sync_session.hpp"

namespace hn::net {

// --- Entries

void SyncSession::handle(FrontierMessage m) {
  auto& tips = frontier_parts_.tips;
  if (tips.size() + m.part.tips.size() > log::kTipsMax) return violation("too many tips");
  if (!tips.empty() && !m.part.tips.empty() && !(tips.back() < m.part.tips.front()))
    return violation("parts of a frontier out of order");
  tips.insert(tips.end(), m.part.tips.begin(), m.part.tips.end());
  if (m.more) return;
  peer_frontier_ = std::exchange(frontier_parts_, {});
  peer_begins_ = peer_frontier_->tips.empty();
  told_ = *peer_frontier_;
  peer_has_.clear();
  ++answers_due_;
  if (m.reply) say_frontier(false);
  plan_push();
}

// Queues what the peer lacks and may have.
void SyncSession::plan_push() {
  if (!peer_frontier_) return;
  end_due_ = end_due_ || answers_due_ > 0;
  if (!peer_may_read()) {
    // Somebody revoked it meanwhile. A caller goes on: it may learn from the log that it may push.
    if (setup_.role == Role::called) refuse(SyncRefusal::unknown);
    return;
  }
  const bool own_only = !relays_ && answers_due_ == 0;
  const std::vector<log::EntryId> news =
      shared_.news_for(*peer_frontier_, peer_has_, own_only, held_back_);
  if (!news.empty()) {
    // Nothing is passed on before it is durable here.
    if (!shared_.flush()) return end_with(SyncFailure::local, "entries could not be made durable");
    queue_.insert(queue_.end(), news.begin(), news.end());
    peer_has_.insert(news.begin(), news.end());
    end_due_ = true;
  }
  if (held_back_) return;
  peer_frontier_ = log::frontier_of(shared_.view());
  peer_has_.clear();
}

// Sends queued entries as the stream takes them. True where it stopped for the limit.
bool SyncSession::push(std::size_t bytes_max) {
  std::size_t done = 0;
  while (control_.idle() && !queue_.empty()) {
    if (done >= bytes_max) return true;
    EntriesMessage m;
    std::size_t bytes = 0;
    while (!queue_.empty() && m.entries.size() < kEntriesPerMessage &&
           bytes < kEntriesBytesPerMessage) {
      m.entries.push_back(*shared_.view().find(queue_.front()));
      bytes += log::encode_signed(m.entries.back()).size();
      queue_.pop_front();
    }
    progress_.entries_out += m.entries.size();
    progressed_ = true;
    done += bytes;
    say(encode(m));
    if (queue_.empty()) say_along(m.entries);
  }
  if (!queue_.empty() || !end_due_) return false;
  say(encode(EntriesEndMessage{std::exchange(answers_due_, 0)}));
  ++ends_sent_;
  end_due_ = false;
  return false;
}

// What is so small that asking for it would take longest.
void SyncSession::say_along(std::span<const log::SignedEntry> entries) {
  if (peer_begins_ && !was_agreed_) return;
  AlongMessage m{blocks_along(shared_, entries, was_agreed_)};
  if (m.blocks.empty()) return;
  for (const AlongBlock& one : m.blocks) progress_.bytes_out += one.block.stored.size();
  progress_.blocks_out += m.blocks.size();
  say(encode(m));
}

// Only with entries that were news: who has nothing to say cannot make this store grow.
void SyncSession::handle(AlongMessage m) {
  std::erase_if(m.blocks, [&](const AlongBlock& one) { return shared_.here(one.address); });
  if (m.blocks.size() > along_room_) m.blocks.resize(along_room_);
  along_room_ -= m.blocks.size();
  puller_.take_along(std::move(m.blocks));
  check_puller();
}

void SyncSession::handle(const EntriesMessage& m) {
  std::vector<log::SignedEntry> fresh;
  for (const log::SignedEntry& e : m.entries) {
    if (log::repository_of(e) != shared_.host().repository())
      return violation("an entry of another repository");
    if (shared_.view().find(e.id) != nullptr) continue;
    if (!log::verify(e))
      return strike(100, "a signature that does not verify", kCodeViolation, SyncFailure::protocol);
    fresh.push_back(e);
  }
  for (const log::SignedEntry& e : m.entries) {
    peer_has_.insert(e.id);
    told_entries_.insert(e.id);
  }
  const auto is_own = [&](const log::SignedEntry& e) { return e.entry.device == *peer_; };
  if (fresh.empty() && ends_due_ == 0 && relays_ && std::ranges::none_of(m.entries, is_own))
    relay(false);
  telling_ = true;
  along_room_ = 0;
  if (!fresh.empty() && take_entries(fresh)) {
    for (const log::SignedEntry& e : fresh) along_room_ += along_with(e.entry);
    progress_.entries_in += fresh.size();
    progressed_ = true;
  }
}

// --- The tree that news takes: hn-sync(7), RELAY

void SyncSession::relay(bool unasked) {
  relays_ = unasked;
  ask_at_.reset();
  say(encode(RelayMessage{unasked}));
}

void SyncSession::handle(const RelayMessage& m) {
  push_due_ = push_due_ || (m.unasked && !relays_);
  relays_ = m.unasked;
  ask_at_.reset();
}

// The peer holds all that is here, from wherever it came.
void SyncSession::learn_equal() {
  peer_frontier_ = told_ = log::frontier_of(shared_.view());
  peer_has_.clear();
  told_entries_.clear();
  queue_.clear();
  held_back_ = false;
}

// Of two that differ, the one that was like the other some time ago lacks nothing.
void SyncSession::look_for_differences(Time now) {
  const bool differs = !relays_ && peer_state_ && ends_due_ == 0 &&
                       peer_state_->frontier != shared_.frontier_digest() &&
                       !shared_.was_frontier(peer_state_->frontier);
  if (!differs)
    ask_at_.reset();
  else if (!ask_at_)
    ask_at_ = now + kRelayPatience + 2 * port_.round_trip(setup_.connection);
}

bool SyncSession::take_entries(const std::vector<log::SignedEntry>& entries) {
  if (!shared_.add_entries(entries)) {
    end_with(SyncFailure::local, "entries could not be written");
    return false;
  }
  bool pending = false;
  for (const log::SignedEntry& e : entries) {
    const auto verdict = shared_.view().verdict(e.id);
    // An honest peer never passes one on, so this also bounds what a flood of them costs.
    if (verdict && verdict->status == log::Status::invalid) {
      violation("an entry that breaks the rules of the log");
      return false;
    }
    pending = pending || !verdict || verdict->status == log::Status::pending;
  }
  if (pending && shared_.view().pending().size() > kPendingMax) {
    violation("too many entries without their past");
    return false;
  }
  return true;
}

void SyncSession::handle(const EntriesEndMessage& m) {
  if (m.answers > ends_due_) return violation("an answer to no frontier");
  ends_due_ -= m.answers;
  ++ends_heard_;
  telling_ = false;
  state_due_ = true;
  restart_pull();
  pull_begun_ = true;
}

void SyncSession::restart_pull() {
  const std::vector<log::EntryId> missing = log::missing(shared_.view(), told_);
  std::unordered_set<log::EntryId> unknown;
  for (const log::EntryId& id : missing)
    if (!told_entries_.contains(id)) unknown.insert(id);
  puller_.restart(std::move(unknown));
}

// --- Blocks

void SyncSession::handle(const HoldsMessage& m) {
  held_.add(m.manifests);
  if (puller_.handle_holds(m.manifests) && pull_begun_) restart_pull();
}

void SyncSession::say_holds() {
  const std::vector<log::ManifestRoot> all = puller_.take_holds();
  // The newest count where there are more than the peer would remember.
  std::size_t at = all.size() > kHeldManifestsMax ? all.size() - kHeldManifestsMax : 0;
  while (at < all.size()) {
    HoldsMessage m;
    const std::size_t end = std::min(at + kHoldsPerMessage, all.size());
    m.manifests.assign(all.begin() + static_cast<std::ptrdiff_t>(at),
                       all.begin() + static_cast<std::ptrdiff_t>(end));
    say(encode(m));
    at = end;
  }
}

void SyncSession::say_parts() {
  if (ends_due_ > 0 || !peer_may_read()) return;
  // Who has everything need not know.
  if (peer_state_ && peer_state_->absent == 0 && peer_state_->frontier == shared_.frontier_digest())
    return;
  PartsMessage m{puller_.take_parts()};
  if (!m.items.empty()) say(encode(m));
}

void SyncSession::handle(PartsMessage m) {
  if (puller_.handle_parts(std::move(m.items)) && pull_begun_) restart_pull();
}

void SyncSession::handle_request(StreamId stream, Request request) {
  if (!proven() || !peer_may_read() || servings_.size() >= kServedMax) {
    port_.reset(setup_.connection, stream, proven() ? kCodeBusy : kCodeRefused);
    return;
  }
  servings_.emplace(stream, Serving(shared_, held_, std::move(request),
                                    Outbox(port_, setup_.connection, stream)));
}

// One answer after the other: fewer differences come before their bases.
bool SyncSession::serve(std::size_t bytes_max) {
  bool again = false;
  Served served;
  while (!servings_.empty()) {
    Serving& first = servings_.begin()->second;
    const auto narrow = port_.narrow();
    const bool bounded = narrow && turn_ == Turn::free;
    if (bounded && first.at_large()) break;  // until it has a turn
    again = first.turn(bytes_max, bounded ? taken_freely(narrow) : kNoBlockMax, served);
    if (!first.finished()) break;
    giving_.insert(servings_.begin()->first);
    servings_.erase(servings_.begin());
  }
  if (served.blocks > 0) {
    progress_.blocks_out += served.blocks;
    progress_.bytes_out += served.bytes;
    run_ += served.bytes;
    progressed_ = true;
  }
  return again;
}

// --- Where many ask: hn-sync(7), TURNS

bool SyncSession::gives_much(Time now) const noexcept {
  if (!proven() || !gives()) return false;
  const auto narrow = port_.narrow();
  if (narrow && !servings_.empty() && servings_.begin()->second.at_large()) return true;
  return run_ >= taken_freely(narrow) && !(pause_ && now - *pause_ >= kRunPause);
}

Taker SyncSession::taker() {
  if (!exchanged_) exchanged_ = shared_.host().exchanged_with(setup_.peer_key);
  return {setup_.id, exchanged_->taken + progress_.bytes_in,
          exchanged_->given + progress_.bytes_out};
}

// A sign of life as well.
void SyncSession::say_wait(Time now) {
  if (turn_ != Turn::off || servings_.empty()) {
    wait_said_.reset();
  } else if (!wait_said_ || now >= *wait_said_ + kWaitAgain) {
    say(encode(WaitMessage{}));
    wait_said_ = now;
  }
}

void SyncSession::handle(const WaitMessage&) {
  puller_.put_off();
  ++progress_.waits;
  progressed_ = true;
}

// --- Turns

// Other sessions and other processes change the repository too.
void SyncSession::notice_changes() {
  if (seen_version_ == shared_.version() && !push_due_) return;
  seen_version_ = shared_.version();
  if (peer_state_ && peer_state_->frontier == shared_.frontier_digest()) learn_equal();
  const std::size_t size = shared_.view().size();
  push_due_ = push_due_ || held_back_ || size != seen_size_;
  // While the peer is still telling, every piece of it would be looked through anew, and blocks
  // asked for that come along.
  if (!push_due_ || ends_due_ > 0 || telling_) return;
  push_due_ = false;
  if (size != seen_size_ && pull_begun_) restart_pull();
  seen_size_ = size;
  plan_push();
}

bool SyncSession::turn(Time now, bool alone) {
  if (!proven()) return false;
  notice_changes();
  if (over()) return false;
  bool again = push(kTurnBytes);
  if (pull_begun_) {
    again = puller_.turn(now, alone) || again;
    check_puller();
    if (over()) return false;
    say_parts();
    say_holds();
    const Pulled& p = puller_.pulled();
    if (p.blocks != progress_.blocks_in || p.wanted_bytes != progress_.bytes_wanted) {
      progress_.blocks_in = p.blocks;
      progress_.bytes_in = p.stored_bytes;
      progress_.plain_bytes_in = p.plain_bytes;
      progress_.bytes_wanted = p.wanted_bytes;
      progressed_ = true;
    }
  }
  if (pause_ && now - *pause_ >= kRunPause) run_ = 0;
  if (turn_ != Turn::off) again = serve(kTurnBytes) || again;
  if (gives())
    pause_.reset();
  else if (!pause_)
    pause_ = now;
  say_wait(now);
  say_places();
  say_state();
  look_for_differences(now);
  // A silence counts from the question on.
  if (waiting() && !waited_) heard_at_ = now;
  waited_ = waiting();
  return again && !over();
}

// --- Who else there is

void SyncSession::say_places() {
  if (over() || places_said_ == shared_.places_version() || !peer_may_read()) return;
  places_said_ = shared_.places_version();
  const PlacesMessage m{told_places_.take_news(shared_.host().places())};
  if (!m.peers.empty()) say(encode(m));
}

void SyncSession::handle(PlacesMessage m) {
  told_places_.heard(m.peers);
  emit(SyncPlaces{setup_.id, std::move(m.peers)});
}

// --- Where both ends stand

void SyncSession::say_state() {
  if (over() || ends_due_ > 0 || !queue_.empty() || end_due_ || !pull_begun_ || !puller_.done())
    return;
  if (!peer_may_read()) {
    // Everything that could be learned from it has been.
    return end_with(SyncFailure::no_right, "by this log the peer may not read the repository");
  }
  if (shared_.host().preparing()) return;
  if (!state_due_ && state_version_ == shared_.version()) return compare();
  if (!shared_.flush()) return end_with(SyncFailure::local, "what came could not be made durable");
  if (seen_version_ != shared_.version()) {
    // What the flush made readable may be owed to the peer first.
    notice_changes();
    if (over() || !queue_.empty() || end_due_ || !puller_.done()) return;
  }
  state_version_ = shared_.version();
  StateMessage state{
      shared_.frontier_digest(), shared_.host().state_digest(), puller_.absent(), ends_heard_, {}};
  if (state.absent == 0 && !puller_.leaves_out()) {
    const Bytes statement =
        receipt_statement(shared_.host().repository(), state.frontier, state.state);
    state.receipt = shared_.host().sign(kReceiptPurpose, statement);
  }
  if (state_due_ || !own_state_ || *own_state_ != state) say(encode(state));
  state_due_ = false;
  own_state_ = state;
  compare();
}

void SyncSession::handle(const StateMessage& m) {
  const bool changed = !peer_state_ || peer_state_->state != m.state;
  peer_state_ = m;
  if (m.heard == ends_sent_ && queue_.empty() && peer_frontier_) {
    told_ = *peer_frontier_;
    told_entries_.insert(peer_has_.begin(), peer_has_.end());
  }
  if (m.frontier == shared_.frontier_digest()) learn_equal();
  // It may have by now what it did not have when it was asked.
  if (changed && pull_begun_ && (puller_.absent() > 0 || puller_.leaves_out())) restart_pull();
  compare();
}

void SyncSession::compare() {
  if (!own_state_ || !peer_state_ || ends_due_ > 0 || !queue_.empty() || end_due_ || state_due_ ||
      !puller_.done() || state_version_ != shared_.version())
    return;
  // It was said before the peer had heard all that this end has to say.
  if (peer_state_->heard != ends_sent_) return;
  if (peer_state_->frontier != own_state_->frontier) {
    if (!relays_) return;
    const std::pair pair(own_state_->frontier, peer_state_->frontier);
    if (followed_up_ != pair && follow_ups_ < kFollowUpsMax) {
      // One of us took the other to hold what it does not: say it all again.
      followed_up_ = pair;
      ++follow_ups_;
      return say_frontier(true);
    }
  }
  const std::pair now(*own_state_, *peer_state_);
  if (settled_ == now) return;
  settled_ = now;
  const bool agreed =
      own_state_->frontier == peer_state_->frontier && own_state_->state == peer_state_->state;
  was_agreed_ = was_agreed_ || agreed;
  SyncSettled settled{setup_.id, agreed, own_state_->absent, {}};
  if (agreed && peer_state_->receipt) {
    const SyncReceipt receipt{*peer_, peer_state_->frontier, peer_state_->state,
                              *peer_state_->receipt};
    if (!verifies(receipt, shared_.host().repository()))
      return strike(100, "a receipt that does not verify", kCodeViolation, SyncFailure::protocol);
    settled.receipt = receipt;
  }
  emit(std::move(settled));
}

}  // namespace hn::net
