#include "node/contact.hpp"

#include <algorithm>
#include <utility>

namespace hn::node {
namespace {

// Between a half more and a half less, so that what began together does not stay together.
Duration spread(Duration wait, Random& random) {
  std::array<Byte, 2> bytes{};
  random.fill(bytes);
  const double part = static_cast<double>(bytes[0] << 8 | bytes[1]) / 65536.0;
  return std::chrono::duration_cast<Duration>(wait * (0.5 + part));
}

}  // namespace

std::vector<std::string> Contact::places() const {
  std::vector<std::string> out = heard_;
  for (const std::string& place : known_) {
    if (std::ranges::find(out, place) == out.end()) out.push_back(place);
  }
  return out;
}

bool Contact::has_untried() const {
  const std::vector<std::string> all = places();
  return std::ranges::any_of(all, [&](const auto& place) { return !tried_.contains(place); });
}

void Contact::know(const std::vector<std::string>& places, Time now) {
  if (known_ == places) return;
  known_ = places;
  if (has_untried()) next_call_ = now;
}

void Contact::hear(const std::vector<std::string>& places, Time now) {
  std::vector<std::string> heard = places;
  for (const std::string& before : heard_) {
    if (std::ranges::find(heard, before) == heard.end()) heard.push_back(before);
  }
  if (heard.size() > kHeardMax) heard.resize(kHeardMax);
  if (heard == heard_) return;
  heard_ = std::move(heard);
  if (has_untried()) next_call_ = now;
}

std::optional<std::string> Contact::take_place(Time now) {
  for (std::string& place : places()) {
    if (!tried_.insert(place).second) continue;
    last_called = now;
    next_call_.reset();
    if (has_untried()) next_call_ = now + kStep;
    return std::move(place);
  }
  next_call_.reset();
  return std::nullopt;
}

bool Contact::failed(std::optional<net::SyncId> id, Time now, Random& random) {
  if (id) calls_.erase(*id);
  if (session) return false;
  if (has_untried()) {
    next_call_ = now;
    return false;
  }
  if (!calls_.empty()) return false;
  tried_.clear();
  pause(now, random);
  return true;
}

void Contact::pause(Time now, Random& random) {
  next_call_ = now + spread(wait_, random);
  wait_ = std::min(2 * wait_, kLongestWait);
}

std::set<net::SyncId> Contact::met(net::SyncId id, Time now) {
  session = id;
  met_ = now;
  problem.clear();
  tried_.clear();
  next_call_.reset();
  calls_.erase(id);
  return std::exchange(calls_, {});
}

// Who proves itself and is lost at once (no right, a store that fails) would else be called each
// second for ever.
std::set<net::SyncId> Contact::lost(Time now, Random& random) {
  session.reset();
  tried_.clear();
  if (now - met_ < kLasting) {
    pause(now, random);
  } else {
    wait_ = kFirstWait;
    next_call_ = now + kAgainWait;
  }
  return std::exchange(calls_, {});
}

std::set<net::SyncId> Contact::begin(Time at) {
  tried_.clear();
  next_call_ = at;
  return std::exchange(calls_, {});
}

}  // namespace hn::node
