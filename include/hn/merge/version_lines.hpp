#pragma once

#include <memory>

#include "hn/merge/shown_diff.hpp"

namespace hn::merge {

// The versions of one text, of which many pairs are compared: each is cut into lines once, and what
// it has in common with a neighbour at its beginning and end is taken from there. Holds each
// distinct line once, for as long as it lives.
class VersionLines {
 public:
  VersionLines();
  ~VersionLines();

  struct Version;
  using Text = std::shared_ptr<const Version>;
  // `like` may be null; one that resembles this text.
  Text add(Bytes bytes, const Text& like);

  // As shown_differences() without context, exact in whitespace.
  std::vector<Difference> differences(const Text& old_text, const Text& new_text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::merge
