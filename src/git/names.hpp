#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "git/parse.hpp"

namespace hn::git {

// Names of a folder's lines as hn can hold them. A name that hn refuses or that came before gets a
// stand-in ("%2E%2E", "a%7E2"), so that what it names stays reachable; git's bytes go to a raw
// block. The first line of a name keeps it, and no stand-in takes a name that git uses.
class Names {
 public:
  // `plain` as is_plain says.
  Names(std::span<const TreeLine> lines, bool plain);
  std::string next(std::string_view name);

 private:
  std::string stand_in(std::string_view name);

  bool simple_ = false;                                 // every name is fine and the only one
  std::unordered_set<std::string_view> all_;            // that git uses here
  std::unordered_set<std::string_view> used_;           // of those, handed out
  std::unordered_set<std::string> stand_ins_;           // handed out
  std::unordered_map<std::string, std::size_t> tries_;  // keeps many equal names from being slow
};

}  // namespace hn::git
