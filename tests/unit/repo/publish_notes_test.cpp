// What the log says about a commit, for those who have it in git alone: enough to check it.
#include "hn/repo/publish_notes.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "hn/base/text.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

// The signed entries that a text holds, read as its page says.
std::vector<log::SignedEntry> entries_in(const std::string& text) {
  std::vector<log::SignedEntry> out;
  std::string hex;
  bool is_signed = false;
  std::istringstream lines(text + "\n");
  for (std::string line; std::getline(lines, line);) {
    if (is_signed && line.empty()) {
      const auto entry = log::decode_signed(from_hex(hex).value());
      REQUIRE(entry.has_value());
      out.push_back(*entry);
      hex.clear();
      is_signed = false;
    } else if (is_signed) {
      CHECK(line.size() <= 64);
      hex += line;
    } else if (line.starts_with("signed")) {
      is_signed = true;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a published commit has a note whose bytes its device signed") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}});
  const object::Id tip = anna.commit(anna.main(), {{"a", "2\n"}});
  CHECK(repo::publish_notes(*anna).empty());  // a draft is nobody's business
  const auto published = repo::publish_drafts(*anna).entries;
  const auto notes = repo::publish_notes(*anna);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].target.id == tip);
  CHECK(notes[0].seconds > 1'700'000'000);
  const auto entries = entries_in(notes[0].text);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].id == published.at(0).id);
  CHECK(log::verify(entries[0]));
  for (const std::string& word :
       {"repository " + log::to_hex(anna->id()) + "\n",
        "device " + to_hex(anna->device().bytes) + " anna\n", std::string("branch main\n"),
        "commit " + object::to_hex(tip) + "\n", "entry " + log::to_hex(entries[0].id) + "\n"})
    CHECK_MESSAGE(notes[0].text.find(word) != std::string::npos, word);
}

TEST_CASE("every device that has the entries makes the same notes") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  let_in(anna, bob, log::Right::write);
  anna.commit(anna.main(), {{"a", "1\n"}});
  repo::publish_drafts(*anna);
  sync(anna, bob);
  bob.commit(bob.main(), {{"a", "1\n"}, {"b", "2\n"}});
  repo::publish_drafts(*bob);
  sync(bob, anna);
  const auto hers = repo::publish_notes(*anna);
  const auto his = repo::publish_notes(*bob);
  REQUIRE(hers.size() == his.size());
  CHECK(hers.size() == 2);
  for (std::size_t i = 0; i < hers.size(); ++i) {
    CHECK(hers[i].text == his[i].text);
    CHECK(hers[i].target == his[i].target);
    CHECK(hers[i].seconds == his[i].seconds);
  }
}
