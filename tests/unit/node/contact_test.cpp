#include <doctest/doctest.h>

#include "node/contact.hpp"

using namespace hn;
using namespace std::chrono_literals;
using node::Contact;

namespace {

// Always the middle: what is spread is not.
class Middle final : public Random {
 public:
  void fill(std::span<Byte> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i == 0 ? 0x80 : 0;
  }
};

Time at(Duration d) {
  return Time{} + d;
}

net::SyncId call(Contact& contact, std::uint64_t n) {
  contact.called({n});
  return {n};
}

}  // namespace

TEST_CASE("each place is called once in a round, a second apart, heard ones first") {
  Contact contact;
  contact.know({"a:1", "b:2"}, at(0s));
  contact.hear({"c:3", "b:2"}, at(0s));
  CHECK(contact.places() == std::vector<std::string>{"c:3", "b:2", "a:1"});
  CHECK(contact.is_due(at(0s)));
  CHECK(contact.take_place(at(0s)) == "c:3");
  CHECK(!contact.is_due(at(999ms)));
  CHECK(contact.is_due(at(1s)));
  CHECK(contact.take_place(at(1s)) == "b:2");
  CHECK(contact.take_place(at(2s)) == "a:1");
  CHECK(contact.take_place(at(3s)) == std::nullopt);
  CHECK(!contact.is_due(at(1h)));  // until the calls come to something
}

TEST_CASE("a call that fails makes room for the next place at once, the last one for a pause") {
  Contact contact;
  Middle random;
  contact.know({"a:1", "b:2"}, at(0s));
  contact.take_place(at(0s));
  const auto first = call(contact, 1);
  CHECK(!contact.failed(first, at(100ms), random));
  CHECK(contact.is_due(at(100ms)));
  contact.take_place(at(100ms));
  CHECK(contact.failed(call(contact, 2), at(200ms), random));
  CHECK(contact.next_call() == at(200ms + Contact::kFirstWait));
}

TEST_CASE("a round is over with its last call, and pauses grow to a limit") {
  Contact contact;
  Middle random;
  contact.know({"a:1", "b:2"}, at(0s));
  contact.take_place(at(0s));
  const auto slow = call(contact, 1);
  contact.take_place(at(1s));
  CHECK(!contact.failed(call(contact, 2), at(2s), random));
  CHECK(contact.failed(slow, at(20s), random));
  Duration longest{};
  Time now = at(20s);
  for (std::uint64_t n = 3; n < 20; ++n) {
    const Time next = *contact.next_call();
    CHECK(next - now >= longest);
    longest = next - now;
    now = next;
    contact.take_place(now);
    const auto one = call(contact, 2 * n);
    contact.take_place(now);
    const auto other = call(contact, 2 * n + 1);
    CHECK(!contact.failed(one, now, random));
    CHECK(contact.failed(other, now, random));
  }
  CHECK(longest == Contact::kLongestWait);
}

TEST_CASE("who is met is called no more, and in its turn again when it goes") {
  Contact contact;
  contact.know({"a:1", "b:2"}, at(0s));
  contact.take_place(at(0s));
  const auto first = call(contact, 1);
  contact.take_place(at(1s));
  const auto second = call(contact, 2);
  CHECK(contact.met(first, at(1s)) == std::set<net::SyncId>{second});
  CHECK(!contact.is_due(at(1h)));
  contact.hear({"c:3"}, at(2s));
  CHECK(!contact.is_due(at(1h)));
  contact.session.reset();
  CHECK(contact.begin(at(5s)).empty());
  CHECK(!contact.is_due(at(4s)));
  CHECK(contact.take_place(at(5s)) == "c:3");
}

TEST_CASE("what was heard last counts most, and only so much is kept") {
  Contact contact;
  for (int n = 0; n < 20; ++n) contact.hear({"a:" + std::to_string(n)}, at(0s));
  CHECK(contact.heard().size() == Contact::kHeardMax);
  CHECK(contact.heard().front() == "a:19");
  // Nothing new is no reason to call.
  while (contact.take_place(at(0s))) {
  }
  contact.hear({"a:19"}, at(1s));
  CHECK(!contact.is_due(at(1h)));
}

TEST_CASE(
    "who is lost as soon as it is met is called ever less often, and soon again once it stayed") {
  Contact contact;
  Middle random;
  contact.know({"a:1"}, at(0s));
  Time now = at(0s);
  Duration wait = Contact::kFirstWait;
  for (std::uint64_t n = 0; n < 12; ++n) {
    contact.take_place(now);
    contact.met(call(contact, n), now);
    now = now + (Contact::kLasting - 1ms);
    contact.lost(now, random);
    CHECK(!contact.session);
    CHECK(contact.next_call() == now + wait);
    now = now + wait;
    wait = std::min(2 * wait, Contact::kLongestWait);
  }
  CHECK(wait == Contact::kLongestWait);
  contact.take_place(now);
  contact.met(call(contact, 50), now);
  now = now + Contact::kLasting;
  CHECK(contact.lost(now, random).empty());
  CHECK(contact.next_call() == now + Contact::kAgainWait);
  // And the pauses are short again.
  now = now + Contact::kAgainWait;
  contact.take_place(now);
  CHECK(contact.failed(call(contact, 51), now, random));
  CHECK(contact.next_call() == now + Contact::kFirstWait);
}
