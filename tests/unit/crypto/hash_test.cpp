#include "hn/crypto/hash.hpp"

#include <doctest/doctest.h>

#include <random>

#include "hn/base/text.hpp"
#include "support/seed.hpp"

using namespace hn;
using namespace hn::crypto;
using hn::testing::seed_of_run;

namespace {

constexpr Purpose kCommit{"hn.commit"};

Bytes counting(std::size_t n) {
  Bytes out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Byte>(i);
  return out;
}

}  // namespace

// The values of the first three come from another implementation (CPython's hashlib and hmac).
TEST_CASE("BLAKE2b-256 mixes in its personalisation and its key") {
  CHECK(to_hex(hash(kCommit, counting(200))) ==
        "9e23f08444799da62601ccd8220f1fc5feeb42bfe904bc20166398560e44abbe");
  CHECK(to_hex(hash(kCommit, counting(200), counting(32))) ==
        "5b1e618816b76047c6f064d5365f5e43b0f33ce91510b578604c5510ae47df63");
  CHECK(to_hex(hash(Purpose{"hn.chunk"}, {})) ==
        "5ecb0cb254e178be4faef6de7a57143c99ba4e5d636b47346736c085f936b302");
}

TEST_CASE("a hash in parts is the hash of the whole") {
  const Bytes bytes = counting(1000);
  for (const std::size_t at : {0U, 1U, 127U, 128U, 129U, 999U, 1000U}) {
    Hasher plain(kCommit);
    plain.update(ByteView(bytes).first(at)).update(ByteView(bytes).subspan(at));
    CHECK(plain.finish() == hash(kCommit, bytes));
    Hasher keyed(kCommit, counting(16));
    keyed.update(ByteView(bytes).first(at)).update(ByteView(bytes).subspan(at));
    CHECK(keyed.finish() == hash(kCommit, bytes, counting(16)));
  }
}

TEST_CASE("many hashes at once are those of each alone") {
  const std::uint64_t seed = seed_of_run(11);
  MESSAGE("HN_SEED=" << seed);
  std::mt19937_64 random(seed);
  constexpr Purpose kPurposes[] = {Purpose{"hn.commit"}, Purpose{"sixteen bytes it"}, Purpose{""}};
  constexpr std::size_t kBorders[] = {0, 1, 127, 128, 129, 255, 256, 257, 384};
  for (int run = 0; run < 300; ++run) {
    std::vector<Bytes> messages(random() % 12);
    std::vector<HashInput> inputs;
    for (Bytes& message : messages) {
      const std::uint64_t kind = random() % 8;
      const std::size_t size = kind < 5    ? kBorders[random() % std::size(kBorders)]
                               : kind == 5 ? random() % 40'000
                                           : random() % 600;
      for (std::size_t i = 0; i < size; ++i) message.push_back(static_cast<Byte>(random() & 0xffU));
      inputs.push_back({&kPurposes[random() % std::size(kPurposes)], message});
    }
    const std::vector<Hash> hashes = hash_many(inputs);
    REQUIRE(hashes.size() == inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      INFO("run " << run << ", message " << i << " of " << inputs[i].bytes.size());
      CHECK(hashes[i] == hash(*inputs[i].purpose, inputs[i].bytes));
    }
  }
}

TEST_CASE("HMAC over BLAKE2b-512, keys shorter and longer than a block") {
  CHECK(to_hex(hmac_blake2b_512(counting(32), counting(200))) ==
        "5e7fee68184d80bd04266b060433fb02253aaaa1bbf5399ef3aded06aac0a908"
        "63d38defdc0efa90ee082552c1359793df31a1f98574a6e1895448f477eb7863");
  CHECK(to_hex(hmac_blake2b_512(counting(200), counting(200))) ==
        "a884855d5039360f47a3231ec6268eaa0a8386c4921d4981f16b5650d64cf42c"
        "9748cf573f08f7e289e9f89403c895b94b8888e04fac27d5ad6ee013f7d73ecc");
}

TEST_CASE("BLAKE2b-512 of abc is that of RFC 7693, appendix A") {
  CHECK(to_hex(blake2b_512(as_bytes("abc"))) ==
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST_CASE("SHA-256 is that of FIPS 180-4") {
  CHECK(to_hex(sha256(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
