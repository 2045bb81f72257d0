#include <doctest/doctest.h>

#include "support/loop_port.hpp"
#include "support/memory_sync_host.hpp"

// A host that judges what it is given later, as one with a thread for it does.
namespace hn::net {
namespace {

using namespace hn::testing;

class LateHost final : public MemorySyncHost {
 public:
  using MemorySyncHost::MemorySyncHost;

  void submit_block(const object::Address& address, WireBlock block) override {
    jobs_.push_back({address, std::move(block)});
    most_waiting = std::max(most_waiting, jobs_.size());
  }
  void submit_flush() override { jobs_.push_back({std::nullopt, {}}); }
  std::optional<Verdict> next_verdict(bool wait) override {
    if (wait) judge(jobs_.size());
    if (verdicts_.empty()) return std::nullopt;
    Verdict verdict = std::move(verdicts_.front());
    verdicts_.pop_front();
    return verdict;
  }
  bool busy() const override { return jobs_.size() >= busy_at; }

  // Does the oldest jobs; false if there was none.
  bool judge(std::size_t count) {
    const bool any = !jobs_.empty();
    for (; count > 0 && !jobs_.empty(); --count) {
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      Verdict verdict;
      if (job.first)
        verdict.written = write_block(*job.first, job.second);
      else
        verdict.written = flush() ? Written::stored : Written::failed;
      if (verdict.written == Written::base_missing) verdict.block = std::move(job.second);
      verdicts_.push_back(std::move(verdict));
    }
    return any;
  }

  std::size_t busy_at = 10;
  std::size_t most_waiting = 0;

 private:
  std::deque<std::pair<std::optional<object::Address>, WireBlock>> jobs_;
  std::deque<Verdict> verdicts_;
};

std::vector<std::string> chunks(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(std::string(3000, static_cast<char>('a' + i % 26)) + std::to_string(i));
  return out;
}

struct Late {
  Late()
      : genesis(MemorySyncHost::genesis("anna")),
        anna("anna", genesis.id),
        bert("bert", genesis.id) {
    anna.learn(genesis);
    anna.grant("bert");
    a.core->add_host(anna);
    b.core->add_host(bert);
  }
  void call() { b.core->call({}, connect(b, a), bert, std::nullopt); }
  // Lets both talk; whenever neither has anything to say, so many verdicts come.
  void run_late(std::size_t at_a_time) {
    do {
      CHECK(run({&a, &b}));
      b.core->host_judged({}, bert);
    } while (bert.judge(at_a_time) || b.core->work({}));
    CHECK(run({&a, &b}));
  }
  log::SignedEntry genesis;
  MemorySyncHost anna;
  LateHost bert;
  LoopEnd a{"anna"}, b{"bert"};
};

TEST_CASE("blocks that are judged late are all there in the end, and few wait") {
  for (const std::size_t at_a_time : {1U, 3U, 1000U}) {
    Late t;
    // Messages of 3 KB in pieces of 64 KB: what is read in one piece is handed over whole.
    t.anna.publish(chunks(400));
    t.call();
    t.run_late(at_a_time);
    CHECK(t.b.agreed());
    for (const std::string& chunk : chunks(400)) CHECK(t.bert.holds(chunk));
    CHECK(t.bert.most_waiting < 60);
    CHECK(t.bert.written_twice == 0);
    CHECK(t.b.last<SyncProgress>()->blocks_in >= 400);
  }
}

TEST_CASE("nothing is said to be agreed while blocks wait to be judged") {
  Late t;
  t.bert.busy_at = 10'000;
  t.anna.publish(chunks(50));
  t.call();
  CHECK(run({&t.a, &t.b}));
  CHECK_FALSE(t.b.agreed());
  CHECK_FALSE(t.a.agreed());
  t.run_late(1000);
  CHECK(t.b.agreed());
  CHECK(t.a.agreed());
}

class PreparingHost final : public MemorySyncHost {
 public:
  using MemorySyncHost::MemorySyncHost;
  bool preparing() const override { return is_preparing; }
  bool is_preparing = true;
};

TEST_CASE("while something is about to come nobody is told that this is all") {
  const log::SignedEntry genesis = MemorySyncHost::genesis("anna");
  PreparingHost anna("anna", genesis.id);
  MemorySyncHost bert("bert", genesis.id);
  LoopEnd a{"anna"}, b{"bert"};
  anna.learn(genesis);
  anna.grant("bert");
  a.core->add_host(anna);
  b.core->add_host(bert);
  b.core->call({}, connect(b, a), bert, std::nullopt);
  CHECK(run({&a, &b}));
  CHECK(bert.view().size() == anna.view().size());
  CHECK(b.last<SyncSettled>() == nullptr);
  anna.publish({"what was being written"});
  anna.is_preparing = false;
  a.core->host_changed(anna);
  CHECK(run({&a, &b}));
  CHECK(b.agreed());
  CHECK(bert.holds("what was being written"));
}

TEST_CASE("a wrong block that is found late costs the connection") {
  Late t;
  t.anna.publish(chunks(50));
  t.a.tap = [](StreamId, Bytes& bytes) {
    const std::size_t at = as_text(bytes).find(chunks(50)[20]);
    if (at != std::string_view::npos) bytes[at] ^= 1;
  };
  t.call();
  t.run_late(1);
  REQUIRE(t.b.last<SyncStrike>() != nullptr);
  CHECK(t.b.last<SyncFailed>()->reason == SyncFailure::wrong_block);
  CHECK_FALSE(t.bert.holds(chunks(50)[20]));
}

TEST_CASE("a connection that goes while blocks wait leaves what came to the next one") {
  Late t;
  t.bert.busy_at = 10'000;
  t.anna.publish(chunks(50));
  const ConnectionId line = connect(t.b, t.a);
  t.b.core->call({}, line, t.bert, std::nullopt);
  CHECK(run({&t.a, &t.b}));
  t.b.cut(line);
  t.run_late(1000);
  CHECK(t.bert.pending_count() > 0);
  t.call();
  t.run_late(5);
  CHECK(t.b.agreed());
  CHECK(t.bert.written_twice == 0);
}

}  // namespace
}  // namespace hn::net
