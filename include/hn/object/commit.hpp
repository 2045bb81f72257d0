#pragma once

#include <string>
#include <vector>

#include "hn/base/time.hpp"
#include "hn/object/block.hpp"

// Commits and tags (hn-objects(5), COMMITS, TAGS): supersets of git's.
namespace hn::object {

// An author, committer or tagger. Name and e-mail are raw bytes without '<', '>', newline and NUL.
struct Person {
  std::string name;
  std::string email;
  WallTime time;
  friend bool operator==(const Person& a, const Person& b) {
    return a.name == b.name && a.email == b.email && a.time.seconds == b.time.seconds &&
           a.time.zone_minutes == b.time.zone_minutes;
  }
};

// A header of git's that hn gives no meaning (encoding, gpgsig, mergetag, unknown ones), in order.
struct Header {
  std::string key;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

// Git's id of an imported commit or tag: SHA-1 or SHA-256.
struct GitId {
  Hash bytes{};
  std::uint8_t size = 20;
  friend auto operator<=>(const GitId&, const GitId&) = default;
};

// What makes a commit an auto-merge: recomputable from its parents and this alone.
struct AutoMerge {
  std::uint32_t algorithm = 0;           // version of the merge algorithm
  std::vector<std::uint32_t> seniority;  // for each parent its place by seniority, a permutation
  friend bool operator==(const AutoMerge&, const AutoMerge&) = default;
};

struct Commit {
  Id tree;
  std::vector<Id> parents;  // each once; of an auto-merge in fold order
  Person author;            // empty names in an auto-merge
  Person committer;
  std::vector<Header> headers;
  std::string message;       // raw bytes
  std::optional<GitId> git;  // where it was imported
  std::optional<Id> raw;     // git's bytes, where the fields cannot reproduce them
  std::optional<AutoMerge> auto_merge;
  friend bool operator==(const Commit&, const Commit&) = default;
};

inline constexpr std::size_t kParentsMax = 4096;

// The whole encoding fits a block: Code::refused where message and headers are too long for one.
Result<Bytes> encode_commit(const Commit& commit);
Result<Commit> decode_commit(ByteView bytes) noexcept;
Result<Commit> read_commit(const BlockReader& reader, const Id& id);

struct Tag {
  Kind target_kind = Kind::commit;  // commit, tag, tree (a folder) or chunk (a file)
  Id target;
  std::string name;
  std::optional<Person> tagger;
  std::vector<Header> headers;
  std::string message;
  std::optional<GitId> git;
  std::optional<Id> raw;
  friend bool operator==(const Tag&, const Tag&) = default;
};

Result<Bytes> encode_tag(const Tag& tag);
Result<Tag> decode_tag(ByteView bytes) noexcept;
Result<Tag> read_tag(const BlockReader& reader, const Id& id);

}  // namespace hn::object
