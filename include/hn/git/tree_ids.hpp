#pragma once

#include <memory>

#include "hn/git/form.hpp"

namespace hn::git {

// Git's ids of folders, made from the blocks alone. What was asked once is remembered (some 110
// bytes an object), so that the next folder costs what is new in it.
class TreeIds {
 public:
  // `blocks` outlives this. Git's ids have `id_bytes` (20 or 32).
  explicit TreeIds(const object::BlockReader& blocks, std::uint8_t id_bytes = 20);
  ~TreeIds();

  // Nothing for a folder with a conflict beneath: git has no form for it. Errors are those of
  // reading blocks; Code::unsupported where it names git's ids of another length.
  Result<std::optional<GitId>> of(const object::Id& folder);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::git
