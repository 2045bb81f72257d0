#include "net/noise.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/text.hpp"

namespace hn::net {
namespace {

// Gives the vector's ephemeral secret to whoever asks for 32 bytes.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<Byte> out) override {
    REQUIRE(out.size() == bytes_.size());
    std::ranges::copy(bytes_, out.begin());
  }

 private:
  Bytes bytes_;
};

Bytes hex(const nlohmann::json& v, const char* field) {
  const auto bytes = from_hex(v.at(field).get<std::string>());
  REQUIRE(bytes);
  return *bytes;
}

crypto::AgreementKey secret(const Bytes& bytes) {
  std::array<Byte, 32> s{};
  REQUIRE(bytes.size() == s.size());
  std::ranges::copy(bytes, s.begin());
  return crypto::AgreementKey::from_secret(s);
}

struct Side {
  crypto::AgreementKey key;
  NoiseHandshake noise;
};

Side side(const nlohmann::json& v, bool initiator, NoisePattern pattern) {
  const std::string who = initiator ? "init_" : "resp_";
  FixedRandom random(hex(v, (who + "ephemeral").c_str()));
  crypto::AgreementKey key = secret(hex(v, (who + "static").c_str()));
  std::optional<crypto::TransportKey> remote;
  if (initiator && pattern == NoisePattern::ik) {
    remote.emplace();
    std::ranges::copy(hex(v, "init_remote_static"), remote->bytes.begin());
  }
  NoiseHandshake noise(pattern, initiator, key, random, hex(v, (who + "prologue").c_str()), remote);
  return {std::move(key), std::move(noise)};
}

// Runs one vector in the common layout of Noise vectors and returns the index of the first message
// that differs, or the number of messages.
std::size_t agreeing_messages(const nlohmann::json& v) {
  const bool ik = v.at("protocol_name").get<std::string>().find("_IK_") != std::string::npos;
  Side a = side(v, true, ik ? NoisePattern::ik : NoisePattern::xx);
  Side b = side(v, false, ik ? NoisePattern::ik : NoisePattern::xx);
  std::size_t i = 0;
  std::uint64_t sent[2] = {0, 0};
  for (const auto& m : v.at("messages")) {
    Side& from = i % 2 == 0 ? a : b;
    Side& to = i % 2 == 0 ? b : a;
    const Bytes payload = hex(m, "payload");
    const Bytes expected = hex(m, "ciphertext");
    Bytes out;
    if (!from.noise.done()) {
      if (!from.noise.write(from.key, payload, out) || out != expected) return i;
      const auto got = to.noise.read(to.key, expected);
      if (!got || *got != payload) return i;
    } else {
      const auto keys = from.noise.split();
      const auto& key = i % 2 == 0 ? keys.first : keys.second;
      out.resize(payload.size() + crypto::kTagBytes);
      crypto::seal(key, sent[i % 2]++, {}, payload, out);
      if (out != expected) return i;
    }
    ++i;
  }
  if (v.contains("handshake_hash") &&
      to_hex(a.noise.hash()) != v.at("handshake_hash").get<std::string>()) {
    return 0;
  }
  return a.noise.hash() == b.noise.hash() ? i : 0;
}

nlohmann::json read_json(const std::string& path) {
  std::ifstream in(path);
  REQUIRE(in.good());
  return nlohmann::json::parse(in);
}

TEST_CASE("the vectors of hn-protocol(7) are reproduced") {
  const auto file = read_json(HN_VECTORS "/noise.json");
  CHECK(file.at("vectors").size() >= 4);
  for (const auto& v : file.at("vectors")) {
    CHECK(agreeing_messages(v) == v.at("messages").size());
  }
}

TEST_CASE("published vectors of the patterns in use are reproduced") {
  const auto file = read_json(HN_VECTORS "/noise_published.json");
  CHECK(file.at("vectors").size() == 2);
  for (const auto& v : file.at("vectors")) {
    CHECK(agreeing_messages(v) == v.at("messages").size());
  }
}

struct Pair {
  SeededRandom random{7};
  crypto::AgreementKey ka = crypto::AgreementKey::generate(random);
  crypto::AgreementKey kb = crypto::AgreementKey::generate(random);
  NoiseHandshake a{NoisePattern::ik, true, ka, random, {}, kb.public_key()};
  NoiseHandshake b{NoisePattern::ik, false, kb, random, {}, std::nullopt};
};

TEST_CASE("a forged message leaves the handshake as it was") {
  Pair p;
  Bytes first;
  REQUIRE(p.a.write(p.ka, as_bytes("hello"), first));
  for (std::size_t i = 0; i < first.size(); ++i) {
    Bytes forged = first;
    forged[i] ^= 1;
    CHECK_FALSE(p.b.read(p.kb, forged));
    CHECK_FALSE(p.b.read(p.kb, ByteView(first).first(i)));
  }
  const auto payload = p.b.read(p.kb, first);
  REQUIRE(payload);
  CHECK(as_text(*payload) == "hello");
  CHECK(p.b.remote_static() == p.ka.public_key());
}

TEST_CASE("a prologue that differs ends the handshake") {
  Pair p;
  NoiseHandshake other(NoisePattern::ik, false, p.kb, p.random, as_bytes("x"), std::nullopt);
  Bytes first;
  REQUIRE(p.a.write(p.ka, {}, first));
  CHECK_FALSE(other.read(p.kb, first));
}

TEST_CASE("keys of small order are refused") {
  Pair p;
  Bytes first(32 + 48 + 16, 0);  // an all-zero ephemeral key
  CHECK_FALSE(p.b.read(p.kb, first));
}

}  // namespace
}  // namespace hn::net
