#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/base/glob.hpp"

// The files .hnattributes, which say for paths how they are merged (hn-attributes(5)).
namespace hn::merge {

inline constexpr std::string_view kAttributesName = ".hnattributes";

// What is over one of these is no attribute file. They bound what matching a path can cost.
inline constexpr std::size_t kAttributesBytesMax = 65536;
inline constexpr std::size_t kAttributesLineMax = 2048;
inline constexpr std::size_t kAttributesRulesMax = 1024;

// How a path is merged (hn-merge(7), POLICIES).
enum class Policy { text, binary, join, last_writer, authority, json, keyvalue };
inline constexpr std::size_t kPolicyCount = 7;

std::optional<Policy> policy_named(std::string_view word) noexcept;
std::string_view name_of(Policy policy) noexcept;  // Policy::join is "union"

// Letters and digits of ASCII, '-', '_' and '.', no '-' in front.
bool is_attribute_name(std::string_view name) noexcept;

struct Attribute {
  enum class State { set, unset, unspecified, value };
  std::string name;
  State state = State::set;
  std::string value;  // State::value alone
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// A word `merge` that names no policy. Whoever merges goes on as if it were not there.
struct UnknownPolicy {
  std::size_t line = 0;  // from 1
  Attribute word;
  std::string as_written() const;  // "merge=last-writr", "-merge"
};

// One file. Immutable.
class Attributes {
 public:
  // Nothing where the bytes are no attribute file: over a limit, or with a NUL. Any others are one:
  // lines and words that mean nothing are skipped.
  static std::optional<Attributes> parse(ByteView text);

  // `path` is relative to the folder of the file and names no folder. What the last line says that
  // matches and names the attribute; nullptr where none does. Valid as long as this object.
  const Attribute* find(std::string_view path, std::string_view attribute) const;
  std::optional<Policy> policy(std::string_view path) const;
  // All that lines which match say, each attribute once, the last word first.
  std::vector<const Attribute*> all(std::string_view path) const;

  // The last word `merge` of all lines that match, where it names no policy; else nullptr. Valid as
  // long as this object.
  const UnknownPolicy* unknown_policy(std::string_view path) const;
  // Each line's last such word, by line.
  std::vector<UnknownPolicy> unknown_policies() const;

  std::size_t size() const noexcept { return rules_.size(); }

 private:
  struct Rule {
    PathPattern pattern;
    std::vector<Attribute> attributes;  // at least one
    std::size_t line = 0;
  };
  // Kept apart: what names no policy is no rule, and counts as none.
  struct Unknown {
    PathPattern pattern;
    UnknownPolicy policy;
  };
  const Rule* rule_of(std::string_view path, std::string_view attribute) const;

  std::vector<Rule> rules_;
  std::vector<Unknown> unknown_;
};

}  // namespace hn::merge
