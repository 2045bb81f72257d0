#include "net/turns.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace hn::net {
namespace {

// Every fourth turn goes to who has waited longest: nobody waits for ever, and newcomers can begin.
constexpr std::uint64_t kByWaiting = 4;
constexpr double kFreeBytes = 1024 * 1024;
constexpr double kWorthwhile = 0.5;
// Who delivers more than this part of what a narrow uplink can has nothing to try.
constexpr double kFull = 0.5;

double merit(const Taker& taker) noexcept {
  return static_cast<double>(taker.gave) / (static_cast<double>(taker.took) + kFreeBytes);
}

}  // namespace

std::uint64_t taken_freely(std::optional<NarrowUplink> narrow) noexcept {
  if (!narrow) return kTakenFreely;
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(narrow->rate / 2), kTakenFreelyMin,
                                   kTakenFreely);
}

std::size_t turns_at_once(std::optional<NarrowUplink> narrow) noexcept {
  if (!narrow) return kTurnsAtOnce;
  return std::clamp<std::size_t>(static_cast<std::size_t>(narrow->rate / kTurnRate), 1,
                                 kTurnsAtOnce);
}

void Turns::forget_others(std::span<const Taker> takers) {
  std::set<SyncId> now;
  for (const Taker& taker : takers) now.insert(taker.id);
  std::erase_if(served_, [&](SyncId id) { return !now.contains(id); });
  std::erase_if(places_, [&](const auto& entry) { return !now.contains(entry.first); });
}

void Turns::end_turns(Time now, std::span<const Taker> takers, std::optional<NarrowUplink> narrow) {
  for (auto at = served_.begin(); at != served_.end();) {
    Time& since = places_.at(*at).since;
    if (now < since + kTurn) {
      ++at;
      continue;
    }
    since = now;
    // What was written cannot be taken back: it would share the uplink with who comes next.
    if (narrow && std::ranges::find(takers, *at, &Taker::id)->gave_all) {
      ++at;
      continue;
    }
    at = served_.erase(at);
  }
}

// While more are waiting, and the uplink is not known to be full. One more that has its share of
// what there was proves nothing; half of what each of the others gets, beyond that, does.
void Turns::try_more(Time now, std::size_t takers, std::uint64_t delivered,
                     std::optional<NarrowUplink> narrow) {
  if (const std::size_t begin_with = turns_at_once(narrow); begin_with_ != begin_with) {
    at_once_ = begin_with_ = begin_with;
    trial_.reset();
    before_ = 0;
  }
  if (takers <= at_once_) {
    trial_.reset();
    before_ = 0;
    if (takers == 0) at_once_ = begin_with_;
    return;
  }
  // At first what all of them took freely is still on its way.
  if (!trial_) {
    trial_ = {now, delivered};
    trial_again_ = std::max(trial_again_, now + 2 * kTrial);
  }
  const Duration passed = now - trial_->begun;
  if (passed < kTrial) return;
  const double rate = static_cast<double>(delivered - trial_->delivered) /
                      std::chrono::duration<double>(passed).count();
  trial_ = {now, delivered};
  if (before_ > 0) {
    const auto more = static_cast<double>(at_once_ - before_);
    if (rate - rate_before_ <= kWorthwhile * more * rate_before_ / static_cast<double>(before_)) {
      at_once_ = before_;
      before_ = 0;
      trial_again_ = now + kTrialPause;
      return;
    }
  }
  if (now < trial_again_ || (narrow && (narrow->full || rate > kFull * narrow->rate))) return;
  before_ = at_once_;
  rate_before_ = rate;
  at_once_ += std::max<std::size_t>(1, at_once_ / 2);
}

const std::set<SyncId>& Turns::choose(Time now, std::span<const Taker> takers,
                                      std::uint64_t delivered, std::optional<NarrowUplink> narrow) {
  forget_others(takers);
  std::vector<Taker> waiting;
  for (const Taker& taker : takers) places_.try_emplace(taker.id, Place{now, 0, lots_.next()});
  try_more(now, takers.size(), delivered, narrow);
  if (takers.size() > at_once_) end_turns(now, takers, narrow);
  for (const Taker& taker : takers)
    if (!served_.contains(taker.id)) waiting.push_back(taker);
  const auto longest = [&](const Taker& a, const Taker& b) {
    const Place& x = places_.at(a.id);
    const Place& y = places_.at(b.id);
    return std::tie(x.since, x.turns, a.id) < std::tie(y.since, y.turns, b.id);
  };
  const auto by_lot = [&](const Taker& a, const Taker& b) {
    const Place& x = places_.at(a.id);
    const Place& y = places_.at(b.id);
    return narrow ? std::tie(x.turns, x.lot, a.id) < std::tie(y.turns, y.lot, b.id) : longest(a, b);
  };
  while (served_.size() < at_once_ && !waiting.empty()) {
    ++given_;
    const auto next = given_ % kByWaiting == 0
                          ? std::ranges::min_element(waiting, longest)
                          : std::ranges::min_element(waiting, [&](const Taker& a, const Taker& b) {
                              const double x = merit(a);
                              const double y = merit(b);
                              return x != y ? x > y : by_lot(a, b);
                            });
    served_.insert(next->id);
    Place& place = places_.at(next->id);
    place = {now, place.turns + 1, lots_.next()};
    waiting.erase(next);
  }
  return served_;
}

std::optional<Time> Turns::next() const {
  if (places_.size() <= served_.size()) return std::nullopt;
  std::optional<Time> first;
  for (const SyncId id : served_) {
    const Time end = places_.at(id).since + kTurn;
    if (!first || end < *first) first = end;
  }
  if (trial_ && first) first = std::min(*first, trial_->begun + kTrial);
  return first;
}

}  // namespace hn::net
