#include "hn/log/entry.hpp"

#include <doctest/doctest.h>

#include "random_history.hpp"

namespace hn::log {
namespace {

using testing::Team;

// One entry of every payload, and of every optional part.
std::vector<SignedEntry> one_of_each() {
  Team t({"anna", "bob"}, Visibility::sealed, "vault");
  const EntryId fix = t.create("anna", "fix/1", "f1");
  t.grant("anna", "carl", Right::write, fix);
  Grant g;
  g.device = Team::device("dora");
  g.label = "dora";
  g.right = Right::read;
  g.path = "docs";
  g.invitation = InvitationId{{1, 2, 3}};
  t.write("anna", g);
  t.publish_on("carl", fix, "f2");
  t.sync_all();
  Publish p;
  p.place = Branch{fix};
  p.target = Target{object::Kind::commit, testing::commit_id("f3")};
  p.rewrites = *rewriting_live(t.view("anna"), fix);
  p.manifest = ManifestRoot{testing::commit_id("m"), 801, 12345};
  p.sealed = ManifestRoot{testing::commit_id("s"), 801, 23456};
  t.write("anna", p);
  t.remove("anna", fix);
  t.tag("anna", "v1.0", "f3");
  t.revoke("anna", "carl");
  t.revoke_all("anna", "dora");
  t.write("anna", Opaque{kKindCheckpoint, {1, 2, 3}});
  t.write("anna", Opaque{255, {}});
  return t.all;
}

}  // namespace

TEST_CASE("every entry comes back as it went") {
  for (const SignedEntry& e : one_of_each()) {
    const Bytes bytes = encode_signed(e);
    const auto back = decode_signed(bytes);
    REQUIRE(back);
    CHECK(back->entry == e.entry);
    CHECK(back->id == e.id);
    CHECK(back->signature == e.signature);
    CHECK(encode_signed(*back) == bytes);
    CHECK(verify(*back));
  }
}

TEST_CASE("an entry cut short, or with a byte more, is none") {
  for (const SignedEntry& e : one_of_each()) {
    Bytes bytes = encode_signed(e);
    for (std::size_t n = 0; n < bytes.size(); ++n)
      CHECK_FALSE(decode_signed(ByteView(bytes).first(n)));
    bytes.push_back(0);
    CHECK_FALSE(decode_signed(bytes));
  }
}

TEST_CASE("no changed byte passes for the entry") {
  for (const SignedEntry& e : one_of_each()) {
    const Bytes bytes = encode_signed(e);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Bytes bad = bytes;
      bad[i] ^= 0x01;
      const auto back = decode_signed(bad);
      const bool passes = back && back->id == e.id && verify(*back);
      CHECK_FALSE(passes);
      if (back) CHECK_FALSE(verify(*back));
      if (back) CHECK(encode_signed(*back) == bad);
    }
  }
}

TEST_CASE("the signature is outside the id, a draft has the id of the publish") {
  const std::vector<SignedEntry> all = one_of_each();
  const SignedEntry draft = unsigned_entry(all.back().entry);
  CHECK(draft.id == all.back().id);
  CHECK_FALSE(verify(draft));
}

TEST_CASE("an entry longer than the limit is neither made nor read") {
  Team t({"anna"});
  Entry e = next_entry(t.view("anna"), Team::device("anna"), Opaque{99, Bytes(kEntryBytesMax, 1)});
  const auto made = sign(e, Team::key("anna"));
  REQUIRE(!made);
  CHECK(made.error().code == Code::refused);
  CHECK(!decode_signed(encode_signed(unsigned_entry(e))));
}

TEST_CASE("another format is told from a broken one") {
  Bytes bytes = encode_signed(one_of_each().front());
  for (const std::size_t other : {kFormat - 1, kFormat + 1}) {
    bytes[0] = static_cast<Byte>(other);
    CHECK(decode_signed(bytes).error().code == Code::unsupported);
  }
}

TEST_CASE("a payload that breaks a rule is refused") {
  const std::vector<SignedEntry> all = one_of_each();
  const auto code = [](std::uint8_t kind, const Bytes& bytes) {
    const auto p = decode_payload(kind, bytes);
    return p ? std::optional<Code>() : p.error().code;
  };
  Bytes genesis = encode_payload(all[0].entry.payload);
  genesis[0] = kFormat + 1;
  CHECK(code(kKindGenesis, genesis) == Code::unsupported);
  CHECK(code(kKindGenesis, {}) == Code::invalid);
  CHECK(code(kKindPublish, {0}) == Code::invalid);
  CHECK(code(kKindGrant, {}) == Code::invalid);
  CHECK(code(kKindRevoke, Bytes(33, 2)) == Code::invalid);
  CHECK(!code(200, {}));
}

TEST_CASE("labels are safe to show") {
  for (const char* good : {"anna", "Änne", "laptop-2", "a.b"}) CHECK(is_label(good));
  for (const char* bad : {"", "a b", "a@b", "a/b", "-a", "a\n", "a\x1b[0m", "\xff", "a\xc2\x9b"})
    CHECK_FALSE(is_label(bad));
  CHECK(is_label(std::string(64, 'a')));
  CHECK_FALSE(is_label(std::string(65, 'a')));
}

TEST_CASE("names of branches and tags are those of git") {
  for (const char* good : {"main", "fix/1", "v1.0", "a@b", "@a", "\xff", "release-2"})
    CHECK(is_ref_name(good));
  for (const char* bad : {"",         "/a",  "a/",    "a//b", ".a",  "a/.b",  "a..b", "a.lock",
                          "a.lock/b", "a b", "a~1",   "a^",   "a:b", "a?",    "a*",   "a[",
                          "a\\b",     "@",   "a@{1}", "a.",   "-a",  "a\x7f", "a\n"})
    CHECK_FALSE(is_ref_name(bad));
}

TEST_CASE("ids come from hex of the right length alone") {
  EntryId id;
  id.bytes.fill(0xab);
  CHECK(entry_id_from_hex(to_hex(id)) == id);
  CHECK(!entry_id_from_hex("ab"));
  CHECK(!entry_id_from_hex(std::string(64, 'x')));
}

}  // namespace hn::log
