#include <doctest/doctest.h>

#include "hn/repo/fsck.hpp"
#include "support/repo_device.hpp"

// Devices: what init and clone leave, a new key for a copied store, and power cuts at every call.

using namespace hn;
using namespace hn::testing;
using hn::test::Losing;
using hn::test::PowerCut;

TEST_CASE("what init and clone made survives a power cut") {
  RepoDevice anna("anna", 1);
  anna.found();
  const log::EntryId id = anna->id();
  anna.close();
  anna.fs.reboot(Losing::all());
  anna.open();
  CHECK(anna->id() == id);
  CHECK(anna->key().public_key() == anna->device());

  RepoDevice bob("bob", 2);
  bob.clone(id);
  bob.close();
  bob.fs.reboot(Losing::all());
  bob.open();
  CHECK(bob->id() == id);
  CHECK(bob->key().public_key() == bob->device());
  CHECK(bob->store().entry_count() == 0);
}

TEST_CASE("a copied store writes nothing, and then writes as a new device") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}});
  repo::publish_drafts(*anna);  // the key has been read
  anna.commit(anna.main(), {{"a", "2\n"}});
  const log::Device before = anna->device();
  anna.place.inode = 2;
  CHECK_THROWS_AS(repo::publish_drafts(*anna), Failure);
  repo::device_renewed(*anna, "copy");
  CHECK(anna->device() != before);
  CHECK(anna->key().public_key() == anna->device());
  CHECK(anna->drafts().size() == 1);
  CHECK(repo::publish_drafts(*anna).refused.size() == 1);  // until it is granted
}

TEST_CASE("a label that is taken gets a number, whatever its characters") {
  RepoDevice anna("anna", 1);
  anna.found();
  std::string label;
  for (int i = 0; i < 21; ++i) label += "\xe2\x82\xac";  // 63 bytes
  RepoDevice bob(label, 2);
  RepoDevice carl(label, 3);
  bob.clone(anna->id());
  carl.clone(anna->id());
  let_in(anna, bob, log::Right::write);
  let_in(anna, carl, log::Right::write);
  CHECK(anna->view().members().size() == 3);
  for (const log::Member& member : anna->view().members()) CHECK(log::is_label(member.label));
}

TEST_CASE("a commit, a publish and entries that came are there whole or not at all") {
  enum class What { commit, publish, entries };
  for (const What what : {What::commit, What::publish, What::entries}) {
    bool cut = true;
    for (std::uint64_t call = 1; cut; ++call) {
      for (const std::uint64_t lot : {0U, 1U, 2U}) {
        CAPTURE(static_cast<int>(what));
        CAPTURE(call);
        CAPTURE(lot);
        RepoDevice anna("anna", 1);
        RepoDevice bob("bob", 2);
        anna.found();
        bob.clone(anna->id());
        let_in(anna, bob, log::Right::write);
        anna.commit(anna.main(), {{"a", "1\n"}});
        if (what == What::entries) {
          bob.commit(bob.main(), {{"b", "1\n"}});
          repo::publish_drafts(*bob);
        }
        const auto old_tip = repo::tip_of(*anna, anna.main()).commit;
        const std::size_t old_entries = anna->store().entry_count();
        anna.fs.cut_power_at(call);
        bool done = false;
        try {
          if (what == What::commit) anna.commit(anna.main(), {{"a", "2\n"}});
          if (what == What::publish) repo::publish_drafts(*anna);
          if (what == What::entries) send_entries(bob, anna);
          done = true;
        } catch (const PowerCut&) {
        }
        cut = !done;
        anna.close();
        anna.fs.reboot(lot == 0 ? Losing::all() : Losing::some(call * 3 + lot));
        anna.open();
        const auto faults = repo::fsck(*anna, [](const repo::Fault&) {}).faults;
        CHECK((what == What::entries || faults == 0));
        const std::size_t entries = anna->store().entry_count();
        if (what == What::commit) {
          const auto tip = repo::tip_of(*anna, anna.main()).commit;
          REQUIRE(tip);
          const std::string text = anna.files(*tip)["a"];
          CHECK((text == "2\n" || (!done && tip == old_tip)));
        } else {
          CHECK((entries == old_entries + 1 || (!done && entries == old_entries)));
        }
        if (what == What::publish) CHECK(anna->drafts().empty() == (entries > old_entries));
      }
    }
  }
}
