// How news spreads among many peers, in virtual time: rows for plots.
//
//   cmake --build build/release --target sim_crowd
//   build/release/tests/sim/sim_crowd crowd PEERS [LOSS [CHURN [COMMITS]]]
//   build/release/tests/sim/sim_crowd basefs [SCENARIO]
//
// `crowd`: one row for each commit of 700 bytes, a second or more apart, among so many peers of
// which CHURN (a share) is off for a minute each minute. `basefs`: the shapes that the BaseFS
// evaluation used (30 hosts, all in one network, delay with a fifth of deviation, 1 and 8 messages
// and 122 KB), median, 95 % and last of 29 receivers in seconds. HN_SEED gives another run.
#include <sys/resource.h>

#include <cstdio>
#include <cstring>

#include "sim/crowd.hpp"

namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

double megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::pair<double, std::size_t> degrees(const BigCrowd& crowd) {
  std::size_t sum = 0, most = 0;
  for (const auto& peer : crowd.peers) {
    sum += peer->here();
    most = std::max(most, peer->here());
  }
  return {static_cast<double>(sum) / static_cast<double>(crowd.peers.size()), most};
}

void run_crowd(std::size_t count, double loss, double churn, int commits) {
  CrowdShape shape;
  shape.peers = count;
  shape.loss = loss;
  shape.churn = churn;
  shape.arrival = seconds(60);
  const double before = megabytes();
  BigCrowd crowd(shape, 1);
  const double stores = megabytes();
  crowd.sim.run_for(seconds(150));
  const auto n = static_cast<double>(count);
  auto [mean, most] = degrees(crowd);
  std::printf("# %zu peers, loss %g, churn %g a minute; sessions: mean %.1f, most %zu\n", count,
              loss, churn, mean, most);
  crowd.bytes = 0;
  crowd.sim.run_for(seconds(60));
  const double idle = static_cast<double>(crowd.bytes) / n / 60;
  std::printf("# idle: %.0f bytes a second for each (sent)\n", idle);
  std::printf(
      "commit\tp50\tp90\tp99\tlast\twithout\treturn_p50\treturn_p99\tbytes_each\tdatagrams_each\n");
  for (int i = 0; i < commits; ++i) {
    crowd.bytes = crowd.datagrams = 0;
    const Time begun = crowd.sim.now();
    const Spread s = crowd.commit(static_cast<std::size_t>(i) % shape.writers, 500, seconds(120));
    crowd.sim.run_for(seconds(20));
    const Spread later = crowd.spread();
    const double took = std::chrono::duration<double>(crowd.sim.now() - begun).count();
    std::printf("%d\t%.3f\t%.3f\t%.3f\t%.3f\t%zu\t%.3f\t%.3f\t%.0f\t%.1f\n", i, s.at(0.5),
                s.at(0.9), s.at(0.99), s.times.empty() ? 0 : s.times.back(), s.without,
                later.after_return_at(0.5), later.after_return_at(0.99),
                static_cast<double>(crowd.bytes) / n - idle * took,
                static_cast<double>(crowd.datagrams) / n);
    std::fflush(stdout);
  }
  std::printf("# memory: %.0f KiB for each peer's store and keys, %.0f KiB with its connections\n",
              (stores - before) * 1024 / n, (megabytes() - before) * 1024 / n);
  std::printf("# strikes: %zu\n", crowd.strikes());
}

struct Scenario {
  const char* name;
  double loss = 0;
  milliseconds delay{5};
  double mbit = 100;
};

// Those alone whose name contains `part`.
void run_basefs(const char* part) {
  const Scenario scenarios[] = {
      {"baseline"},
      {"delay 160 ms", 0, milliseconds(160)},
      {"delay 640 ms", 0, milliseconds(640)},
      {"delay 2560 ms", 0, milliseconds(2560)},
      {"loss 10 %", 0.1},
      {"loss 20 %", 0.2},
      {"loss 30 %", 0.3},
      {"loss 40 %", 0.4},
      {"loss 50 %", 0.5},
      {"loss 60 %", 0.6},
      {"rate 128 kbit/s", 0, milliseconds(5), 0.128},
      {"rate 32 kbit/s", 0, milliseconds(5), 0.032},
      {"rate 16 kbit/s", 0, milliseconds(5), 0.016},
  };
  std::printf("scenario\tbytes\tp50\tp95\tlast\tof 29\n");
  for (const Scenario& scenario : scenarios) {
    if (std::strstr(scenario.name, part) == nullptr) continue;
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{2800}, std::size_t{122'000}}) {
      CrowdShape shape;
      shape.peers = 30;
      shape.loss = scenario.loss;
      shape.mbit = 1000;
      shape.uplink_mbit = scenario.mbit;
      shape.delay_min = scenario.delay * 4 / 5;
      shape.delay_max = scenario.delay * 6 / 5;
      shape.arrival = seconds(5);
      shape.first_known = 29;
      BigCrowd crowd(shape, 2);
      crowd.sim.run_for(seconds(200));
      const Spread s = crowd.commit(0, bytes, seconds(3600));
      std::printf("%s\t%zu\t%.2f\t%.2f\t%.2f\t%zu\n", scenario.name, bytes, s.at(0.5), s.at(0.95),
                  s.times.empty() ? 0 : s.times.back(), s.times.size());
      std::fflush(stdout);
    }
  }
}

int run(int count, char** words) {
  if (count > 2 && std::strcmp(words[1], "crowd") == 0) {
    const auto number = [&](int i, double otherwise) {
      return count > i ? std::atof(words[i]) : otherwise;
    };
    run_crowd(static_cast<std::size_t>(std::atoll(words[2])), number(3, 0), number(4, 0),
              static_cast<int>(number(5, 10)));
    return 0;
  }
  if ((count == 2 || count == 3) && std::strcmp(words[1], "basefs") == 0) {
    run_basefs(count == 3 ? words[2] : "");
    return 0;
  }
  std::fprintf(stderr,
               "usage: sim_crowd crowd PEERS [LOSS [CHURN [COMMITS]]] | basefs [SCENARIO]\n");
  return 2;
}

}  // namespace
}  // namespace hn::sim

int main(int count, char** words) {
  return hn::sim::run(count, words);
}
