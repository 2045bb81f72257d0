#pragma once

#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "hn/base/assert.hpp"
#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/net/endpoint.hpp"

// A network in virtual time, in one thread, from one seed: the same seed gives the same run.
//
// How to use it:
//
//   sim::Simulator sim(sim::seed_of_run(1));       // HN_SEED overrides; print it: INFO("seed ",
//   sim.seed()) sim::EndpointHost a(sim), b(sim);              // an Endpoint each, with a key and
//   an address sim.link(a.host(), b.host(), sim::wan());      // both directions; set_path() for
//   one b.on_event = [&](const net::Event& e) { ... }; // called as events happen; may give
//   commands auto c = a.endpoint().connect(sim.now(), b.address(), b.endpoint().public_key());
//   a.kick();                                      // after commands given from outside on_event
//   sim.run_for(std::chrono::seconds(5));          // or run_until([&] { return done; }, limit)
//
// Another sans-IO machine takes part by deriving from sim::Node (an Endpoint with a protocol on top
// passes the four calls on) and sim.add(node).
//
// Fault model: a link has a rate, a queue, delay, jitter (which reorders), loss (independent, and
// in bursts after Gilbert and Elliott), duplication, corruption of a byte, and a size above which
// datagrams vanish. Hosts can be parted in groups and healed, moved to another address, and a tap
// sees and may forge every datagram. Not modelled: hosts that run at different speeds, routing,
// ICMP.
namespace hn::sim {

using net::Datagram;
using net::PeerAddress;

inline std::uint64_t seed_of_run(std::uint64_t otherwise) {
  const char* s = std::getenv("HN_SEED");
  return s == nullptr ? otherwise : std::strtoull(s, nullptr, 10);
}

class Node {
 public:
  virtual ~Node() = default;
  virtual void handle_datagram(Time now, const PeerAddress& from, ByteView bytes) = 0;
  virtual void handle_timeout(Time now) = 0;
  virtual bool poll_transmit(Time now, Datagram& out) = 0;
  virtual std::optional<Time> next_timeout() const = 0;
  // After each of the above but poll_transmit: the place to look at events and give commands.
  virtual void settle(Time now) = 0;
};

struct HostId {
  std::size_t value = 0;
  friend auto operator<=>(const HostId&, const HostId&) = default;
};

// One direction of a link.
struct Path {
  double bits_per_second = 1e9;
  std::size_t queue_bytes = 256 * 1024;
  Duration delay = std::chrono::microseconds(100);
  Duration jitter{};        // uniform on top of delay; packets overtake each other
  double loss = 0;          // each datagram for itself
  double burst_begin = 0;   // Gilbert-Elliott: chance per datagram to enter the bad state ...
  double burst_end = 0.25;  // ... and to leave it
  double burst_loss = 0;    // loss in the bad state
  double duplicate = 0;
  double corrupt = 0;           // one bit of the datagram is turned
  std::size_t largest = 65535;  // what is larger vanishes without a word

  Path with_loss(double p) const {
    Path out = *this;
    out.loss = p;
    return out;
  }
};

// The bandwidth-delay product of both ways as the queue.
inline Path path(double mbit, Duration delay) {
  Path p;
  p.bits_per_second = mbit * 1e6;
  p.delay = delay;
  p.queue_bytes = std::max<std::size_t>(
      30'000, static_cast<std::size_t>(p.bits_per_second / 8 *
                                       std::chrono::duration<double>(2 * delay).count()));
  return p;
}
inline Path lan() {
  return path(1000, std::chrono::microseconds(100));
}
inline Path wan() {
  return path(20, std::chrono::milliseconds(20));
}
inline Path satellite() {
  return path(20, std::chrono::milliseconds(300));
}
inline Path mesh() {
  Path p = path(10, std::chrono::milliseconds(5));
  p.jitter = std::chrono::milliseconds(4);
  p.burst_begin = 0.002;
  p.burst_loss = 0.5;
  return p;
}

struct Traffic {
  std::uint64_t datagrams = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped_queue = 0;
  std::uint64_t dropped_loss = 0;
  std::uint64_t delivered = 0;
};

class Simulator {
 public:
  explicit Simulator(std::uint64_t seed) : seed_(seed), random_(seed) {}

  std::uint64_t seed() const noexcept { return seed_; }
  SeededRandom& random() noexcept { return random_; }
  Time now() const noexcept { return now_; }

  // `node` outlives the simulator's runs.
  HostId add(Node& node) {
    hosts_.push_back({&node, fresh_address(), {}, 0, false, {}});
    by_address_[hosts_.back().address] = hosts_.size() - 1;
    return {hosts_.size() - 1};
  }
  const PeerAddress& address(HostId h) const { return hosts_[h.value].address; }

  void link(HostId a, HostId b, const Path& p) {
    set_path(a, b, p);
    set_path(b, a, p);
  }
  void set_path(HostId from, HostId to, const Path& p) { wires_[{from.value, to.value}].path = p; }
  // What a host sends to all others together goes through one queue first.
  void set_uplink(HostId h, double bits_per_second, std::size_t queue_bytes) {
    hosts_[h.value].uplink = Uplink{bits_per_second, queue_bytes, {}};
  }
  Path& path_of(HostId from, HostId to) { return wires_[{from.value, to.value}].path; }
  const Traffic& traffic(HostId from, HostId to) { return wires_[{from.value, to.value}].traffic; }

  // Only hosts of one group reach each other; who is in no group reaches nobody. heal() ends it.
  void partition(std::vector<std::vector<HostId>> groups) {
    parted_ = true;
    for (Host& h : hosts_) h.group.reset();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (const HostId h : groups[g]) hosts_[h.value].group = g;
    }
  }
  void heal() { parted_ = false; }
  // A host that is off hears and says nothing; its timers go on.
  void turn(HostId h, bool on) { hosts_[h.value].off = !on; }

  // How hosts reach each other that no link was made for; without it they do not.
  std::function<Path(HostId from, HostId to)> everywhere;

  // The host is reached at a new address from now on, and sends from there.
  PeerAddress move(HostId h) {
    by_address_.erase(hosts_[h.value].address);
    hosts_[h.value].address = fresh_address();
    by_address_[hosts_[h.value].address] = h.value;
    return hosts_[h.value].address;
  }

  // Sees each datagram as it leaves a host; false swallows it.
  std::function<bool(HostId from, const PeerAddress& from_address, const Datagram&)> tap;

  // A datagram from nowhere: `from` may be anyone's address, or no one's.
  void inject(const PeerAddress& from, HostId to, ByteView bytes, Duration after = {}) {
    push(now_ + after, Arrival{to.value, from, to_bytes(bytes)});
  }
  PeerAddress fresh_address() {
    std::array<Byte, 18> bytes{};
    const std::uint64_t n = ++addresses_;
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<Byte>(n >> (8 * i));
    return *PeerAddress::from(bytes);
  }

  void after(Duration d, std::function<void()> what) { push(now_ + d, std::move(what)); }

  // Events, output and timer of a host are looked at again; after commands from outside.
  void kick(HostId h) { service(h.value); }

  void run_for(Duration d) {
    const Time end = now_ + d;
    while (!queue_.empty() && queue_.top().time <= end) step();
    now_ = end;
  }
  // Runs until `done`, at most `limit`; says whether it was.
  bool run_until(const std::function<bool()>& done, Duration limit) {
    const Time end = now_ + limit;
    while (!done()) {
      if (queue_.empty() || queue_.top().time > end) {
        now_ = end;
        return done();
      }
      step();
    }
    return true;
  }
  std::uint64_t steps() const noexcept { return steps_; }

 private:
  struct Uplink {
    double bits_per_second = 0;
    std::size_t queue_bytes = 0;
    Time busy_until{};
  };
  struct Host {
    Node* node;
    PeerAddress address;
    std::optional<std::size_t> group;
    std::uint64_t wake_generation;
    bool off = false;
    std::optional<Uplink> uplink{};
  };
  struct Wire {
    Path path;
    Time busy_until{};
    bool bad = false;
    Traffic traffic;
  };
  struct Arrival {
    std::size_t host;
    PeerAddress from;
    Bytes bytes;
  };
  struct Wake {
    std::size_t host;
    std::uint64_t generation;
  };
  using What = std::variant<Arrival, Wake, std::function<void()>>;
  struct Item {
    Time time;
    std::uint64_t sequence;
    std::shared_ptr<What> what;
    bool operator<(const Item& o) const {
      return std::tie(o.time, o.sequence) < std::tie(time, sequence);
    }
  };

  void push(Time t, What w) { queue_.push({t, sequence_++, std::make_shared<What>(std::move(w))}); }
  bool chance(double p) { return p > 0 && static_cast<double>(random_.next() >> 11) * 0x1p-53 < p; }

  void step() {
    const Item item = queue_.top();
    queue_.pop();
    now_ = std::max(now_, item.time);
    ++steps_;
    if (auto* a = std::get_if<Arrival>(item.what.get())) {
      hosts_[a->host].node->handle_datagram(now_, a->from, a->bytes);
      service(a->host);
    } else if (auto* w = std::get_if<Wake>(item.what.get())) {
      if (w->generation != hosts_[w->host].wake_generation) return;
      hosts_[w->host].node->handle_timeout(now_);
      service(w->host);
    } else {
      std::get<std::function<void()>> (*item.what)();
    }
  }

  void service(std::size_t h) {
    Node& node = *hosts_[h].node;
    node.settle(now_);
    while (node.poll_transmit(now_, datagram_)) {
      send(h);
      node.settle(now_);
    }
    const std::uint64_t generation = ++hosts_[h].wake_generation;
    const auto next = node.next_timeout();
    if (!next) return;
    // A node that is due again at once has not done what it was woken for.
    idle_wakes_ = *next <= now_ ? idle_wakes_ + 1 : 0;
    HN_ASSERT(idle_wakes_ < 1000);
    push(std::max(*next, now_), Wake{h, generation});
  }

  void send(std::size_t from) {
    if (tap && !tap({from}, hosts_[from].address, datagram_)) return;
    const auto found = by_address_.find(datagram_.to);
    if (found == by_address_.end()) return;
    const std::size_t to = found->second;
    if (parted_ && (!hosts_[from].group || hosts_[from].group != hosts_[to].group)) return;
    if (hosts_[from].off || hosts_[to].off) return;
    auto wire = wires_.find({from, to});
    if (wire == wires_.end()) {
      if (!everywhere) return;
      wire = wires_.insert({{from, to}, Wire{everywhere({from}, {to}), {}, false, {}}}).first;
    }
    const auto out = hosts_[from].uplink ? through(*hosts_[from].uplink) : now_;
    if (out) carry(wire->second, from, to, *out);
  }

  // When the datagram is out of the uplink, if that takes it.
  std::optional<Time> through(Uplink& up) {
    const Time start = std::max(now_, up.busy_until);
    const double queued = seconds_of(start - now_) * up.bits_per_second / 8;
    const std::size_t size = datagram_.bytes.size();
    if (queued + static_cast<double>(size) > static_cast<double>(up.queue_bytes))
      return std::nullopt;
    up.busy_until =
        start + of_seconds(static_cast<double>(size + kHeaders) * 8 / up.bits_per_second);
    return up.busy_until;
  }
  static double seconds_of(Duration d) { return std::chrono::duration<double>(d).count(); }
  static Duration of_seconds(double s) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
  }

  void carry(Wire& wire, std::size_t from, std::size_t to, Time ready) {
    const Path& p = wire.path;
    ++wire.traffic.datagrams;
    wire.traffic.bytes += datagram_.bytes.size();
    const std::size_t size = datagram_.bytes.size();
    if (size > p.largest) return;
    const Time start = std::max(ready, wire.busy_until);
    const double queued = seconds_of(start - ready) * p.bits_per_second / 8;
    if (queued + static_cast<double>(size) > static_cast<double>(p.queue_bytes)) {
      ++wire.traffic.dropped_queue;
      return;
    }
    const double wire_seconds = static_cast<double>(size + kHeaders) * 8 / p.bits_per_second;
    wire.busy_until = start + of_seconds(wire_seconds);
    wire.bad = wire.bad ? !chance(p.burst_end) : chance(p.burst_begin);
    if (chance(p.loss) || (wire.bad && chance(p.burst_loss))) {
      ++wire.traffic.dropped_loss;
      return;
    }
    ++wire.traffic.delivered;
    const int copies = chance(p.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      Bytes bytes = datagram_.bytes;
      if (chance(p.corrupt))
        bytes[random_.below(bytes.size())] ^= static_cast<Byte>(1U << random_.below(8));
      Duration d = p.delay;
      if (p.jitter.count() > 0)
        d += Duration(
            static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(p.jitter.count()))));
      push(wire.busy_until + d, Arrival{to, hosts_[from].address, std::move(bytes)});
    }
  }

  static constexpr std::size_t kHeaders = 28;  // IPv4 and UDP share the link

  std::uint64_t seed_;
  SeededRandom random_;
  Time now_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t addresses_ = 0;
  std::uint64_t idle_wakes_ = 0;
  bool parted_ = false;
  std::priority_queue<Item> queue_;
  std::vector<Host> hosts_;
  std::map<PeerAddress, std::size_t> by_address_;
  std::map<std::pair<std::size_t, std::size_t>, Wire> wires_;
  Datagram datagram_;
};

// A host that is one Endpoint. Events go to on_event as they happen.
class EndpointHost final : public Node {
 public:
  explicit EndpointHost(Simulator& sim, net::EndpointConfig config = {})
      : sim_(sim),
        random_(sim.random().next()),
        endpoint_(crypto::AgreementKey::generate(random_), random_, config),
        host_(sim.add(*this)) {}

  std::function<void(const net::Event&)> on_event;

  net::Endpoint& endpoint() noexcept { return endpoint_; }
  HostId host() const noexcept { return host_; }
  const PeerAddress& address() const { return sim_.address(host_); }
  void kick() { sim_.kick(host_); }

  void handle_datagram(Time now, const PeerAddress& from, ByteView bytes) override {
    endpoint_.handle_datagram(now, from, bytes);
  }
  void handle_timeout(Time now) override { endpoint_.handle_timeout(now); }
  bool poll_transmit(Time now, Datagram& out) override { return endpoint_.poll_transmit(now, out); }
  std::optional<Time> next_timeout() const override { return endpoint_.next_timeout(); }
  void settle(Time) override {
    while (auto e = endpoint_.poll_event()) {
      if (on_event) on_event(*e);
    }
  }

 private:
  Simulator& sim_;
  SeededRandom random_;
  net::Endpoint endpoint_;
  HostId host_;
};

}  // namespace hn::sim
