#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/net/sync_event.hpp"

namespace hn::node {

// A known peer of a repository: where it may be, and when it is called where. Places are HOST:PORT.
// They are called one after the other, a second apart, and the first that answers is kept; after a
// round in which none did, and after a session that came to nothing, there is a pause, longer each
// time.
class Contact {
 public:
  static constexpr std::size_t kHeardMax = net::kPlacesOfPeerMax;
  // Between rounds: doubled each time, up to the second.
  static constexpr Duration kFirstWait = std::chrono::seconds(5);
  static constexpr Duration kLongestWait = std::chrono::minutes(10);
  // A session that was over before it is as much use as a call without an answer.
  static constexpr Duration kLasting = std::chrono::seconds(30);
  // After one that lasted: a moment, in which the other end may call.
  static constexpr Duration kAgainWait = std::chrono::seconds(1);
  // Between the places of one round.
  static constexpr Duration kStep = std::chrono::seconds(1);

  // What the repository's records say.
  void know(const std::vector<std::string>& places, Time now);
  // What peers say; the latest counts most. Places that are new are called at once.
  void hear(const std::vector<std::string>& places, Time now);
  const std::vector<std::string>& heard() const noexcept { return heard_; }
  // Heard before known, each once.
  std::vector<std::string> places() const;

  // A place to call now, each once in a round.
  std::optional<std::string> take_place(Time now);
  void called(net::SyncId id) { calls_.insert(id); }
  // A call that came to nothing; or a place (no id) that could not even be called. True where that
  // was the last of a round.
  bool failed(std::optional<net::SyncId> id, Time now, Random& random);
  // A session is open; the calls that are still under way are for the caller to give up.
  std::set<net::SyncId> met(net::SyncId id, Time now);
  // The session is over: the next round begins soon where it lasted, else after a pause that grows
  // as if nobody had answered. Gives calls to be given up.
  std::set<net::SyncId> lost(Time now, Random& random);
  // There is a reason to try everything now. Gives calls to be given up.
  std::set<net::SyncId> begin(Time at);

  bool is_due(Time now) const noexcept { return !session && next_call_ && *next_call_ <= now; }
  bool is_calling() const noexcept { return !calls_.empty(); }
  std::optional<Time> next_call() const noexcept { return session ? std::nullopt : next_call_; }

  std::string label;
  std::string problem;                 // of the last call
  std::optional<net::SyncId> session;  // that is open
  std::optional<Time> last_called;

 private:
  bool has_untried() const;
  void pause(Time now, Random& random);

  std::vector<std::string> known_;
  std::vector<std::string> heard_;
  std::set<std::string> tried_;
  std::set<net::SyncId> calls_;
  std::optional<Time> next_call_ = Time{};
  Duration wait_ = kFirstWait;
  Time met_{};
};

}  // namespace hn::node
