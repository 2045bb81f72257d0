#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/text.hpp"
#include "hn/log/link.hpp"
#include "net/sync_wire.hpp"

namespace hn::net {
namespace {

nlohmann::json vectors() {
  std::ifstream in(HN_VECTORS "/sync.json");
  REQUIRE(in.good());
  return nlohmann::json::parse(in);
}

Bytes hex(const nlohmann::json& j) {
  return *from_hex(j.get<std::string>());
}

template <class T>
T fixed(const nlohmann::json& j) {
  const Bytes bytes = hex(j);
  T out{};
  REQUIRE(bytes.size() == out.size());
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

// The bytes that come out again, or nothing where they do not decode.
std::optional<Bytes> round_trip(const std::string& decoder, ByteView bytes) {
  const auto again = [](const auto& m) { return encode(m); };
  if (decoder == "plain") {
    if (const auto m = decode_plain(bytes)) return std::visit(again, *m);
  } else if (decoder == "control") {
    if (const auto m = decode_control(bytes)) return std::visit(again, *m);
  } else if (decoder == "request") {
    if (const auto m = decode_request(bytes)) return encode(*m);
  } else if (decoder == "answer") {
    if (const auto m = decode_answer(bytes)) return std::visit(again, *m);
  }
  return std::nullopt;
}

TEST_CASE("frozen sync messages decode and come out the same") {
  const nlohmann::json all = vectors();
  CHECK(all["valid"].size() >= 18);
  for (const auto& v : all["valid"]) {
    CAPTURE(v["name"].get<std::string>());
    const auto again = round_trip(v["decoder"], hex(v["hex"]));
    REQUIRE(again);
    CHECK(*again == hex(v["hex"]));
  }
}

TEST_CASE("damaged sync messages are refused") {
  for (const auto all = vectors(); const auto& v : all.at("damaged")) {
    CAPTURE(v["why"].get<std::string>());
    CHECK_FALSE(round_trip(v["decoder"], hex(v["hex"])));
  }
}

TEST_CASE("every cut of a valid sync message is refused") {
  for (const auto all = vectors(); const auto& v : all.at("valid")) {
    CAPTURE(v["name"].get<std::string>());
    const Bytes whole = hex(v["hex"]);
    if (v["name"] == "sealed") continue;  // opaque: any length has its form
    for (std::size_t n = 0; n < whole.size(); ++n)
      CHECK_FALSE(round_trip(v["decoder"], ByteView(whole).first(n)));
  }
}

TEST_CASE("proofs have their frozen values") {
  const nlohmann::json v = vectors()["proof"];
  SessionBinding b;
  b.repository.bytes = fixed<Hash>(v["repository"]);
  b.handshake = fixed<HandshakeHash>(v["handshake"]);
  b.control = {v["control"].get<std::uint64_t>()};
  const crypto::TransportKey transport{fixed<Hash>(v["transport"])};
  const auto key = crypto::SigningKey::from_seed(fixed<Hash>(v["device_seed"]));
  const auto secret = fixed<std::array<Byte, 16>>(v["secret"]);
  CHECK(handle_of(b, Role::caller) == fixed<Hash>(v["handle_caller"]));
  CHECK(handle_of(b, Role::called) == fixed<Hash>(v["handle_called"]));
  CHECK(sealing_key(b, Role::caller) == fixed<Hash>(v["seal_caller"]));
  CHECK(sealing_key(b, Role::called) == fixed<Hash>(v["seal_called"]));
  const Bytes statement = hello_statement(b, Role::caller, transport);
  CHECK(statement == hex(v["statement_caller"]));
  CHECK(crypto::verify(key.public_key(), kHelloPurpose, statement,
                       {fixed<std::array<Byte, 64>>(v["signature_caller"])}));
  CHECK(join_proof(secret, b.repository, b.handshake, key.public_key()) ==
        fixed<Hash>(v["join_proof"]));
  SyncReceipt receipt{key.public_key(),
                      fixed<Hash>(v["receipt_frontier"]),
                      fixed<Hash>(v["receipt_state"]),
                      {fixed<std::array<Byte, 64>>(v["receipt_signature"])}};
  CHECK(verifies(receipt, b.repository));
  CHECK_FALSE(verifies(receipt, log::EntryId{}));
  receipt.frontier[0] ^= 1;
  CHECK_FALSE(verifies(receipt, b.repository));
  const Bytes sealed = hex(v["sealed_entries_end"]);
  Bytes plain(sealed.size() - crypto::kTagBytes);
  CHECK(crypto::open(sealing_key(b, Role::caller), 0, {}, sealed, plain));
  CHECK(plain == encode(EntriesEndMessage{1}));
}

TEST_CASE("the example of the page has the bytes of the page") {
  Request r;
  Hash address{}, root{};
  address.fill(0x11);
  root.fill(0x22);
  r.addresses.push_back({address});
  r.items.push_back({{{root}, 9, 900}, {{2, 2}, {7, 1}}});
  const std::string page =
      "0400"
      "00"
      "01" +
      to_hex(address) + "01" + to_hex(root) + "09" + "8407" + "02" + "0202" + "0301";
  CHECK(to_hex(ByteView(encode(r))) == page);
}

TEST_CASE("a join request proves itself to the secret it was made with and to no other") {
  std::array<Byte, 16> secret{}, other{};
  secret[0] = 1;
  JoinRequest r;
  r.invitation = log::invitation_id(secret);
  r.proof = join_proof(secret, r.repository, r.handshake, r.device);
  CHECK(r.proves(secret));
  CHECK_FALSE(r.proves(other));
  r.device.bytes[0] = 1;
  CHECK_FALSE(r.proves(secret));
}

}  // namespace
}  // namespace hn::net
