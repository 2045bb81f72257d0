// Several peers at work on one repository: hn-sync(7), SEVERAL PEERS.
#include <algorithm>

#include "net/sync_pull.hpp"

namespace hn::net {

namespace {

double seconds_of(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

std::uint64_t Puller::bytes_ahead() const noexcept {
  std::uint64_t ahead = 0;
  for (const auto& [stream, asked] : asked_) ahead += asked.bytes_left;
  return ahead;
}

// How much this peer is asked for ahead of what it has sent.
std::uint64_t Puller::ahead_max() const {
  if (alone_) return kAheadBytes;
  const double bytes =
      pace_.rate(now_).value_or(0) * seconds_of(kSharedAhead + 3 * pace_.latency());
  return std::clamp(static_cast<std::uint64_t>(bytes), kSharedAheadMin, kAheadBytes);
}

bool Puller::others_at_work() const {
  return std::ranges::any_of(shared_.pullers(),
                             [&](const Puller* p) { return p != this && p->at_work(); });
}

// How long it takes until all is here that was asked for, where that can be told.
std::optional<Duration> Puller::left(Time now) const {
  constexpr double kLong = 3600;
  if (put_off_ && std::ranges::any_of(asked_, [](const auto& a) { return a.second.claimed; }))
    return std::chrono::seconds(static_cast<int>(kLong));
  const auto rate = pace_.rate(now);
  if (!at_work() || !rate) return std::nullopt;
  const double s = std::min(kLong, static_cast<double>(bytes_ahead()) / std::max(*rate, 1.0));
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
}

// --- Giving up

// What is still to come of one answer is not wanted from this peer any more.
void Puller::give_up(StreamId stream) {
  Asked& asked = asked_.at(stream);
  pulled_.wanted_bytes -= asked.bytes_left;
  for (; asked.next < asked.wants.size(); ++asked.next) {
    const Want& want = asked.wants[asked.next];
    settle(want, asked.plan, shared_.here(want.address), asked.claimed);
  }
  others_fetch_ = true;  // or this one again
  if (!asked.outbox.finished()) port_.reset(connection_, stream, kCodeDone);
  port_.stop(connection_, stream, kCodeDone);
  asked_.erase(stream);
}

// Another peer can be asked too by now: what this one was asked for while it was alone is shared.
void Puller::give_up_excess() {
  const std::uint64_t most = 2 * ahead_max();
  while (bytes_ahead() > most) {
    const auto last = std::ranges::find_if(asked_, [](const auto& a) { return a.second.alone; });
    if (last == asked_.end()) return;
    give_up(last->first);
  }
}

// Answers that have got to where another peer was quicker.
void Puller::give_up_contested() {
  for (auto at = asked_.begin(); at != asked_.end();) {
    const auto& [stream, asked] = *at++;
    if (!asked.contested || asked.next == asked.wants.size() ||
        !shared_.here(asked.wants[asked.next].address))
      continue;
    // About so much of it is on its way.
    const double under_way = pace_.rate(now_).value_or(0) * seconds_of(pace_.latency());
    shared_.use().wasted += std::min(asked.bytes_left, static_cast<std::uint64_t>(under_way));
    give_up(stream);
  }
}

// --- A peer that stalls

std::optional<Time> Puller::deadline() const {
  const bool unread =
      std::ranges::any_of(asked_, [](const auto& asked) { return asked.second.unread; });
  if (alone_ || !at_work() || unread) return std::nullopt;
  return pace_.since() + kStallAfter + 3 * pace_.latency();
}

// Whoever can takes over. What comes all the same is taken.
void Puller::handle_deadline() {
  stalled_ = true;
  others_fetch_ = true;
  for (auto& [stream, asked] : asked_) {
    asked.begun = false;
    let_others(asked);
  }
}

// Others may fetch what is still to come.
void Puller::let_others(Asked& asked) {
  asked.contested = true;
  if (!std::exchange(asked.claimed, false)) return;
  for (std::size_t i = asked.next; i < asked.wants.size(); ++i)
    shared_.release(asked.wants[i].address, true);
}

// What has not begun to come is asked of others too; where that has begun, of them alone.
void Puller::put_off() {
  put_off_ = !asked_.empty();
  others_fetch_ = true;
  for (auto& [stream, asked] : asked_) {
    if (asked.begun) continue;
    asked.waited = true;
    let_others(asked);
  }
  std::set<object::Address> coming;
  for (const Puller* puller : shared_.pullers())
    if (puller != this) puller->add_coming(coming);
  give_up_waiting(coming);
}

// The first bytes of a block: of those that were asked for it, who begins first goes on.
void Puller::begin(Asked& asked) {
  asked.begun = true;
  if (asked.waited && !std::exchange(asked.claimed, true))
    for (std::size_t i = asked.next; i < asked.wants.size(); ++i)
      shared_.claim_too(asked.wants[i].address);
  const auto waits = [&](const Puller* other) { return other != this && other->waits(); };
  if (std::ranges::none_of(shared_.pullers(), waits)) return;
  std::set<object::Address> coming;
  add_coming(coming);
  for (Puller* puller : shared_.pullers())
    if (puller != this) puller->give_up_waiting(coming);
}

bool Puller::waits() const {
  return std::ranges::any_of(
      asked_, [](const auto& entry) { return entry.second.waited && !entry.second.begun; });
}

// What answers that have begun bring.
void Puller::add_coming(std::set<object::Address>& out) const {
  for (const auto& [stream, asked] : asked_)
    for (std::size_t i = asked.next; asked.begun && i < asked.wants.size(); ++i)
      out.insert(asked.wants[i].address);
}

// Who waits here for nothing else need not.
void Puller::give_up_waiting(const std::set<object::Address>& coming) {
  for (auto at = asked_.begin(); at != asked_.end();) {
    const auto& [stream, asked] = *at++;
    if (!asked.waited || asked.begun || asked.next == asked.wants.size()) continue;
    bool all = true;
    for (std::size_t i = asked.next; all && i < asked.wants.size(); ++i)
      all = coming.contains(asked.wants[i].address) || shared_.here(asked.wants[i].address);
    if (all) give_up(stream);
  }
}

// --- When nothing is left to ask for

// Something is for another session to fetch. True where this one can go on.
bool Puller::look_again() {
  if (seen_released_ != shared_.released()) {
    restart_here();
    return true;
  }
  if (hedge()) return true;
  if (others_at_work()) return false;
  if (!parked_.empty()) {
    retry_parked();
    return !again_.empty();
  }
  if (shared_.claims() > 0) return false;
  restart_here();
  return true;
}

// Asks for the end of what takes longest with another peer.
bool Puller::hedge() {
  const SharedRepository::Use& use = shared_.use();
  if (use.wasted * kHedgeWastePart > use.came) return false;
  Puller* slow = nullptr;
  Duration longest = kHedgeGain + 2 * pace_.latency();
  for (Puller* puller : shared_.pullers()) {
    const auto left = puller == this ? std::nullopt : puller->left(now_);
    if (!left || *left < longest) continue;
    longest = *left;
    slow = puller;
  }
  if (slow == nullptr) return false;
  // So much that both are done at the same time.
  const double own = pace_.rate(now_).value_or(0);
  const double theirs = slow->put_off_ ? 0 : slow->pace_.rate(now_).value_or(0);
  const double part = own > 0 ? own / (own + theirs) : 0.5;
  const auto bytes = static_cast<std::uint64_t>(part * static_cast<double>(slow->bytes_ahead()));
  Tail tail = slow->tail(std::min(bytes, 2 * ahead_max()), *this);
  if (tail.wants.empty()) return false;
  Request request;
  for (const Want& want : tail.wants) {
    shared_.claim_too(want.address);
    request.addresses.push_back(want.address);
    ++lacking_[want.manifest].open;
  }
  if (!send(std::move(request), std::move(tail.wants))) return false;
  asked_.rbegin()->second.contested = true;
  return true;
}

std::size_t Puller::lacking_at(const object::Id& root) const {
  const auto at = std::ranges::find(lacking_, root, [](const Lacking& m) { return m.root.root; });
  return at == lacking_.end() ? kNoManifest : static_cast<std::size_t>(at - lacking_.begin());
}

// The end of what this peer is asked for, for another one: the last first, so that the two meet.
Puller::Tail Puller::tail(std::uint64_t bytes_max, Puller& other) {
  Tail out;
  for (auto at = asked_.rbegin(); at != asked_.rend(); ++at)
    if (at->second.plan == plan_ && !take_tail(at->second, bytes_max, other, out)) break;
  return out;
}

bool Puller::take_tail(Asked& asked, std::uint64_t bytes_max, Puller& other, Tail& out) {
  for (std::size_t i = asked.wants.size(); i-- > asked.next;) {
    if (out.bytes >= bytes_max || out.wants.size() == kRequestAddressesMax) return false;
    Want want = asked.wants[i];
    if (want.manifest == kNoManifest || shared_.claims(want.address) > 1 ||
        shared_.here(want.address) || other.refused_.contains(want.address))
      continue;
    want.manifest = other.lacking_at(lacking_[want.manifest].root.root);
    if (want.manifest == kNoManifest) continue;
    asked.contested = true;
    out.bytes += want.bytes;
    out.wants.push_back(want);
  }
  return true;
}

}  // namespace hn::net
