#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/base/lately.hpp"
#include "hn/object/id.hpp"

namespace hn::merge {

// From one text to another, by the ids of their files.
struct TextPair {
  object::Id from;
  object::Id to;
  friend bool operator==(const TextPair&, const TextPair&) = default;
};

}  // namespace hn::merge

template <>
struct std::hash<hn::merge::TextPair> {
  std::size_t operator()(const hn::merge::TextPair& pair) const noexcept {
    const std::hash<hn::object::Id> of;
    return of(pair.from) * 31 + of(pair.to);
  }
};

namespace hn::merge {

// Bytes [a_begin, a_end) of one text stand where [b_begin, b_end) of the other do: whole lines.
struct BytesDiffer {
  std::uint32_t a_begin = 0;
  std::uint32_t a_end = 0;
  std::uint32_t b_begin = 0;
  std::uint32_t b_end = 0;
};

// What comparing texts came to (hn-merge(7), THE LINE DIFF), for who merges versions of the same
// files again and again: it is a function of the two texts. One thread at a time.
class TextDiffs {
 public:
  using Differences = std::shared_ptr<const std::vector<BytesDiffer>>;

  // At most twice as many bytes, and one list, are held.
  explicit TextDiffs(std::size_t bytes_max) : differences_(bytes_max) {}

  // Null where it is not here.
  Differences find(const TextPair& pair);
  void keep(const TextPair& pair, const Differences& differences);

 private:
  Lately<TextPair, Differences> differences_;
};

// Which texts lie where in memory, in that order.
struct KnownTexts {
  TextDiffs& diffs;
  std::vector<std::pair<const Byte*, object::Id>> ids;

  // Nothing for an empty text.
  std::optional<object::Id> id_of(ByteView text) const;
};

}  // namespace hn::merge
